"""Trials: a patient, pump, scenario, controller and seed, run and judged."""

from experiments.trials.catalogue import NO_DEVICE, left_pump, listing, load_device
from experiments.trials.course_figure import time_course
from experiments.trials.finished import COURSE, TrialResult, run_safely, short_name
from experiments.trials.guarded_controller import GuardedController
from experiments.trials.job import simulation
from experiments.trials.metrics import FAILED, TRIAL_METRICS, score, solver_statistics
from experiments.trials.trial import HOLD, Trial, TrialRun, check_controller, check_names, run_trial

__all__ = [
    "COURSE",
    "FAILED",
    "HOLD",
    "NO_DEVICE",
    "TRIAL_METRICS",
    "GuardedController",
    "Trial",
    "TrialResult",
    "TrialRun",
    "check_controller",
    "check_names",
    "left_pump",
    "listing",
    "load_device",
    "run_safely",
    "run_trial",
    "score",
    "short_name",
    "simulation",
    "solver_statistics",
    "time_course",
]
