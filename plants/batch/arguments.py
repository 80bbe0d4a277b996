"""Arguments of a batch of plants, checked; what is refused is named by the index of its lane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plants.plant import Plant
from plants.quantities import Array, InputError
from plants.scenarios import Scenario


def checked_plants(plants: Sequence[Plant]) -> tuple[Plant, ...]:
    """One plant or more."""
    checked = tuple(plants)
    if not checked:
        raise InputError("plants", plants, "one plant or more")
    for index, plant in enumerate(checked):
        if not isinstance(plant, Plant):
            raise InputError(f"plants[{index}]", plant, "a Plant")
    return checked


def lane_scenarios(
    scenarios: Scenario | Sequence[Scenario | None] | None, count: int
) -> list[Scenario | None]:
    """A scenario, or none, for each lane."""
    if scenarios is None or isinstance(scenarios, Scenario):
        return [scenarios] * count
    by_lane = list(checked_length("scenarios", scenarios, count))
    for index, scenario in enumerate(by_lane):
        if scenario is not None and not isinstance(scenario, Scenario):
            raise InputError(f"scenarios[{index}]", scenario, "a Scenario or None")
    return by_lane


def checked_length(field: str, values: Sequence[Any], count: int) -> Sequence[Any]:
    """As many values as there are lanes."""
    if len(values) != count:
        raise InputError(field, f"{len(values)} of them", f"{count}, one for each lane")
    return values


def lane_values(field: str, values: ArrayLike, count: int) -> Array:
    """A finite number for each lane, from one or as many."""
    row = np.asarray(values, dtype=np.float64)
    if row.ndim == 0:
        row = np.full(count, row)
    if row.shape != (count,):
        raise InputError(field, f"shape {row.shape}", f"one number, or {count}")
    for index in np.flatnonzero(~np.isfinite(row)).tolist():
        raise InputError(f"{field}[{index}]", float(row[index]), "a finite number of rpm")
    return row


def checked_matrix(field: str, values: ArrayLike, shape: tuple[int, int]) -> Array:
    """A matrix of that shape; its numbers may be anything."""
    matrix = np.ascontiguousarray(values, dtype=np.float64)
    if matrix.shape != shape:
        raise InputError(field, f"shape {matrix.shape}", f"shape {shape}")
    return matrix


def lane_mask(lanes: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """A boolean for each lane."""
    mask = np.asarray(lanes)
    if mask.dtype != bool or mask.shape != (count,):
        raise InputError("lanes", f"{mask.dtype} of shape {mask.shape}", f"{count} booleans")
    return mask


def lane_indices(lanes: Iterable[int], count: int) -> NDArray[np.intp]:
    """Indices of lanes, each once."""
    indices = list(lanes)
    allowed = f"indices from 0 to {count - 1}, each once"
    earlier: set[int] = set()
    for lane in indices:
        integral = isinstance(lane, Integral) and not isinstance(lane, bool)
        if not integral or not 0 <= lane < count or lane in earlier:
            raise InputError("lanes", lane, allowed)
        earlier.add(lane)
    return np.array(indices, np.intp)
