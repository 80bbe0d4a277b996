"""Trials: a patient, pump, scenario, controller and seed, run and judged."""

from experiments.trials.catalogue import (
    NO_DEVICE as NO_DEVICE,
    left_pump as left_pump,
    listing as listing,
    load_device as load_device,
)
from experiments.trials.course_figure import time_course as time_course
from experiments.trials.finished import (
    COURSE as COURSE,
    TrialResult as TrialResult,
    failed_result as failed_result,
    run_safely as run_safely,
    short_name as short_name,
)
from experiments.trials.guarded_controller import GuardedController as GuardedController
from experiments.trials.job import simulation as simulation
from experiments.trials.metrics import (
    FAILED as FAILED,
    TRIAL_METRICS as TRIAL_METRICS,
    score as score,
    solver_statistics as solver_statistics,
    suction_events as suction_events,
)
from experiments.trials.trial import (
    HOLD as HOLD,
    Trial as Trial,
    check_controller as check_controller,
    check_names as check_names,
    run_trial as run_trial,
    trial_plant as trial_plant,
)
