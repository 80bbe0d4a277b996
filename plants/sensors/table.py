"""What each tier of sensors shows, and how well: the table behind :mod:`plants.sensors.sensors`."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from plants.plant import METRICS
from plants.quantities import (
    DATA,
    SIGNALS,
    InputError,
    Parameter,
    Quantity,
    check_keys,
    check_number,
    check_tag,
    check_text,
    parameter_table,
    read_quantities,
    unknown_name,
)

#: The tiers, from the least to the most that is shown.
TIERS: tuple[str, ...] = ("console", "icu", "full")
_INCLUDED = {"console": ("console",), "icu": ("console", "icu")}
_KEYS = ("unit", "noise_sd", "bias_sd", "interval", "source", "tag")
_SOURCE = "plants/data/sensors.toml"
#: What takes away a signal that needs the position of the pump.
DROPOUTS = parameter_table(
    ("malposition", "1", "share of the windows out of place above which it drops out", 0, 1),
    ("pump_speed", "rpm", "rotor speed below which it drops out", 0, 60_000),
)

_INTERVAL = Parameter("interval", "s", "time between two values", 0.0, 604_800.0)


@dataclass(frozen=True)
class Sensor:
    """How one signal is measured.

    Parameters
    ----------
    signal : str
        A name of :data:`~plants.SIGNALS`.
    noise_sd : float
        Standard deviation of the white noise, in the signal's unit; 0 is exact.
    bias_sd : float
        Standard deviation of an error drawn once for each run, in the signal's unit.
    interval : float
        Time between two values, s; 0 is a value at each measurement.
    source, tag : str
        Where the numbers came from, and how far they are to be believed.
    needs_position : bool
        Whether there is no value while the left pump is out of place or stands still; see
        :func:`position_limits`.
    """

    signal: str
    noise_sd: float = 0.0
    bias_sd: float = 0.0
    interval: float = 0.0
    source: str = "by definition"
    tag: str = "D"
    needs_position: bool = False


@functools.cache
def tier_table(tier: str) -> tuple[Sensor, ...]:
    """How each signal of a tier is measured, in the order of the measurement.

    Raises
    ------
    InputError
        No tier has that name; the message lists those that exist.

    Examples
    --------
    >>> from plants import tier_table
    >>> [sensor.signal for sensor in tier_table("icu") if sensor.interval > 0]
    ['cardiac_output', 'pcwp', 'ejection_fraction']
    """
    if tier not in TIERS:
        raise unknown_name("tier", tier, TIERS)
    if tier == "full":
        return tuple(Sensor(name) for name in METRICS.names)
    content = _content()
    return tuple(
        _read_sensor(name, table, f"{part}.{name}")
        for part in _INCLUDED[tier]
        for name, table in content[part].items()
    )


@functools.cache
def position_limits() -> Mapping[str, Quantity]:
    """Where a signal that needs the position of the pump drops out.

    ``malposition``: the share of the windows out of place above which it does; ``pump_speed``: the
    rotor speed (rpm) below which it does.

    Examples
    --------
    >>> from plants.sensors.table import position_limits
    >>> position_limits()["malposition"].value, position_limits()["malposition"].tag
    (0.5, 'X')
    """
    return MappingProxyType(
        read_quantities(_content().get("dropout"), DROPOUTS, "dropout", _SOURCE)
    )


def _content() -> dict[str, Any]:
    return tomllib.loads((DATA / "sensors.toml").read_text(encoding="utf-8"))


def _read_sensor(name: str, table: object, field: str) -> Sensor:
    source = _SOURCE
    if name not in SIGNALS:
        raise unknown_name(field, name, SIGNALS, source=source)
    keys = check_keys(table, (*_KEYS, "needs_position"), field, source, required=_KEYS)
    signal = SIGNALS[name]
    if keys["unit"] != signal.unit:
        raise InputError(f"{field}.unit", keys["unit"], repr(signal.unit), source=source)
    needs_position = keys.get("needs_position", False)
    if not isinstance(needs_position, bool):
        raise InputError(f"{field}.needs_position", needs_position, "true or false", source=source)
    spread = Parameter(name, signal.unit, "spread", 0.0, signal.high - signal.low)
    return Sensor(
        name,
        check_number(keys["noise_sd"], spread, f"{field}.noise_sd", source),
        check_number(keys["bias_sd"], spread, f"{field}.bias_sd", source),
        check_number(keys["interval"], _INTERVAL, f"{field}.interval", source),
        check_text(keys["source"], f"{field}.source", source, what="a source"),
        check_tag(keys["tag"], f"{field}.tag", source),
        needs_position,
    )
