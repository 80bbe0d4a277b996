"""What each tier of sensors shows, and how well: the table behind :mod:`plants.sensors.sensors`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, ValidationInfo

from plants.plant import METRICS
from plants.quantities import (
    DATA,
    SIGNALS,
    CheckedModel,
    Parameter,
    Quantity,
    Source,
    Tag,
    check_number,
    load_toml,
    number_in,
    one_of,
    parameter_table,
    quantities_in,
    unit_of_named,
    unknown_name,
)

#: The tiers, from the least to the most that is shown.
TIERS: tuple[str, ...] = ("console", "icu", "full")
#: What takes away a signal that needs the position of the pump.
DROPOUTS = parameter_table(
    ("malposition", "1", "share of the windows out of place above which it drops out", 0, 1),
    ("pump_speed", "rpm", "rotor speed below which it drops out", 0, 60_000),
)

_INTERVAL = Parameter("interval", "s", "time between two values", 0.0, 604_800.0)


def _check_spread(spread: object, info: ValidationInfo) -> float:
    """The spread of an error of the model's ``signal``, in its unit.

    Raises
    ------
    InputError
        It is no number from 0 to the width of the signal's range.
    """
    name = info.data.get("signal")
    if name is None:  # refused already
        return 0.0
    signal = SIGNALS[name]
    declared = Parameter(name, signal.unit, "spread", 0.0, signal.high - signal.low)
    return check_number(spread, declared, "", None)


#: The spread of an error of the model's ``signal``, and the unit of that signal.
Spread = Annotated[float, PlainValidator(_check_spread)]
SignalUnit = Annotated[str, unit_of_named("signal", SIGNALS)]


class Sensor(CheckedModel):
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

    signal: Annotated[str, one_of(SIGNALS)]
    noise_sd: Spread = 0.0
    bias_sd: Spread = 0.0
    interval: Annotated[float, number_in(_INTERVAL)] = 0.0
    source: Source = "by definition"
    tag: Tag = "D"
    needs_position: bool = False


class SensorRow(Sensor):
    """A sensor as a file has it: every number is there, in the signal's unit."""

    noise_sd: Spread = Field(default=...)
    bias_sd: Spread = Field(default=...)
    interval: Annotated[float, number_in(_INTERVAL)] = Field(default=...)
    source: Source = Field(default=...)
    tag: Tag = Field(default=...)
    unit: SignalUnit = Field(default=...)


def with_signal_names(tables: Any, **fields: str) -> Any:
    """Tables by name of a signal, each with that name as its ``signal``, and with more fields."""
    if not isinstance(tables, Mapping):
        return tables
    return {
        name: {**table, "signal": name, **fields} if isinstance(table, Mapping) else table
        for name, table in tables.items()
    }


class _SensorsFile(CheckedModel):
    dropout: Annotated[Mapping[str, Quantity], quantities_in(DROPOUTS)]
    console: Annotated[dict[str, SensorRow], BeforeValidator(with_signal_names)]
    icu: Annotated[dict[str, SensorRow], BeforeValidator(with_signal_names)]


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
    file = _content()
    return (*file.console.values(), *(file.icu.values() if tier == "icu" else ()))


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
    return _content().dropout


@functools.cache
def _content() -> _SensorsFile:
    content, source = load_toml(DATA / "sensors.toml")
    return _SensorsFile.read(content, source=source)
