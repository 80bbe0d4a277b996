"""Sensors: what each tier shows, noise and dropout, measurements and observations."""

from plants.sensors.measurement import Measurement, UnknownSignalError
from plants.sensors.observation import SampleAndHold
from plants.sensors.sensors import TIERS, Sensor, Sensors, position_limits, tier_table

__all__ = [
    "TIERS",
    "Measurement",
    "SampleAndHold",
    "Sensor",
    "Sensors",
    "UnknownSignalError",
    "position_limits",
    "tier_table",
]
