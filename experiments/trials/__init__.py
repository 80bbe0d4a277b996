"""Trials: a patient, pump, scenario, controller and seed, run and judged."""

from experiments.trials.catalogue import listing, load_device
from experiments.trials.course_figure import time_course
from experiments.trials.finished import COURSE, Finished, short_name
from experiments.trials.guarded_controller import GuardedController
from experiments.trials.job import simulation
from experiments.trials.kept import keep_trial, kept_trials
from experiments.trials.metrics import FAILED, TRIAL_METRICS, score, solver_statistics
from experiments.trials.trial import Trial, TrialRun, check_controller, run_trial
from experiments.trials.workers import run_all

__all__ = [
    "COURSE",
    "FAILED",
    "TRIAL_METRICS",
    "Finished",
    "GuardedController",
    "Trial",
    "TrialRun",
    "check_controller",
    "keep_trial",
    "kept_trials",
    "listing",
    "load_device",
    "run_all",
    "run_trial",
    "score",
    "short_name",
    "simulation",
    "solver_statistics",
    "time_course",
]
