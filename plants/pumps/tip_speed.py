"""How much head a rotor of a size can give at a speed: Euler's tip-speed bound.

The head-flow fits run away near shut-off, so the head is bounded by ``psi rho (pi D n)^2`` with
one head coefficient psi for all devices. psi is a guess, derived from the displayed ranges.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from plants.pumps.head_flow_fit import fit_head_flow
from plants.pumps.pump import Pump
from plants.quantities import (
    BLOOD_DENSITY,
    KRPM_PER_RPM,
    MISSING,
    PA_PER_MMHG,
    SECONDS_PER_MINUTE,
    InputError,
)

# The Euler head of a rotor without swirl at its inlet: no more can be had at its tip speed.
_HIGHEST_COEFFICIENT = 1.0
# Misses this near to each other count as the same, L/min.
_SAME_MISS = 1e-3


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

    Examples
    --------
    >>> from plants.pumps.tip_speed import tip_speed_bound
    >>> from plants import Pump
    >>> round(tip_speed_bound(Pump.load("CP"), 0.28), 5)
    0.13291
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

    Examples
    --------
    >>> from plants.pumps.tip_speed import smallest_head_coefficient
    >>> from plants import Pump
    >>> smallest_head_coefficient([Pump.load("5.0")])
    0.33
    """
    devices = list(pumps)
    free = [_fitted_miss(pump, _HIGHEST_COEFFICIENT) for pump in devices]

    def holds(steps: int) -> bool:
        return all(
            _fitted_miss(pump, steps * step) <= miss + _SAME_MISS
            for pump, miss in zip(devices, free, strict=True)
        )

    low, high = 1, round(_HIGHEST_COEFFICIENT / step)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return round(low * step, 10)


def _fitted_miss(pump: Pump, coefficient: float) -> float:
    return fit_head_flow(pump, shutoff_limit=tip_speed_bound(pump, coefficient)).largest_miss
