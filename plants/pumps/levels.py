"""P-levels of a console, its boost, and other fits of the head-flow law."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from plants.quantities import MISSING, ErrorCollector, InputError, unknown_name

#: Lowest level that is held under support, where the pump has it: the clinical minimum for a pump
#: that lies across the valve, because slower ones leave blood to leak back, and the level from
#: which it comes out (label: 2 levels at intervals as cardiac function allows, never below P-2
#: until the explant).
LOWEST_LEVEL = "P-2"
#: Level of full support of a left pump that has it.
FULL_SUPPORT_LEVEL = "P-8"
#: Mean heads (mmHg) between which the displayed flows of a device are read, by its side, where its
#: file does not tell them: a guess for left-sided pumps, those of the one published row of the RP.
LEVEL_HEADS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"left": (60.0, 100.0), "right": (20.0, 60.0)}
)
_PREFIX = "P-"
_LEVEL_NAME = re.compile(rf"{_PREFIX}\d+")


def level_name(number: int) -> str:
    """The name of the P-level of a number.

    Examples
    --------
    >>> from plants.pumps import level_name
    >>> level_name(8)
    'P-8'
    """
    return f"{_PREFIX}{number}"


def level_number(name: str) -> int:
    """The number of a P-level.

    Examples
    --------
    >>> from plants.pumps import level_number
    >>> level_number("P-8")
    8
    """
    return int(name.removeprefix(_PREFIX))


class Level(NamedTuple):
    """A P-level of the console.

    Parameters
    ----------
    name : str
        ``"P-0"``, ``"P-1"``, ...
    rpm : float
        Rotor speed in rpm.
    flow_low, flow_high : float or None
        Range of the displayed mean flow in L/min; None where it is not known.
    tag : str
        Confidence in the row, as in :class:`~plants.Quantity`.
    source : str
        Where the row came from.
    """

    name: str
    rpm: float
    flow_low: float | None
    flow_high: float | None
    tag: str
    source: str = ""


class Boost(NamedTuple):
    """A level that may be held only for a while.

    Parameters
    ----------
    level : str
        Name of the level.
    seconds : float
        Longest time at the level, s.
    """

    level: str
    seconds: float


class HeadFlow(NamedTuple):
    """Another fit of the head-flow law to the same tables: how uncertain the law is.

    Parameters
    ----------
    head_a, head_b, head_c, inertance : float
        In the units of the device parameters of those names.
    source, tag : str
        As in :class:`~plants.Quantity`.
    reference : bool
        Whether the device's own law was refitted from this one; of one row at most.
    name : str
        Name of a variant; empty of other rows.
    head_low, head_high : float or None
        Mean heads (mmHg) between which a variant reads the displayed flows.
    """

    head_a: float
    head_b: float
    head_c: float
    inertance: float
    source: str
    tag: str
    reference: bool = False
    name: str = ""
    head_low: float | None = None
    head_high: float | None = None


def check_levels(levels: tuple[Level, ...], boost: Boost | None, max_speed: float) -> None:
    """Refuse levels that contradict each other, the boost or the highest speed.

    Raises
    ------
    InputError
        The first level is not stopped, a name is no level name or comes twice, speeds do not
        rise or pass the highest speed, a range of flow is upside down, or the boost level is
        not among the levels. All of it is told.
    """
    collector = ErrorCollector()
    if not levels or levels[0].rpm != 0:
        first = levels[0].rpm if levels else MISSING
        collector.add(InputError("levels[0].rpm", first, "0: the first level is stopped"))
    slower = -1.0
    names: set[str] = set()
    for index, level in enumerate(levels):
        field = f"levels[{index}]"
        if not _LEVEL_NAME.fullmatch(level.name) or level.name in names:
            allowed = "P- and a number no other level has, P-3 for example"
            collector.add(InputError(f"{field}.name", level.name, allowed))
        if not slower < level.rpm <= max_speed:
            allowed = f"above the level before it, up to max_speed ({max_speed:g} rpm)"
            collector.add(InputError(f"{field}.rpm", level.rpm, allowed))
        low, high = level.flow_low, level.flow_high
        if low is not None and high is not None and low > high:
            allowed = f"up to flow_high ({high:g} L/min)"
            collector.add(InputError(f"{field}.flow_low", low, allowed))
        slower = level.rpm
        names.add(level.name)
    if boost is not None and boost.level not in names:
        collector.add(unknown_name("boost.level", boost.level, sorted(names)))
    collector.tell()
