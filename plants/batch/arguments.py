"""Arguments of a batch of plants, checked; what is refused is named by the index of its lane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plants.plant import Plant
from plants.quantities import InputError
from plants.scenarios import Scenario
from plants.simulation import DEFAULT_STEP

Array = NDArray[np.float64]


def lane_step(plant: Plant, step: float | None, lane: int) -> float:
    """The step of a lane, s."""
    largest = plant.largest_step()
    if step is None:
        return min(DEFAULT_STEP, largest)
    if not 0 < step <= largest:
        allowed = f"above 0, up to {largest:.3g} s (stability with plants[{lane}])"
        raise InputError("step", step, allowed, source=plant.patient.path)
    return step


def checked_plants(plants: Sequence[Plant]) -> tuple[Plant, ...]:
    """One plant or more."""
    found = tuple(plants)
    if not found:
        raise InputError("plants", plants, "one plant or more")
    for index, one in enumerate(found):
        if not isinstance(one, Plant):
            raise InputError(f"plants[{index}]", one, "a Plant")
    return found


def each_lane(
    scenarios: Scenario | Sequence[Scenario | None] | None, count: int
) -> list[Scenario | None]:
    """A scenario, or none, for each lane."""
    if scenarios is None or isinstance(scenarios, Scenario):
        return [scenarios] * count
    found = list(sized("scenarios", scenarios, count))
    for index, one in enumerate(found):
        if one is not None and not isinstance(one, Scenario):
            raise InputError(f"scenarios[{index}]", one, "a Scenario or None")
    return found


def sized(field: str, values: Sequence[Any], count: int) -> Sequence[Any]:
    """As many values as there are lanes."""
    if len(values) != count:
        raise InputError(field, f"{len(values)} of them", f"{count}, one for each lane")
    return values


def row_of(field: str, values: ArrayLike, count: int) -> Array:
    """A finite number for each lane, from one or as many."""
    row = np.asarray(values, dtype=np.float64)
    if row.ndim == 0:
        row = np.full(count, row)
    if row.shape != (count,):
        raise InputError(field, f"shape {row.shape}", f"one number, or {count}")
    for index in np.flatnonzero(~np.isfinite(row)).tolist():
        raise InputError(f"{field}[{index}]", float(row[index]), "a finite number of rpm")
    return row


def matrix_of(field: str, values: ArrayLike, shape: tuple[int, int]) -> Array:
    """A matrix of that shape; its numbers may be anything."""
    matrix = np.ascontiguousarray(values, dtype=np.float64)
    if matrix.shape != shape:
        raise InputError(field, f"shape {matrix.shape}", f"shape {shape}")
    return matrix


def mask_of(lanes: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """A boolean for each lane."""
    mask = np.asarray(lanes)
    if mask.dtype != bool or mask.shape != (count,):
        raise InputError("lanes", f"{mask.dtype} of shape {mask.shape}", f"{count} booleans")
    return mask


def whole(field: str, value: int, most: int) -> int:
    """An integer from 1 on."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not 1 <= value <= most:
        raise InputError(field, value, f"an integer from 1 to {most}")
    return int(value)


def indices_of(lanes: Iterable[int], count: int) -> NDArray[np.intp]:
    """Indices of lanes, each once."""
    found = list(lanes)
    allowed = f"indices from 0 to {count - 1}, each once"
    seen: set[int] = set()
    for one in found:
        integral = isinstance(one, Integral) and not isinstance(one, bool)
        if not integral or not 0 <= one < count or one in seen:
            raise InputError("lanes", one, allowed)
        seen.add(one)
    return np.array(found, np.intp)
