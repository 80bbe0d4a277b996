"""The actions of a learned policy, and the pump speeds they stand for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plants.pumps import Pump
from plants.quantities import InputError, unknown_name

#: The kinds of action there are.
ACTION_KINDS = ("speed", "level")
# A policy that squashes or clips in single precision may miss the end of the range by this much.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class SpeedAction:
    """A number from -1 to 1, mapped linearly to a range of speeds.

    The range begins at the slowest level that runs, not at 0: a stopped pump leaks blood back
    from the aorta, which no policy should have to find out.

    Parameters
    ----------
    low, high : float
        Speeds (rpm) of the actions -1 and 1.

    Examples
    --------
    >>> from plants import Pump
    >>> from plants import SpeedAction
    >>> action = SpeedAction.of(Pump.load("CP"))
    >>> action.speed([-1.0]), action.speed([0.0]), action.speed([1.0])
    (23000.0, 34500.0, 46000.0)
    """

    low: float
    high: float
    kind = "speed"

    def __post_init__(self) -> None:
        if not 0 <= self.low < self.high < math.inf:
            raise InputError("action", (self.low, self.high), "two speeds in rpm, rising")

    @classmethod
    def of(cls, pump: Pump) -> SpeedAction:
        """From the slowest running level of a pump to its highest speed."""
        return cls(min(level.rpm for level in pump.levels if level.rpm > 0), pump.max_rpm)

    def speed(self, action: Any) -> float:
        """The speed (rpm) that an action means.

        Raises
        ------
        InputError
            The action is not one finite number from -1 to 1.
        """
        allowed = "an array of one finite number from -1 to 1"
        try:
            value = np.asarray(action, dtype=float)
        except (TypeError, ValueError, RuntimeError):  # the last of a tensor that has a gradient
            raise InputError("action", action, allowed) from None
        # NaN compares false, and so is refused too.
        if value.shape != (1,) or not abs(value[0]) <= 1.0 + _ROUNDING:
            raise InputError("action", action, allowed)
        share = 0.5 * (min(max(float(value[0]), -1.0), 1.0) + 1.0)
        return self.low + share * (self.high - self.low)

    def action(self, speed: float) -> NDArray[np.float32]:
        """The action that means a speed (rpm), or the nearest speed of the range."""
        share = (speed - self.low) / (self.high - self.low)
        return np.clip([2.0 * share - 1.0], -1.0, 1.0).astype(np.float32)

    def as_dict(self) -> dict[str, Any]:
        """The map as JSON takes it; :func:`action_from` reads it back."""
        return {"kind": self.kind, "low": self.low, "high": self.high, "unit": "rpm"}


@dataclass(frozen=True)
class LevelAction:
    """The index of a P-level.

    Parameters
    ----------
    speeds : tuple of float
        Speeds of the levels, rpm; the first is that of action 0.

    Examples
    --------
    >>> from plants import Pump
    >>> from plants import LevelAction
    >>> LevelAction.of(Pump.load("CP")).speed(8)
    44000.0
    """

    speeds: tuple[float, ...]
    kind = "level"

    def __post_init__(self) -> None:
        if len(self.speeds) < 2 or not all(0 <= rpm < math.inf for rpm in self.speeds):
            raise InputError("action", self.speeds, "two speeds in rpm or more")

    @classmethod
    def of(cls, pump: Pump) -> LevelAction:
        """The levels of a pump, the stopped one included, in the order of the console."""
        return cls(tuple(level.rpm for level in pump.levels))

    def speed(self, action: Any) -> float:
        """The speed (rpm) that an action means.

        Raises
        ------
        InputError
            The action is no integer, or there is no such level.
        """
        return self.speeds[action_index(action, len(self.speeds))]

    def action(self, speed: float) -> int:
        """The action whose speed is nearest to a speed (rpm)."""
        return min(range(len(self.speeds)), key=lambda k: abs(self.speeds[k] - speed))

    def as_dict(self) -> dict[str, Any]:
        """The map as JSON takes it; :func:`action_from` reads it back."""
        return {"kind": self.kind, "speeds": list(self.speeds), "unit": "rpm"}


def action_index(action: Any, count: int) -> int:
    """The number of one of so many actions.

    Parameters
    ----------
    action : int, or array or tensor of one integer
        What an agent gives.
    count : int
        How many actions there are.

    Raises
    ------
    InputError
        It is no integer, or there is no such action.

    Examples
    --------
    >>> import numpy as np
    >>> from plants.console import action_index
    >>> action_index(3, 7), action_index(np.array([3]), 7)
    (3, 3)
    """
    try:
        value = np.asarray(action)
    except (TypeError, ValueError, RuntimeError):
        value = np.empty(0)
    whole = value.dtype.kind in "iu" and value.shape in ((), (1,))
    if not whole or not 0 <= value.item() < count:
        raise InputError("action", action, f"an integer from 0 to {count - 1}")
    return int(value.item())


ActionMap = SpeedAction | LevelAction


def action_of(pump: Pump, kind: str) -> ActionMap:
    """The actions of that kind for a pump.

    Raises
    ------
    InputError
        There is no such kind.

    Examples
    --------
    >>> from plants import Pump
    >>> from plants import action_of
    >>> action_of(Pump.load("CP"), "level").speed(1)
    23000.0
    """
    if kind == "speed":
        return SpeedAction.of(pump)
    if kind == "level":
        return LevelAction.of(pump)
    raise unknown_name("action", kind, ACTION_KINDS)


def action_from(content: object, *, source: str | None = None) -> ActionMap:
    """The actions that ``as_dict`` wrote.

    Raises
    ------
    InputError
        The content is something else.

    Examples
    --------
    >>> from plants import SpeedAction, action_from
    >>> action_from(SpeedAction(1000.0, 2000.0).as_dict())
    SpeedAction(low=1000.0, high=2000.0)
    """
    allowed = "a table with kind, and low and high or speeds, in rpm"
    if isinstance(content, Mapping) and content.get("unit") == "rpm":
        try:
            if content.get("kind") == "speed":
                return SpeedAction(float(content["low"]), float(content["high"]))
            if content.get("kind") == "level":
                return LevelAction(tuple(float(rpm) for rpm in content["speeds"]))
        except (KeyError, TypeError, ValueError):
            pass
    raise InputError("action", content, allowed, source=source)
