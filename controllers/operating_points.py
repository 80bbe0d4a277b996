"""Where to run the believed patient: the levels that may be held, and the best by a therapy."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from plants import (
    BeatMap,
    InputError,
    Level,
    Patient,
    PhysicsError,
    Plant,
    Pump,
    SteadyState,
    Therapy,
    individual_therapy,
    steady_state,
)
from plants.pumps import LOWEST_LEVEL
from plants.quantities import FailureKind


@dataclass(frozen=True)
class OperatingPoint:
    """A level and the periodic beat there.

    Attributes
    ----------
    level : Level
        The P-level.
    steady : SteadyState
        Of the believed patient at that level.
    cost : float
        What it costs by the therapy.
    """

    level: Level
    steady: SteadyState
    cost: float


def running_levels(pump: Pump) -> tuple[Level, ...]:
    """The levels that a controller may hold: from P-2 to the highest without a time limit.

    Where a pump has no P-2 the levels start at the slowest that turns.

    Raises
    ------
    InputError
        The pump has no such level.

    Examples
    --------
    >>> from controllers import running_levels
    >>> from plants import Pump
    >>> [level.name for level in running_levels(Pump.load("2.5"))][::6]
    ['P-2', 'P-8']
    """
    speeds = {level.name: level.rpm for level in pump.levels}
    lowest = speeds.get(LOWEST_LEVEL, min((s for s in speeds.values() if s > 0), default=np.inf))
    boosted = speeds[pump.boost.level] if pump.boost is not None else np.inf
    held = tuple(level for level in pump.levels if lowest <= level.rpm < boosted)
    if not held:
        raise InputError(
            "pump", pump.name, "a pump with a level that may be held", source=pump.path
        )
    return held


def speed_limits(pump: Pump) -> tuple[float, float]:
    """Lowest and highest speed (rpm) of :func:`running_levels`.

    Examples
    --------
    >>> from controllers import speed_limits
    >>> from plants import Pump
    >>> speed_limits(Pump.load("CP"))
    (31000.0, 46000.0)
    """
    speeds = [level.rpm for level in running_levels(pump)]
    return min(speeds), max(speeds)


@functools.lru_cache(maxsize=64)
def operating_point(
    patient: Patient,
    pump: Pump,
    therapy: Therapy,
    right_pump: Pump | None = None,
    right_level: str | None = None,
) -> OperatingPoint:
    """The running level whose steady state costs least by the therapy; of equal ones the slowest.

    Parameters
    ----------
    patient : Patient
        As believed.
    pump : Pump
        The device.
    therapy : Therapy
        What is wanted.
    right_pump : Pump, optional
        A right pump beside it.
    right_level : str, optional
        P-level of the right pump; None for the default of :class:`plants.Plant`.

    Returns
    -------
    OperatingPoint
        Remembered for the next run of the same.

    Raises
    ------
    PhysicsError
        The patient has no periodic beat at any level.

    Examples
    --------
    >>> from controllers import operating_point
    >>> from plants import Patient, Pump, Therapy
    >>> operating_point(Patient.load("shock-d"), Pump.load("CP"), Therapy.default()).level.name
    'P-9'
    """
    plant = Plant(patient, pump, right_pump, right_level=right_level)
    beats, therapy = BeatMap(plant), individual_therapy(therapy, patient)
    best: OperatingPoint | None = None
    near = None
    for level in running_levels(pump):
        try:
            steady = steady_state(plant, level.rpm, beats=beats, start=near)
        except PhysicsError:  # One level may have none, where suction comes and goes.
            continue
        near = steady.state
        cost = float(therapy.cost(steady.metrics))
        if best is None or cost < best.cost:
            best = OperatingPoint(level, steady, cost)
    if best is None:
        raise PhysicsError(
            f"patient {patient.name} has no periodic beat at any level of the {pump.name}",
            kind=FailureKind.NO_PERIODIC_BEAT,
        )
    return best
