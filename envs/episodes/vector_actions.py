"""Actions of many environments at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from plants import InputError, SpeedAction
from plants.console import ActionMap
from plants.quantities import Array

Meaning = TypeVar("Meaning", int, float)


def each_action(
    actions: Any, meaning: Callable[[Any], Meaning], lanes: NDArray[np.bool_]
) -> list[Meaning]:
    """What actions mean one by one; all are looked at before any environment moves.

    Parameters
    ----------
    actions : array_like
        An action for each environment.
    meaning : callable
        From an action to what it means.
    lanes : ndarray of bool, shape (n,)
        Environments whose action counts; the others' may be anything.

    Returns
    -------
    list
        What each means; 0 where the action does not count.

    Raises
    ------
    InputError
        There is not one action for each environment, or one is refused; the message names it by
        its index.

    Examples
    --------
    >>> import numpy as np
    >>> from envs.episodes import each_action
    >>> from plants.bedside import action_number
    >>> each_action([2, None], action_number, np.array([True, False]))
    [2, 0]
    """
    try:
        given = list(actions)
    except TypeError:
        given = []
    if len(given) != len(lanes):
        raise InputError("actions", actions, f"{len(lanes)} actions, one for each environment")
    meant: list[Any] = [0] * len(given)
    for index in np.flatnonzero(lanes).tolist():
        try:
            meant[index] = meaning(given[index])
        except InputError as error:
            raise InputError(f"actions[{index}]", error.value, error.allowed) from None
    return meant


def speeds_of(actions: Any, meaning: ActionMap, lanes: NDArray[np.bool_]) -> Array:
    """The speeds (rpm) that actions mean, as :func:`each_action` of ``meaning.speed`` gives them.

    Returns
    -------
    ndarray, shape (n,)
        Speeds; 0 where the action does not count.

    Raises
    ------
    InputError
        As :func:`each_action`.
    """
    known = _all_at_once(actions, meaning)
    if known is not None and len(known) == len(lanes):
        return np.where(lanes, known, 0.0)
    # Something is out of the ordinary: one by one, so that it is judged as in one environment.
    return np.array(each_action(actions, meaning.speed, lanes), np.float64)


def _all_at_once(actions: Any, meaning: ActionMap) -> Array | None:
    """The speeds where every action is an ordinary one; None where one is not."""
    if not isinstance(actions, np.ndarray):
        return None
    if isinstance(meaning, SpeedAction):
        if actions.ndim != 2 or actions.shape[1] != 1 or actions.dtype.kind != "f":
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
