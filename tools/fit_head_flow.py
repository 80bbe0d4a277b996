"""Fits the head-flow laws of the devices again and writes them into their data files.

Regenerates ``head_a``, ``head_b``, ``head_c`` and ``shutoff_limit`` in plants/data/devices/*.toml;
``--check`` writes nothing and tells what differs. A number that the solver finds again within its
own accuracy stays as it is written.

The reference's fits of ``a w^2 + b w Q + c Q|Q|`` put the upper flow of each level at 60 mmHg and
the lower one at a common fitted head; they miss displayed ranges, and are to be treated as
uncertain. Here a, b and c are moved as little as it takes: the nearest law for which the flow of
every level lies in its displayed range between the heads of its table (``Pump.heads``), and that
of the highest does not pass the device's highest mean flow at 60 mmHg. Flow falls with head, so
the two ends do for all between. Where no law keeps every range, the largest miss is made as small
as it gets first. The steady law is used, on the mean head: over the beat of a patient the mean
flow lies below it by some hundredths of a L/min, because the law bends.

The fits run away near shut-off, so the head is bounded by ``psi rho (pi D n)^2`` with one head
coefficient psi for all devices. psi is a guess: the smallest one, rounded up, with which the
displayed ranges of every left-sided device hold.

    python tools/fit_head_flow.py --check
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import NonlinearConstraint, minimize

from plants import DEVICE_PARAMETERS, InputError, Pump
from plants.pumps import HeadFlow, steady_flow, steady_head
from plants.quantities import (
    BLOOD_DENSITY,
    DATA,
    KRPM_PER_RPM,
    MISSING,
    PA_PER_MMHG,
    SECONDS_PER_MINUTE,
)

#: Where the devices' files lie.
FOLDER = DATA / "devices"
#: Decimals that are written.
DECIMALS = {"head_a": 5, "head_b": 4, "head_c": 3, "shutoff_limit": 5}
#: How far the solver may be off from one computer to the next: by a share, and head_b by as much.
RELATIVE, ABSOLUTE = 1e-4, 1e-3
#: Head (mmHg) at which the highest level may not pass the highest mean flow.
MAX_MEAN_FLOW_HEAD = 60.0
# How far a miss may exceed the smallest one, L/min: what the solver leaves; far below the
# 0.1 L/min that the console shows.
_SLACK = 1e-6
# Scales that bring heads (mmHg) and distances near one for the solver.
_HEAD_SCALE = 10.0
_MAX_ITERATIONS = 1000

# The Euler head of a rotor without swirl at its inlet: no more can be had at its tip speed.
_HIGHEST_COEFFICIENT = 1.0
# Misses this near to each other count as the same, L/min.
_SAME_MISS = 1e-3

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
    """The fit that a device's law was refitted from; the law itself where it was not refitted."""
    for row in pump.head_flow_uncertainty:
        if row.reference:
            return row
    law = {name: pump[name] for name in ("head_a", "head_b", "head_c", "inertance")}
    entry = pump.entries["head_a"]
    return HeadFlow(**law, source=entry.source, tag=entry.tag, reference=True)


def largest_miss(pump: Pump, heads: Sequence[float] | None = None) -> float:
    """By how much the worst flow of a device lies outside what it may be, L/min.

    Parameters
    ----------
    pump : Pump
        The device.
    heads : sequence of float, optional
        Heads at which every level is looked at, mmHg; by default those of the device's table.
        Flow is bounded above by the highest mean
        flow at :data:`MAX_MEAN_FLOW_HEAD` too.

    Returns
    -------
    float
        0 where every flow lies inside; a flow below zero is displayed as zero.
    """
    return _worst(pump.values, _bounds(pump, heads))


