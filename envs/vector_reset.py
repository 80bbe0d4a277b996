"""Which environments a reset concerns, and what each of them is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plants import InputError


def reset_lanes(mask: Any, count: int) -> NDArray[np.intp]:
    """Indices of the environments that are reset: those of a mask, or all.

    Raises
    ------
    InputError
        The mask is no array of so many bool, or none of them is True.
    """
    if mask is None:
        return np.arange(count)
    chosen = np.asarray(mask)
    if chosen.dtype != bool or chosen.shape != (count,) or not chosen.any():
        allowed = f"an array of {count} bool, one True or more"
        raise InputError("options['reset_mask']", mask, allowed)
    return np.flatnonzero(chosen)


def seeds_of(seed: int | Sequence[int | None] | None, count: int) -> list[int | None]:
    """A seed, or none, for each environment; one number is that of the first.

    Raises
    ------
    InputError
        There are not as many seeds as environments.

    Examples
    --------
    >>> from envs.vector_reset import seeds_of
    >>> seeds_of(7, 3), seeds_of(None, 2), seeds_of([4, None], 2)
    ([7, 8, 9], [None, None], [4, None])
    """
    if seed is None:
        return [None] * count
    if isinstance(seed, int | np.integer):
        return [int(seed) + lane for lane in range(count)]
    if len(seed) != count:
        raise InputError("seed", seed, f"one, or a sequence of {count}")
    return list(seed)


def options_of(options: Mapping[str, Any], lane: int, count: int) -> dict[str, Any]:
    """The options of one environment: of a list its own entry.

    Raises
    ------
    InputError
        A list has not as many entries as there are environments.
    """
    own = {}
    for name, value in options.items():
        several = isinstance(value, list | tuple)
        if several and len(value) != count:
            allowed = f"one, or a list of {count}, one for each environment"
            raise InputError(f"options[{name!r}]", value, allowed)
        own[name] = value[lane] if several else value
    return own
