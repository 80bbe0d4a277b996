"""Speed: the plant side by side with other ways to do the same work."""

from experiments.speed import job, report

__all__ = [
    "job",
    "report",
]
