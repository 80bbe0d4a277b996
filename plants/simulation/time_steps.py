"""How a stretch of time is cut: blocks of held disturbances, and integration steps within them."""

from __future__ import annotations

import math

from plants.beat import DEFAULT_STEP
from plants.plant import Plant
from plants.quantities import InputError

#: Disturbances are held, at their mean, over blocks no longer than this, s.
DISTURBANCE_BLOCK = 0.5


def integration_step(
    plant: Plant, step: float | None, whose: str = "this patient and pump"
) -> float:
    """The step (s) that a plant is integrated with: the one wanted, or the default.

    Raises
    ------
    InputError
        It is not positive, or exceeds the largest stable one of this plant.
    """
    largest = plant.largest_step()
    if step is None:
        return min(DEFAULT_STEP, largest)
    if not 0 < step <= largest:
        allowed = f"above 0, up to {largest:.3g} s (stability with {whose})"
        raise InputError("step", step, allowed, source=plant.patient.path)
    return step


def time_blocks(seconds: float, unit: float) -> list[float]:
    """Lengths (s) that add up to `seconds`: whole units but for the last, at most a block each."""
    longest = max(1, math.floor(DISTURBANCE_BLOCK / unit + 1e-9)) * unit
    before = math.ceil(seconds / longest - 1e-9) - 1
    return [longest] * before + [seconds - before * longest]


def check_positive(field: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise InputError(field, value, "a positive number of seconds")
