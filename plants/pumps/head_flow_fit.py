"""Head-flow coefficients that keep the flow of every P-level in the range the console displays.

The reference's fits of ``a w^2 + b w Q + c Q|Q|`` put the upper flow of each level at 60 mmHg and
the lower one at a common fitted head; they miss displayed ranges, and are to be treated as
uncertain. Here a, b and c are moved as little as it takes: the nearest law for which the flow of
every level lies in its displayed range from 60 to 100 mmHg and the highest level does not pass the
device's highest mean flow at 60 mmHg. Flow falls with head, so the two ends do for all between.
Where no law keeps every range, the largest miss is made as small as it gets first.

The steady law is used, on the mean head: over the beat of a patient the mean flow lies below it
by some hundredths of a L/min, because the law bends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plants.pumps.device_file import HeadFlow
from plants.pumps.head_flow import steady_flow, steady_head
from plants.pumps.parameters import DEVICE_PARAMETERS
from plants.pumps.pump import Pump
from plants.quantities import KRPM_PER_RPM

#: Heads (mmHg) between which the displayed ranges are to hold.
FIT_HEADS = (60.0, 100.0)
#: Head (mmHg) at which the highest level may not pass the highest mean flow.
MAX_MEAN_FLOW_HEAD = 60.0
# How far a miss may exceed the smallest one, L/min: what the solver leaves; far below the
# 0.1 L/min that the console shows.
_SLACK = 1e-6
# Scales that bring heads (mmHg) and distances near one for the solver.
_HEAD_SCALE = 10.0
_MAX_ITERATIONS = 1000

Vector = NDArray[np.float64]


class HeadFlowFit(NamedTuple):
    """A head-flow law near the reference's that keeps the displayed ranges.

    Parameters
    ----------
    head_a, head_b, head_c : float
        In the units of the device parameters of those names.
    largest_miss : float
        By how much the worst flow lies outside its range, L/min; 0 where all lie inside.
    distance : float
        Root of the squares of ``log(a/a0)``, ``b - b0`` and ``log(c/c0)``, added.
    """

    head_a: float
    head_b: float
    head_c: float
    largest_miss: float
    distance: float


class _Bounds(NamedTuple):
    """Flows that may not be passed at a speed (krpm) and a head (mmHg); sign 1: upper bounds."""

    krpm: Vector
    head: Vector
    flow: Vector
    sign: Vector


def reference_fit(pump: Pump) -> HeadFlow:
    """The fit that a device's law was refitted from; the law itself where it was not refitted.

    Examples
    --------
    >>> from plants.pumps.head_flow_fit import reference_fit
    >>> from plants import Pump
    >>> reference_fit(Pump.load("CP")).head_a
    0.13097
    """
    for row in pump.head_flow_uncertainty:
        if row.reference:
            return row
    law = {name: pump[name] for name in ("head_a", "head_b", "head_c", "inertance")}
    entry = pump.entries["head_a"]
    return HeadFlow(**law, source=entry.source, tag=entry.tag, reference=True)


def largest_miss(pump: Pump, heads: Sequence[float] = FIT_HEADS) -> float:
    """By how much the worst flow of a device lies outside what it may be, L/min.

    Parameters
    ----------
    pump : Pump
        The device.
    heads : sequence of float
        Heads at which every level is looked at, mmHg; flow is bounded above by the highest mean
        flow at :data:`MAX_MEAN_FLOW_HEAD` too.

    Returns
    -------
    float
        0 where every flow lies inside; a flow below zero is displayed as zero.

    Examples
    --------
    >>> from plants.pumps.head_flow_fit import largest_miss
    >>> from plants import Pump
    >>> largest_miss(Pump.load("CP")) < 0.05
    True
    """
    return _worst(pump.values, _bounds(pump, heads))


def fit_head_flow(
    pump: Pump, *, heads: Sequence[float] = FIT_HEADS, shutoff_limit: float | None = None
) -> HeadFlowFit:
    """The law nearest to the reference's fit with which every displayed range holds.

    Parameters
    ----------
    pump : Pump
        The device, with its ranges and its reference fit; see :func:`reference_fit`.
    heads : sequence of float
        Heads at which the ranges are to hold, mmHg.
    shutoff_limit : float, optional
        Bound on the head per speed squared, mmHg/krpm2; by default the device's.

    Returns
    -------
    HeadFlowFit
        The same numbers on every call.

    Examples
    --------
    >>> from plants import fit_head_flow
    >>> from plants import Pump
    >>> fit = fit_head_flow(Pump.load("2.5"))
    >>> round(fit.head_a, 3), round(fit.largest_miss, 3)
    (0.145, 0.0)
    """
    limit = pump["shutoff_limit"] if shutoff_limit is None else shutoff_limit
    start = reference_fit(pump)
    bounds = _bounds(pump, heads)
    origin = np.array([0.0, start.head_b, 0.0])

    def values(x: Vector) -> dict[str, float]:
        return {
            "head_a": start.head_a * math.exp(x[0]),
            "head_b": float(x[1]),
            "head_c": start.head_c * math.exp(x[2]),
            "shutoff_limit": limit,
        }

    # A flow stays below its upper bound exactly when the head at that bound is below the given
    # head; so stated the conditions are all but linear in a, b and c.
    def clearance(x: Vector, allowed_miss: float) -> Vector:
        head = steady_head(values(x), bounds.krpm, bounds.flow + bounds.sign * allowed_miss)
        cleared: Vector = bounds.sign * (bounds.head - head) / _HEAD_SCALE
        return cleared

    ranges = _ranges(start)
    begin = np.append(origin, _worst(values(origin), bounds) + _SLACK)
    least = _minimised(
        lambda y: float(y[3]), begin, [*ranges, (0.0, None)], lambda y: clearance(y[:3], y[3])
    )[:3]
    smallest = _worst(values(least), bounds)
    allowed = smallest + _SLACK if smallest > _SLACK else 0.0
    nearest = _minimised(
        lambda x: float(np.sum((x - origin) ** 2)), least, ranges, lambda x: clearance(x, allowed)
    )
    # The solver may give up on the way; what is returned holds the ranges as well as they can be.
    chosen = nearest if _worst(values(nearest), bounds) <= smallest + 2 * _SLACK else least
    law = values(chosen)
    return HeadFlowFit(
        law["head_a"],
        law["head_b"],
        law["head_c"],
        _worst(law, bounds),
        float(np.linalg.norm(chosen - origin)),
    )


def _minimised(
    objective: Callable[[Vector], float],
    start: Vector,
    ranges: Sequence[tuple[float, float | None]],
    conditions: Callable[[Vector], Vector],
) -> Vector:
    """Where the objective is least within the ranges with every condition at least zero."""
    from scipy.optimize import NonlinearConstraint, minimize

    found = minimize(
        objective,
        start,
        method="SLSQP",
        bounds=ranges,
        constraints=NonlinearConstraint(conditions, 0.0, np.inf),
        options={"maxiter": _MAX_ITERATIONS, "ftol": 1e-13},
    )
    point: Vector = np.asarray(found.x, dtype=np.float64)
    return point


def _bounds(pump: Pump, heads: Sequence[float]) -> _Bounds:
    """Every bound that a displayed range or the highest mean flow sets.

    A range from zero sets no lower bound: no flow is displayed below zero.
    """
    rows: list[tuple[float, float, float, float]] = []
    for level in pump.levels:
        if level.rpm == 0:
            continue
        for head in heads:
            if level.flow_low:
                rows.append((level.rpm * KRPM_PER_RPM, head, level.flow_low, -1.0))
            if level.flow_high is not None:
                rows.append((level.rpm * KRPM_PER_RPM, head, level.flow_high, 1.0))
    highest = pump.rating("max_mean_flow")
    if highest is not None:
        rows.append((pump.max_rpm * KRPM_PER_RPM, MAX_MEAN_FLOW_HEAD, highest, 1.0))
    return _Bounds(*np.array(rows).reshape(-1, 4).T)


def _worst(values: Mapping[str, float], bounds: _Bounds) -> float:
    flow = steady_flow(values, bounds.krpm, bounds.head)
    return float(np.max(bounds.sign * (flow - bounds.flow), initial=0.0))


def _ranges(start: HeadFlow) -> list[tuple[float, float | None]]:
    """The declared ranges of the coefficients, as those of log(a/a0), b and log(c/c0)."""
    a, b, c = (DEVICE_PARAMETERS[name] for name in ("head_a", "head_b", "head_c"))
    return [
        (math.log(a.low / start.head_a), math.log(a.high / start.head_a)),
        (b.low, b.high),
        (math.log(c.high / start.head_c), math.log(c.low / start.head_c)),
    ]
