"""Who takes part in a benchmark: controllers, and two that know what no controller can."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from controllers import Briefing, Command
from experiments.benchmark.oracle import SpeedPlan, held_plans, oracle_plan
from experiments.benchmark.speed_plans import PlannedTrial
from experiments.trials import Trial, TrialResult, failed_result, run_safely, trial_plant
from plants import (
    InputError,
    Level,
    Measurement,
    PhysicsError,
    Pump,
    Scenario,
    Therapy,
    held_speed,
    individual_therapy,
)
from plants.quantities import Array
from plants.simulation import SINUS, whole_periods

#: The level that would have been best if held throughout, chosen for each trial in hindsight.
BEST = "best-fixed"
#: A plan of speeds that was optimised on the true patient with all that was to come.
ORACLE = "oracle"
REFERENCES: tuple[str, ...] = (BEST, ORACLE)


class PlannedSpeeds:
    """A controller that follows a plan, whatever is measured.

    Parameters
    ----------
    name : str
        For tables.
    speeds : ndarray, shape (periods,)
        rpm; the last is held afterwards.
    """

    def __init__(self, name: str, speeds: Array):
        self.name, self._speeds, self._next = name, speeds, 0

    def reset(self, briefing: Briefing) -> None:
        """Begin the plan anew."""
        self._next = 0

    def act(self, measurement: Measurement) -> Command:
        """The speed of the next period."""
        speed = float(self._speeds[min(self._next, len(self._speeds) - 1)])
        self._next += 1
        return Command(speed)


def reference_trial(trial: Trial, name: str) -> Trial:
    """The trial under one of :data:`REFERENCES`, for which sensors and beliefs play no part."""
    return replace(trial, controller=name, tier="full", believed="")


def run_entrant(trial: Trial) -> TrialResult:
    """Run a trial of a controller or of a reference; see :func:`experiments.trials.run_safely`.

    Examples
    --------
    >>> from experiments.benchmark.entrants import BEST, reference_trial, run_entrant
    >>> from experiments.trials import Trial
    >>> done = run_entrant(reference_trial(Trial("shock-e", level="P-6", duration=5.0), BEST))
    >>> done.outcome, done.level
    ('completed', 'P-8')
    """
    if trial.controller not in REFERENCES:
        return run_safely(trial)
    try:
        planned, levels = _planned(trial)
        plan, level = _chosen(trial.controller, planned, levels)
    except (InputError, PhysicsError) as error:
        return failed_result(trial, error)
    done = run_safely(trial, PlannedSpeeds(trial.controller, plan.speeds))
    return replace(done, level=level)


def _chosen(name: str, planned: PlannedTrial, levels: tuple[Level, ...]) -> tuple[SpeedPlan, str]:
    """The plan of a reference, and the level where it holds one."""
    speeds = np.array([level.rpm for level in levels])
    if name == ORACLE:
        return oracle_plan(planned, speeds), ""
    plans = held_plans(planned, speeds)
    best = min(range(len(plans)), key=lambda k: plans[k].cost)
    return plans[best], levels[best].name


def _planned(trial: Trial) -> tuple[PlannedTrial, tuple[Level, ...]]:
    plant = trial_plant(trial)
    assert plant.pump is not None  # Suites refuse a device without one.
    scenario, regular = Scenario.load(trial.scenario), trial.conditions.rhythm == SINUS
    planned = PlannedTrial(
        plant=plant,
        scenario=scenario,
        therapy=individual_therapy(Therapy.load(trial.therapy), plant.patient),
        start_speed=held_speed(plant.pump, trial.level, trial.speed),
        periods=max(1, whole_periods(trial.duration, trial.period) - 1),
        period=trial.period,
        simulator=None
        if regular
        else partial(trial.conditions.simulator, plant, scenario, seed=trial.seed),
    )
    return planned, _holdable(plant.pump)


def _holdable(pump: Pump) -> tuple[Level, ...]:
    """The levels at which the pump turns and that may be held without a limit of time."""
    boosted = pump.boost.level if pump.boost is not None else None
    return tuple(level for level in pump.levels if level.rpm > 0 and level.name != boosted)