def fit_head_flow(
    pump: Pump, *, heads: Sequence[float] | None = None, shutoff_limit: float | None = None
) -> HeadFlowFit:
    """The law nearest to the reference's fit with which every displayed range holds.

    Parameters
    ----------
    pump : Pump
        The device, with its ranges and its reference fit; see :func:`reference_fit`.
    heads : sequence of float, optional
        Heads at which the ranges are to hold, mmHg; by default those of the device's table.
    shutoff_limit : float, optional
        Bound on the head per speed squared, mmHg/krpm2; by default the device's.

    Returns
    -------
    HeadFlowFit
        The same numbers on every call.
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
    solution = minimize(
        objective,
        start,
        method="SLSQP",
        bounds=ranges,
        constraints=NonlinearConstraint(conditions, 0.0, np.inf),
        options={"maxiter": _MAX_ITERATIONS, "ftol": 1e-13},
    )
    point: Vector = np.asarray(solution.x, dtype=np.float64)
    return point


def _bounds(pump: Pump, heads: Sequence[float] | None) -> _Bounds:
    """Every bound that a displayed range or the highest mean flow sets.

    A range from zero sets no lower bound: no flow is displayed below zero.
    """
    rows: list[tuple[float, float, float, float]] = []
    for level in pump.levels:
        if level.rpm == 0:
            continue
        for head in pump.heads if heads is None else heads:
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


def tip_speed_bound(pump: Pump, coefficient: float) -> float:
    """Euler's bound ``psi rho (pi D n)^2`` on the head of a device, mmHg/krpm2.

    Parameters
    ----------
    pump : Pump
        The device; D is its French size over 3, in mm.
    coefficient : float
        The head coefficient psi, from 0 to 1.

    Raises
    ------
    InputError
        The device's size is not known.
    """
    french = pump.rating("pump_french")
    if french is None:
        raise InputError("ratings.pump_french", MISSING, "a known size, in Fr", source=pump.path)
    diameter = french / 3 * 1e-3
    tip_speed = math.pi * diameter / (SECONDS_PER_MINUTE * KRPM_PER_RPM)  # m/s per krpm
    return coefficient * BLOOD_DENSITY * tip_speed**2 / PA_PER_MMHG


def smallest_head_coefficient(pumps: Iterable[Pump], *, step: float = 0.01) -> float:
    """The smallest head coefficient, rounded up, with which the displayed ranges hold.

    One for all devices: with it every device can be fitted as closely as without a bound on its
    head. What decides is the slowest level that shows flow at the highest head.

    Parameters
    ----------
    pumps : iterable of Pump
        The devices.
    step : float
        What is rounded up to.

    Returns
    -------
    float
        psi of :func:`tip_speed_bound`.
    """
    devices = list(pumps)
    unbounded = [_fitted_miss(pump, _HIGHEST_COEFFICIENT) for pump in devices]

    def holds(steps: int) -> bool:
        return all(
            _fitted_miss(pump, steps * step) <= miss + _SAME_MISS
            for pump, miss in zip(devices, unbounded, strict=True)
        )

    low, high = 1, round(_HIGHEST_COEFFICIENT / step)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return round(low * step, 10)


def _fitted_miss(pump: Pump, coefficient: float) -> float:
    return fit_head_flow(pump, shutoff_limit=tip_speed_bound(pump, coefficient)).largest_miss


def law_of(pump: Pump, coefficient: float) -> dict[str, float]:
    """What belongs into a device's file, rounded as it is written there.

    Parameters
    ----------
    pump : Pump
        The device; where it has no reference fit beside its own law, that law stays.
    coefficient : float
        The head coefficient psi of :func:`tip_speed_bound`.
    """
    law = {"shutoff_limit": tip_speed_bound(pump, coefficient)}
    if any(row.reference for row in pump.head_flow_uncertainty):
        fit = fit_head_flow(pump, shutoff_limit=round(law["shutoff_limit"], 5))
        law |= {"head_a": fit.head_a, "head_b": fit.head_b, "head_c": fit.head_c}
    # Adding zero turns a rounded -0.0 into 0.0.
    return {name: round(value, DECIMALS[name]) + 0.0 for name, value in law.items()}


def differing(pump: Pump, law: Mapping[str, float]) -> dict[str, float]:
    """The numbers of a law that the device's file does not have, within the solver's accuracy."""
    slack = {"head_b": ABSOLUTE}
    return {
        name: value
        for name, value in law.items()
        if not math.isclose(value, pump[name], rel_tol=RELATIVE, abs_tol=slack.get(name, 0.0))
    }


def written(text: str, numbers: Mapping[str, float]) -> str:
    """The text of a device file with other values of some parameters."""
    for name, value in numbers.items():
        head = re.escape(f"[parameters.{name}]\nvalue = ")
        text = re.sub(f"({head}).*", rf"\g<1>{value!r}", text)
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the laws, or check them; 1 where a check finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; tell what differs")
    check = parser.parse_args(arguments).check
    pumps = [Pump.load(name) for name in Pump.names()]
    coefficient = smallest_head_coefficient(pump for pump in pumps if pump.side == "left")
    print(f"head coefficient psi {coefficient:g}")
    count = 0
    for pump in pumps:
        numbers = differing(pump, law_of(pump, coefficient))
        count += len(numbers)
        for name, value in numbers.items():
            print(f"{pump.name}: {name} is {pump[name]!r}, fitted {value!r}")
        if numbers and not check:
            path = FOLDER / f"{pump.name}.toml"
            path.write_text(written(path.read_text(encoding="utf-8"), numbers), encoding="utf-8")
    print(f"{count} numbers differ" if count else "nothing differs")
    return 1 if check and count else 0


if __name__ == "__main__":
    sys.exit(main())
