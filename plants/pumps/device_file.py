"""What a device file holds besides parameters: P-levels, boost and the spread of the fit."""

from __future__ import annotations

import re
from os import PathLike
from typing import Any, NamedTuple

from plants.pumps.parameters import DEVICE_PARAMETERS, DEVICE_RATINGS
from plants.quantities import (
    MISSING,
    InputError,
    Parameter,
    check_keys,
    check_number,
    check_tag,
    check_text,
    load_toml,
    parameter_table,
    read_quantities,
    read_quantity,
    unknown_name,
)

_LEVEL = parameter_table(
    ("rpm", "rpm", "rotor speed", 0, 60000),
    ("flow_low", "L/min", "lower end of the displayed mean flow", 0, 15),
    ("flow_high", "L/min", "upper end of the displayed mean flow", 0, 15),
)
_BOOST_TIME = Parameter("boost", "s", "longest use of the boost level", 1, 86400)
# The spread of the fit may have a vanishing quadratic term; the plant's own law may not.
_HEAD_FLOW = parameter_table(
    *(
        (name, one.unit, one.meaning, one.low, 0 if name == "head_c" else one.high)
        for name, one in DEVICE_PARAMETERS.items()
        if name in ("head_a", "head_b", "head_c", "inertance")
    )
)
_LEVEL_NAME = re.compile(r"P-\d+")
_DEVICE_TEXTS = ("side", "route", "pressure_sensor", "source")


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
    """

    head_a: float
    head_b: float
    head_c: float
    inertance: float
    source: str
    tag: str
    reference: bool = False


def read_pump_file(name_or_path: str | PathLike[str], folder: str) -> dict[str, Any]:
    """The arguments of :class:`~plants.Pump` that a preset or a file gives.

    Raises
    ------
    InputError
        There is no such preset or file, or something in it is refused; the message names file,
        key, value and what is allowed.
    """
    content, source = load_toml(name_or_path, folder, "device")
    required = ("name", "device", "level_columns", "levels", "parameters")
    optional = ("description", "ratings", "boost", "head_flow_uncertainty")
    keys = check_keys(content, required + optional, "", source, required=required)
    device = check_keys(
        keys["device"],
        ("side", "route", "access", "pressure_sensor", "source", "tag"),
        "device",
        source,
        required=("side", "route", "access", "pressure_sensor", "source", "tag"),
    )
    for key in _DEVICE_TEXTS:
        check_text(device[key], f"device.{key}", source)
    check_tag(device["tag"], "device.tag", source)
    access = device["access"]
    if not isinstance(access, list) or not access:
        raise InputError("device.access", access, "a list of at least one text", source=source)
    return {
        "name": keys["name"],
        "description": keys.get("description", ""),
        "side": device["side"],
        "route": device["route"],
        "access": tuple(check_text(one, "device.access", source) for one in access),
        "pressure_sensor": device["pressure_sensor"],
        "levels": _read_levels(keys["levels"], keys["level_columns"], source),
        "entries": read_quantities(keys["parameters"], DEVICE_PARAMETERS, "parameters", source),
        "ratings": read_quantities(
            keys.get("ratings", {}), DEVICE_RATINGS, "ratings", source, required=False
        ),
        "boost": _read_boost(keys["boost"], source) if "boost" in keys else None,
        "head_flow_uncertainty": _read_spread(keys.get("head_flow_uncertainty", []), source),
        "path": source,
    }


def check_levels(
    levels: tuple[Level, ...], boost: Boost | None, max_speed: float, source: str
) -> None:
    """Refuse levels that contradict each other, the boost or the highest speed.

    Raises
    ------
    InputError
        The first level is not stopped, a name is no level name or comes twice, speeds do not
        rise or pass the highest speed, a range of flow is upside down, or the boost level is
        not among the levels.
    """
    if not levels or levels[0].rpm != 0:
        first = levels[0].rpm if levels else MISSING
        raise InputError("levels[0].rpm", first, "0: the first level is stopped", source=source)
    slower = -1.0
    seen: set[str] = set()
    for index, level in enumerate(levels):
        field = f"levels[{index}]"
        if not _LEVEL_NAME.fullmatch(level.name) or level.name in seen:
            allowed = "P- and a number no other level has, P-3 for example"
            raise InputError(f"{field}.name", level.name, allowed, source=source)
        if not slower < level.rpm <= max_speed:
            allowed = f"above the level before it, up to max_speed ({max_speed:g} rpm)"
            raise InputError(f"{field}.rpm", level.rpm, allowed, source=source)
        low, high = level.flow_low, level.flow_high
        if low is not None and high is not None and low > high:
            allowed = f"up to flow_high ({high:g} L/min)"
            raise InputError(f"{field}.flow_low", low, allowed, source=source)
        slower = level.rpm
        seen.add(level.name)
    if boost is not None and boost.level not in seen:
        raise unknown_name("boost.level", boost.level, sorted(seen), source=source)


def _read_levels(rows: object, columns: object, source: str) -> tuple[Level, ...]:
    names = (*_LEVEL, "source")
    header = check_keys(columns, names, "level_columns", source, required=names)
    for name, declared in _LEVEL.items():
        if header[name] != declared.unit:
            raise InputError(
                f"level_columns.{name}", header[name], repr(declared.unit), source=source
            )
    check_text(header["source"], "level_columns.source", source, what="a source")
    levels = []
    for field, row in _rows(rows, "levels", source):
        keys = check_keys(
            row, ("name", *_LEVEL, "tag", "source"), field, source, required=("name", "rpm", "tag")
        )
        rpm, low, high = (
            check_number(keys[name], declared, f"{field}.{name}", source) if name in keys else None
            for name, declared in _LEVEL.items()
        )
        assert rpm is not None  # required above
        levels.append(
            Level(
                check_text(keys["name"], f"{field}.name", source),
                rpm,
                low,
                high,
                check_tag(keys["tag"], f"{field}.tag", source),
                check_text(keys.get("source", header["source"]), f"{field}.source", source),
            )
        )
    return tuple(levels)


def _read_boost(table: object, source: str) -> Boost:
    keys = check_keys(
        table, ("level", "value", "unit", "source", "tag"), "boost", source, required=("level",)
    )
    level = check_text(keys.pop("level"), "boost.level", source)
    return Boost(level, read_quantity(keys, _BOOST_TIME, "boost", source).value)


def _read_spread(rows: object, source: str) -> tuple[HeadFlow, ...]:
    names = (*_HEAD_FLOW, "source", "tag")
    spread: list[HeadFlow] = []
    for field, row in _rows(rows, "head_flow_uncertainty", source):
        keys = check_keys(row, (*names, "reference"), field, source, required=names)
        for name, declared in _HEAD_FLOW.items():
            keys[name] = check_number(keys[name], declared, f"{field}.{name}", source)
        reference = keys.get("reference", False)
        if not isinstance(reference, bool) or (reference and any(one.reference for one in spread)):
            allowed = "true of one row at most, else false or left out"
            raise InputError(f"{field}.reference", reference, allowed, source=source)
        check_text(keys["source"], f"{field}.source", source, what="a source")
        check_tag(keys["tag"], f"{field}.tag", source)
        spread.append(HeadFlow(**keys))
    return tuple(spread)


def _rows(rows: object, field: str, source: str) -> list[tuple[str, object]]:
    """The tables of a TOML array with their names in messages; the first is ``field[0]``."""
    if not isinstance(rows, list):
        value = MISSING if rows is None else rows
        raise InputError(field, value, f"a list of tables [[{field}]]", source=source)
    return [(f"{field}[{index}]", row) for index, row in enumerate(rows)]
