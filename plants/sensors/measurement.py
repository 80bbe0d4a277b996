"""What a controller sees: the values of one instant, and nothing that its tier does not show."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from plants.quantities import InputError


class UnknownSignalError(InputError, KeyError):
    """A signal was asked for that the tier does not show.

    Also a ``KeyError``, so that ``get`` and ``in`` behave as with any mapping.
    """

    def __str__(self) -> str:  # KeyError would show the message in quotes
        return Exception.__str__(self)


class Measurement(Mapping[str, float]):
    """Read-only values by signal name; NaN where there is no value at this instant.

    Parameters
    ----------
    time : float
        When it was taken, s.
    tier : str
        The tier of the sensors.
    values : mapping of str to float
        Every signal of the tier, in the units of :data:`~plants.SIGNALS`.

    Examples
    --------
    >>> import math
    >>> from plants import Measurement
    >>> m = Measurement(1.0, "icu", {"map": 66.0, "pcwp": math.nan})
    >>> m["map"], m.missing, m.get("lvedp")
    (66.0, ('pcwp',), None)
    >>> "lvedp" in m
    False
    """

    __slots__ = ("_tier", "_time", "_values")
    _time: float
    _tier: str
    _values: dict[str, float]

    def __init__(self, time: float, tier: str, values: Mapping[str, float]):
        if not math.isfinite(time):
            raise InputError("time", time, "a finite time in s")
        object.__setattr__(self, "_time", float(time))
        object.__setattr__(self, "_tier", tier)
        object.__setattr__(self, "_values", {name: float(v) for name, v in values.items()})

    @property
    def time(self) -> float:
        """When the measurement was taken, s."""
        return self._time

    @property
    def tier(self) -> str:
        """The tier of the sensors."""
        return self._tier

    @property
    def names(self) -> tuple[str, ...]:
        """The tier's signals, whether or not they have a value now."""
        return tuple(self._values)

    @property
    def missing(self) -> tuple[str, ...]:
        """The signals without a value now."""
        return tuple(name for name, value in self._values.items() if math.isnan(value))

    def __getitem__(self, name: str) -> float:
        try:
            return self._values[name]
        except KeyError:
            allowed = f"one of {', '.join(self._values)}, which tier {self._tier} shows"
            raise UnknownSignalError("signal", name, allowed) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Measurement is read-only: cannot set {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Measurement is read-only: cannot delete {name}")

    def __reduce__(self) -> tuple[Any, ...]:
        return (Measurement, (self._time, self._tier, self._values))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value:.6g}" for name, value in self._values.items())
        return f"Measurement(time={self._time:.6g}, tier={self._tier!r}, {shown})"
