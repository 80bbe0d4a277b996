"""A trial that is done, as plain data that travels between processes and onto disk."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controllers import Controller, SolveStatus
from experiments.statistics import fields_of
from experiments.trials.metrics import FAILED, TRIAL_METRICS, score
from experiments.trials.trial import Trial, TrialRun, run_trial
from plants import InputError, PhysicsError
from plants.simulation import metric_series

#: Signals whose course is kept.
COURSE = ("map", "pcwp", "cardiac_output", "pump_flow", "suction")


@dataclass(frozen=True)
class TrialResult:
    """A trial and what it gave.

    Attributes
    ----------
    trial : Trial
        What was run.
    outcome, reason : str
        How it ended; ``"failed"`` where it could not be run at all.
    metrics : dict of str to float
        Every name of :data:`experiments.trials.TRIAL_METRICS`.
    statuses : tuple of SolveStatus
        Every solve.
    course : dict of str to list of float
        ``time``, ``speed_command`` and the signals of :data:`COURSE`.
    beyond_life : str
        Metrics with which no patient lives, each with its worst value; empty where there are none.
    level : str
        The P-level of one that was held throughout, where it was chosen in hindsight; else empty.
    """

    trial: Trial
    outcome: str
    reason: str
    metrics: dict[str, float]
    statuses: tuple[SolveStatus, ...]
    course: dict[str, list[float]]
    beyond_life: str = ""
    level: str = ""

    def row(self) -> dict[str, Any]:
        """The trial as a row of a table."""
        trial = self.trial
        return {
            "patient": trial.patient,
            "scenario": trial.scenario,
            "controller": short_name(trial.controller),
            "level": self.level,
            "device": trial.device,
            "tier": trial.tier,
            "spread": trial.spread,
            "believed": trial.believed,
            "rhythm": trial.conditions.rhythm,
            "seed": trial.seed,
            **fields_of(self, "outcome", "reason", "beyond_life"),
            **self.metrics,
        }


def run_safely(trial: Trial, controller: Controller | None = None) -> TrialResult:
    """Run a trial; one that cannot be run is reported as failed, so that the others go on.

    Parameters
    ----------
    trial : Trial
        What to run.
    controller : Controller, optional
        Drives in place of the one that the trial names.

    Examples
    --------
    >>> from experiments.trials.finished import run_safely
    >>> from experiments.trials import Trial
    >>> run_safely(Trial(level="P-8", duration=3.0)).outcome
    'completed'
    """
    try:
        run = run_trial(trial, controller=controller)
        metrics, outcome, reason = score(run)
    except (InputError, PhysicsError) as error:
        return failed_result(trial, error)
    beyond = run.rollout.attrs["beyond_life"]
    return TrialResult(trial, outcome, reason, metrics, run.statuses, _course(run), beyond)


def failed_result(trial: Trial, error: Exception) -> TrialResult:
    """The result of a trial that could not be run."""
    nothing = dict.fromkeys(TRIAL_METRICS, math.nan)
    return TrialResult(trial, FAILED, str(error), nothing, (), {})


def short_name(controller: str) -> str:
    """A controller as tables show it: of a path, the last part."""
    kind, _, detail = controller.partition(":")
    if kind == "policy" and detail:
        return f"policy:{Path(detail).name}"
    file, separator, name = controller.rpartition(":")
    return f"{Path(file).name}:{name}" if separator and file.endswith(".py") else controller


def _course(run: TrialRun) -> dict[str, list[float]]:
    rollout = run.rollout
    course = {name: metric_series(rollout, name).tolist() for name in COURSE}
    return {
        "time": rollout["step_time"].to_numpy().tolist(),
        "speed_command": rollout["speed_command"].to_numpy().tolist(),
        **course,
    }
