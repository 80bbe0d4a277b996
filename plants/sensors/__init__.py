"""Sensors: what each tier shows, noise and dropout, measurements and observations."""

from plants.sensors.measurement import (
    Measurement as Measurement,
    UnknownSignalError as UnknownSignalError,
)
from plants.sensors.observation import SampleAndHold as SampleAndHold
from plants.sensors.sensors import Sensors as Sensors
from plants.sensors.table import (
    TIERS as TIERS,
    Sensor as Sensor,
    SignalUnit as SignalUnit,
    Spread as Spread,
    position_limits as position_limits,
    tier_table as tier_table,
    with_signal_names as with_signal_names,
)
