"""A scenario: a timeline of named disturbances, from a file or from code."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import Any

from plants.quantities import InputError, check_keys, check_text, load_toml, preset_names
from plants.scenarios.disturbances import DISTURBANCES
from plants.scenarios.event import ACTIONS, Event, finite_time, interval
from plants.scenarios.shapes import mean_of_product

_FOLDER = "scenarios"
_NEEDED = ("disturbance", "amount", "unit", "shape", "onset", "source", "tag")
_OPTIONAL = ("duration", "time_constant")


@dataclass(frozen=True)
class Scenario:
    """Events on a common clock; before the first and long after the last any time may be asked.

    Parameters
    ----------
    name : str
        The scenario's name.
    description : str
        One or two sentences for tables.
    events : tuple of Event
        Events on the same factor multiply, events on the same additive disturbance add.
    source : str
        Where the scenario came from, for error messages.

    Raises
    ------
    InputError
        A name is blank, something is no event, or events together leave the disturbance's range.

    Examples
    --------
    >>> from plants import Event, Scenario
    >>> scenario = Scenario.load("afterload-up")
    >>> scenario.at(0.0)["systemic_resistance"], scenario.at(30.0)["systemic_resistance"]
    (1.0, 2.0)
    >>> scenario.mean(19.0, 21.0)["systemic_resistance"]
    1.5
    >>> mine = Scenario("mine", "a tilt", (Event("volume", -300.0, "ramp", 5.0, duration=10.0),))
    >>> mine.mean(0.0, 20.0)["infusion"]
    -15.0
    """

    name: str
    description: str
    events: tuple[Event, ...] = ()
    source: str = "scenario"

    def __post_init__(self) -> None:
        check_text(self.name, "name", self.source, what="a name")
        if not isinstance(self.description, str):
            raise InputError("description", self.description, "text", source=self.source)
        object.__setattr__(self, "events", tuple(self.events))
        for index, event in enumerate(self.events):
            if not isinstance(event, Event):
                raise InputError(f"events[{index}]", event, "an Event", source=self.source)
        self._check_range()

    def _check_range(self) -> None:
        # One event is in range by its amount. Several are looked at where a piece begins, just
        # before the next one and after all of them; between these every course is monotone.
        for name, events in self._by_target.items():
            if len(events) < 2:
                continue
            indices = [i for i, event in enumerate(self.events) if event in events]
            for t in self._looked_at(events):
                value = self.at(t)[name]
                field = " and ".join(f"events[{i}]" for i in indices) + f" together, {name}"
                DISTURBANCES[name].check(value, field=field, source=self.source)

    @staticmethod
    def _looked_at(events: tuple[Event, ...]) -> tuple[float, ...]:
        starts = sorted({piece.start for event in events for piece in event.course[1:]})
        long_after = starts[-1] + 100.0 * max(event.time_constant or 0.0 for event in events)
        return (*starts, *(math.nextafter(start, -math.inf) for start in starts), long_after)

    @cached_property
    def _by_target(self) -> dict[str, tuple[Event, ...]]:
        targets = {event.target: None for event in self.events}  # a dict keeps their order
        return {name: tuple(e for e in self.events if e.target == name) for name in targets}

    @classmethod
    def load(cls, name_or_path: str | PathLike[str]) -> Scenario:
        """The preset of that name, or the scenario in a file.

        Parameters
        ----------
        name_or_path : str or path
            A name from :meth:`names`, or a path that ends in ``.toml``.

        Raises
        ------
        InputError
            No preset has that name, the file cannot be read, or it is refused; the message names
            file, event, key, value and what is allowed.

        Examples
        --------
        >>> from plants import Scenario
        >>> [event.amount for event in Scenario.load("hemorrhage").events]
        [-500.0]
        """
        content, source = load_toml(name_or_path, _FOLDER, "scenario")
        keys = check_keys(
            content, ("name", "description", "events"), "", source, required=("name",)
        )
        tables = keys.get("events", [])
        if not isinstance(tables, list):
            raise InputError("events", tables, "tables [[events]]", source=source)
        events = tuple(_read_event(table, index, source) for index, table in enumerate(tables))
        return cls(keys["name"], keys.get("description", ""), events, source)

    @staticmethod
    def names() -> tuple[str, ...]:
        """Names of the presets.

        Examples
        --------
        >>> from plants import Scenario
        >>> "none" in Scenario.names()
        True
        """
        return preset_names(_FOLDER)

    def at(self, t: float) -> dict[str, float]:
        """Every disturbance at time `t`.

        Parameters
        ----------
        t : float
            Time, s; a step counts as done at its own instant.

        Returns
        -------
        dict of str to float
            In the order and the units of :data:`~plants.DISTURBANCES`.
        """
        t = finite_time("t", t)
        values = _neutral()
        for name, events in self._by_target.items():
            parts = [event.at(t) for event in events]
            values[name] = math.prod(parts) if _multiplies(name) else math.fsum(parts)
        return _settled(values)

    def mean(self, t0: float, t1: float) -> dict[str, float]:
        """Exact mean of every disturbance over ``[t0, t1]``.

        Parameters
        ----------
        t0, t1 : float
            The interval, s; where both are equal the values at that time.

        Returns
        -------
        dict of str to float
            In the order and the units of :data:`~plants.DISTURBANCES`. Where events
            multiply it is the mean of their product.

        Raises
        ------
        InputError
            A time is not finite or `t1` is before `t0`.
        """
        t0, t1 = interval(t0, t1)
        if t0 == t1:
            return self.at(t0)
        values = _neutral()
        for name, events in self._by_target.items():
            if _multiplies(name):
                values[name] = mean_of_product(tuple(event.factor for event in events), t0, t1)
            else:
                values[name] = math.fsum(event.mean(t0, t1) for event in events)
        return _settled(values)


def _neutral() -> dict[str, float]:
    return {name: disturbance.neutral for name, disturbance in DISTURBANCES.items()}


def _settled(values: dict[str, float]) -> dict[str, float]:
    """An amount at the edge of its range must not leave it by a rounding error."""
    for name, value in values.items():
        nearest = min(max(value, DISTURBANCES[name].low), DISTURBANCES[name].high)
        if value != nearest and math.isclose(value, nearest, rel_tol=1e-12):
            values[name] = nearest
    return values


def _multiplies(name: str) -> bool:
    return DISTURBANCES[name].combine == "multiply"


def _read_event(table: Any, index: int, source: str) -> Event:
    field = f"events[{index}]"
    keys = check_keys(table, (*_NEEDED, *_OPTIONAL), field, source, required=_NEEDED)
    name, unit = keys["disturbance"], keys["unit"]
    if isinstance(name, str) and name in ACTIONS and unit != ACTIONS[name].unit:
        allowed = f"{ACTIONS[name].unit!r} for {name}"
        raise InputError(f"{field}.unit", unit, allowed, source=source)
    del keys["unit"]
    try:
        return Event(**keys)
    except InputError as error:
        key = f"{field}.{error.field}"
        raise InputError(key, error.value, error.allowed, source=source) from None
