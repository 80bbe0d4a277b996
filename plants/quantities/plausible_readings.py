"""What a signal may be in a living patient: ranges in data files, and those of readings."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

from pydantic import model_validator

from plants.quantities.checked_model import CheckedModel
from plants.quantities.errors import InputError
from plants.quantities.fields import Source, Tag, one_of, unit_of_named
from plants.quantities.signals import SIGNALS, signal
from plants.quantities.toml_file import DATA, load_toml


class SignalRange(CheckedModel):
    """Range of a signal, within the declared one.

    Parameters
    ----------
    signal : str
        A name of :data:`~plants.SIGNALS`.
    unit : str
        Its unit.
    low, high : float
        Smallest and largest value.
    source, tag : str
        Where the numbers came from, and how far they are to be believed.
    """

    signal: Annotated[str, one_of(SIGNALS)]
    unit: Annotated[str, unit_of_named("signal", SIGNALS)]
    low: float
    high: float
    source: Source
    tag: Tag

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        declared = SIGNALS[self.signal]
        if not declared.low <= self.low < self.high <= declared.high:
            allowed = f"a range within {declared.low:g} to {declared.high:g} {declared.unit}"
            raise InputError("low", self.low, allowed)
        return self


_Range = TypeVar("_Range", bound=SignalRange)


def signal_ranges(file: str, kind: type[_Range]) -> Mapping[str, _Range]:
    """The ranges of a data file, by signal.

    Parameters
    ----------
    file : str
        Its name in ``plants/data``.
    kind : type of SignalRange
        What each of its tables is.

    Raises
    ------
    InputError
        A table is refused.
    """
    content, source = load_toml(DATA / file)
    rows: dict[str, Any] = {
        name: kind.read({**row, "signal": name}, source=f"{source}: {name}")
        for name, row in content.items()
    }
    return rows


class Plausibility(SignalRange):
    """Range of a signal's readings in a living patient, and the largest change between two.

    Parameters
    ----------
    signal, unit, low, high, source, tag
        As of :class:`SignalRange`; the smallest and largest reading that is believed.
    change : float
        Largest difference between two readings that is believed at once; infinite for any.

    Examples
    --------
    >>> from plants.quantities import plausibility
    >>> pressure = plausibility("map")
    >>> pressure.believes(70.0), pressure.believes(7e7), pressure.believes(float("nan"))
    (True, False, False)
    """

    change: float

    @model_validator(mode="after")
    def _check_change(self) -> Self:
        if self.change <= 0:
            raise InputError("change", self.change, "a positive number")
        return self

    def believes(self, value: float) -> bool:
        """Whether a reading may be one; NaN and infinity are none."""
        return math.isfinite(value) and self.low <= value <= self.high


@functools.cache
def plausibility(name: str) -> Plausibility:
    """What readings of a signal are believed; where no file says so, its declared range.

    Raises
    ------
    InputError
        No signal has that name.
    """
    table = _table()
    if name in table:
        return table[name]
    declared = signal(name)
    return Plausibility.model_construct(
        signal=name,
        unit=declared.unit,
        low=declared.low,
        high=declared.high,
        change=math.inf,
        source="by declaration",
        tag="D",
    )


@functools.cache
def _table() -> Mapping[str, Plausibility]:
    return signal_ranges("plausibility.toml", Plausibility)
