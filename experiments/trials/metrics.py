"""What a trial is judged by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from controllers import Outcome, SolveStatus
from experiments.trials.trial import TrialRun
from plants import METRICS, SIGNALS, Signal, Therapy
from plants.quantities import SECONDS_PER_MINUTE, Array
from plants.simulation import (
    COMPLETED,
    DIED,
    LEFT,
    DeathWatch,
    death_text,
    metric_series,
    period_lengths,
    suction_time,
    time_lived,
)

#: The outcome of a trial that could not be run.
FAILED = "failed"
#: Signals whose mean over the trial is reported, under their own names.
MEANS = (
    *("map", "cardiac_output", "native_flow", "pump_flow", "cardiac_power_output"),
    *("pcwp", "lvedp", "cvp", "mpap"),
    *("pressure_volume_area", "stroke_work", "suction_margin", "hemolysis_rate"),
    *("aortic_valve_open_fraction", "pump_speed"),
)
#: A low arterial pressure whose duration is counted, mmHg: the band of the coronary-balloon
#: scenario.
LOW_MAP = 60.0
#: Suction that lasts for more beats than these is an event.
EVENT_BEATS = 3
# A share of the beat in suction that counts as none (guess): the metric is smooth and never 0.
_NO_SUCTION = 0.01

_OWN = (
    Signal("therapy_cost", "1", "mean therapy cost, with effort and death", 0, 1e9),
    Signal("goal_cost", "1", "mean therapy cost of the goals while alive", 0, 1e9),
    Signal("map_in_range", "1", "share of time with MAP in range", 0, 1),
    Signal("pcwp_in_range", "1", "share of time with PCWP in range", 0, 1),
    Signal("map_min", "mmHg", "lowest MAP", -50, 300),
    Signal("map_low_seconds", "s", f"time with MAP below {LOW_MAP:g} mmHg", 0, 1e9),
    Signal("suction_seconds", "s", "time in suction", 0, 1e9),
    Signal("suction_events", "1", f"times in suction for more than {EVENT_BEATS} beats", 0, 1e9),
    Signal("effort", "krpm", "sum of the speed changes", 0, 1e9),
    Signal("survived_seconds", "s", "time until death or the end", 0, 1e9),
    Signal("held_commands", "1", "commands that were no finite speed", 0, 1e9),
    Signal("act_ms_median", "ms", "median time of a control step", 0, 1e9),
    Signal("act_ms_max", "ms", "longest time of a control step", 0, 1e9),
    Signal("act_overruns", "1", "control steps that took longer than the period", 0, 1e9),
    Signal("solves", "1", "solves", 0, 1e9),
    Signal("solve_ms_median", "ms", "median time of a solve", 0, 1e9),
    Signal("solve_ms_p95", "ms", "95th percentile of the time of a solve", 0, 1e9),
    Signal("solve_ms_p99", "ms", "99th percentile of the time of a solve", 0, 1e9),
    Signal("solve_ms_max", "ms", "longest solve", 0, 1e9),
    Signal("solve_iterations_mean", "1", "mean number of iterations of a solve", 0, 1e9),
    Signal("solve_overruns", "1", "solves longer than the control period", 0, 1e9),
    *(
        Signal(f"solves_{ending}", "1", f"solves that ended {ending}", 0, 1e9)
        for ending in (outcome.name.lower() for outcome in Outcome)
    ),
)
#: Every metric of a trial with unit and meaning.
TRIAL_METRICS: MappingProxyType[str, Signal] = MappingProxyType(
    {name: SIGNALS[name] for name in MEANS} | {signal.name: signal for signal in _OWN}
)


def score(run: TrialRun) -> tuple[dict[str, float], str, str]:
    """The metrics of a trial, its outcome, and the reason for it.

    The beat before the controller took over does not count. A trial that ends early pays the price
    of death, and was out of range, for the rest of its time; means are taken over what was lived.

    Parameters
    ----------
    run : TrialRun
        From :func:`experiments.trials.run_trial`.

    Returns
    -------
    metrics : dict of str to float
        Every name of :data:`TRIAL_METRICS`; NaN where there is nothing to average.
    outcome : {"completed", "died", "left the physical range"}
        How the trial ended.
    reason : str
        Empty where it was completed.

    Examples
    --------
    >>> from experiments.trials import Trial, run_trial
    >>> from experiments.trials import score
    >>> metrics, outcome, _ = score(run_trial(Trial(level="P-8", duration=5.0)))
    >>> outcome, metrics["survived_seconds"], metrics["effort"]
    ('completed', 5.0, 0.0)
    """
    period, lengths = run.trial.period, period_lengths(run.trial.duration, run.trial.period)
    # What is seen at the begin of a period ends the one before, which is a whole one.
    planned = max(1, len(lengths) - 1)
    signal = metric_series(run.rollout, run.therapy.death.signal)
    lived, died = _periods_lived(run.therapy, signal, lengths)
    outcome, reason = COMPLETED, ""
    if died:
        outcome, reason = DIED, death_text(run.therapy.death)
    elif run.rollout.attrs["ended"]:
        bled = run.rollout.attrs["outcome"] == DIED
        outcome, reason = DIED if bled else LEFT, str(run.rollout.attrs["ended"])
    after = slice(1, lived)
    seen = {name: metric_series(run.rollout, name)[after] for name in METRICS.names}
    speeds = np.concatenate(
        [[run.rollout.attrs["start_speed"]], np.asarray(run.rollout["speed_command"])[:lived]]
    )
    changes = np.diff(speeds)
    metrics = {name: _mean(seen[name]) for name in MEANS}
    metrics |= _therapy_metrics(run.therapy, seen, changes[: len(seen["map"])], planned)
    metrics |= {
        "map_min": float(seen["map"].min()) if seen["map"].size else float("nan"),
        "map_low_seconds": period * float(np.sum(seen["map"] < LOW_MAP)),
        "suction_seconds": suction_time(seen["suction"], period),
        "suction_events": float(suction_events(seen["suction"], seen["heart_rate"], period)),
        "effort": float(np.abs(changes).sum()) * 1e-3,
        "survived_seconds": run.trial.duration
        if outcome == COMPLETED
        else time_lived(lived, run.trial.duration, period),
        "held_commands": float(run.held_commands),
        "act_ms_median": _quantile(run.act_milliseconds, 0.5),
        "act_ms_max": _quantile(run.act_milliseconds, 1.0),
        "act_overruns": float(run.act_overruns),
    }
    metrics |= solver_statistics(run.statuses, period=period)
    return {name: metrics[name] for name in TRIAL_METRICS}, outcome, reason


def solver_statistics(statuses: Iterable[SolveStatus], *, period: float) -> dict[str, float]:
    """Number, duration and outcome of solves; durations are NaN where there was none.

    Parameters
    ----------
    statuses : iterable of SolveStatus
        Of one trial, or pooled over many.
    period : float
        Control period, s.

    Examples
    --------
    >>> from controllers import Outcome, SolveStatus
    >>> from experiments.trials import solver_statistics
    >>> statistics = solver_statistics([SolveStatus(Outcome.SOLVED, 4, 20.0)], period=1.0)
    >>> statistics["solves"], statistics["solve_ms_max"], statistics["solves_failed"]
    (1.0, 20.0, 0.0)
    """
    solves = list(statuses)
    times = [status.milliseconds for status in solves]
    return {
        "solves": float(len(solves)),
        "solve_ms_median": _quantile(times, 0.5),
        "solve_ms_p95": _quantile(times, 0.95),
        "solve_ms_p99": _quantile(times, 0.99),
        "solve_ms_max": _quantile(times, 1.0),
        "solve_iterations_mean": _mean(
            np.array([status.iterations for status in solves], dtype=float)
        ),
        "solve_overruns": float(sum(time > 1e3 * period for time in times)),
    } | {
        f"solves_{outcome.name.lower()}": float(sum(status.outcome is outcome for status in solves))
        for outcome in Outcome
    }


def _periods_lived(therapy: Therapy, signal: Array, lengths: Sequence[float]) -> tuple[int, bool]:
    """Number of control steps until death or the end, and whether it was death."""
    watch = DeathWatch(therapy.death)
    for k, (value, length) in enumerate(zip(signal, lengths, strict=False)):
        if watch.died({watch.death.signal: value}, length):
            return k + 1, True
    return len(signal), False


def _therapy_metrics(
    therapy: Therapy, seen: dict[str, Array], changes: Array, planned: int
) -> dict[str, float]:
    inside: dict[str, Any] = therapy.in_range(seen)
    costs = np.sum(list(therapy.costs(seen, changes).values()), axis=0)
    not_lived = planned - len(costs)
    return {
        "therapy_cost": (float(np.sum(costs)) + therapy.death.cost * not_lived) / planned,
        "goal_cost": _mean(np.asarray(therapy.cost(seen), dtype=float)),
        "map_in_range": float(np.sum(inside["map"])) / planned if "map" in inside else np.nan,
        "pcwp_in_range": float(np.sum(inside["pcwp"])) / planned if "pcwp" in inside else np.nan,
    }


def suction_events(suction: Array, heart_rate: Array, period: float) -> int:
    """How often suction lasts for more than :data:`EVENT_BEATS` beats without a break.

    Parameters
    ----------
    suction : ndarray, shape (n,)
        Share of the beat in suction, at the end of each control period.
    heart_rate : ndarray, shape (n,)
        1/min.
    period : float
        Control period, s.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.trials import suction_events
    >>> suction_events(np.array([0.2, 0.2, 0.2, 0, 0.2, 0]), np.full(6, 90.0), 1.0)
    1
    """
    events, beats, counted = 0, 0.0, False
    for share, rate in zip(suction, heart_rate, strict=True):
        beats = beats + rate * period / SECONDS_PER_MINUTE if share > _NO_SUCTION else 0.0
        if beats > EVENT_BEATS and not counted:
            events += 1
        counted = beats > EVENT_BEATS
    return events


def _mean(values: Array) -> float:
    return float(values.mean()) if values.size else float("nan")


def _quantile(values: Sequence[float], share: float) -> float:
    return float(np.quantile(values, share)) if len(values) else float("nan")
