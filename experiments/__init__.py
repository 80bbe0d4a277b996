"""The command line and the jobs behind it: trials, suites and what they are judged by."""

from experiments.suite import Suite
from experiments.trial import Trial, TrialRun, run_trial
from experiments.trial_metrics import TRIAL_METRICS, score

__all__ = [
    "TRIAL_METRICS",
    "Suite",
    "Trial",
    "TrialRun",
    "run_trial",
    "score",
]
