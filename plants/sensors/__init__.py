"""Sensors: what each tier shows, noise and dropout, measurements and observations."""

from plants.sensors.measurement import Measurement, UnknownSignalError
from plants.sensors.observation import SampleAndHold
from plants.sensors.sensors import Sensors
from plants.sensors.table import (
    TIERS,
    Sensor,
    SignalUnit,
    Spread,
    position_limits,
    tier_table,
    with_signal_names,
)

__all__ = [
    "TIERS",
    "Measurement",
    "SampleAndHold",
    "Sensor",
    "Sensors",
    "SignalUnit",
    "Spread",
    "UnknownSignalError",
    "position_limits",
    "tier_table",
    "with_signal_names",
]
