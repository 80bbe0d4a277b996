"""Actions of many environments at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from plants import InputError, SpeedAction
from plants.console import ActionMap

Array = NDArray[np.float64]


def speeds_of(actions: Any, meaning: ActionMap, lanes: NDArray[np.bool_]) -> Array:
    """The speeds (rpm) that actions mean, as ``meaning.speed`` gives them one by one.

    Parameters
    ----------
    actions : array_like
        An action for each environment.
    meaning : SpeedAction or LevelAction
        What an action means.
    lanes : ndarray of bool, shape (n,)
        Environments whose action counts; the others' may be anything.

    Returns
    -------
    ndarray, shape (n,)
        Speeds; 0 where the action does not count.

    Raises
    ------
    InputError
        There is not one action for each environment, or one is refused; the message names it by
        its index.
    """
    try:
        given = len(actions)
    except TypeError:
        given = -1
    if given != len(lanes):
        raise InputError("actions", actions, f"{len(lanes)} actions, one for each environment")
    known = _all_at_once(actions, meaning)
    if known is not None:
        return np.where(lanes, known, 0.0)
    # Something is out of the ordinary: one by one, so that it is judged as in one environment.
    speeds = np.zeros(len(lanes))
    for index in np.flatnonzero(lanes).tolist():
        try:
            speeds[index] = meaning.speed(actions[index])
        except InputError as error:
            raise InputError(f"actions[{index}]", error.value, error.allowed) from None
    return speeds


def _all_at_once(actions: Any, meaning: ActionMap) -> Array | None:
    """The speeds where every action is an ordinary one; None where one is not."""
    if not isinstance(actions, np.ndarray):
        return None
    if isinstance(meaning, SpeedAction):
        if actions.shape[1:] != (1,) or actions.dtype.kind != "f":
            return None
        value = actions[:, 0].astype(np.float64)
        if not np.all(np.abs(value) <= 1.0):  # NaN compares false.
            return None
        return meaning.low + 0.5 * (value + 1.0) * (meaning.high - meaning.low)
    table = np.array(meaning.speeds)
    if actions.ndim != 1 or actions.dtype.kind not in "iu":
        return None
    if len(actions) and not 0 <= actions.min() <= actions.max() < len(table):
        return None
    return table[actions]
