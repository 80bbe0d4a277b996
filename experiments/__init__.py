"""The command line and the jobs behind it.

Each folder is a job or what jobs share: runs, trials, statistics and figures below; benchmark,
training, validation, speed, studies and weaning above them; commands on top. Import from the
folders: ``from experiments.trials import Trial``.
"""
