"""Pumps: devices and their files, head-flow laws, motor, suction, hemolysis and position."""

from plants.pumps import catheter_position, dynamics
from plants.pumps.catheter_position import hemolysis_factor, position
from plants.pumps.head_flow import steady_flow, steady_head
from plants.pumps.head_flow_prior import alternative_head_flow_laws, sample_head_flow
from plants.pumps.hemolysis import hemolysis_rate
from plants.pumps.hemolysis_laws import (
    HEMOLYSIS_LAWS,
    MEASURED_INDEX,
    HemolysisLaw,
    hemolysis_law,
    with_hemolysis_law,
)
from plants.pumps.levels import (
    FULL_SUPPORT_LEVEL,
    LOWEST_LEVEL,
    Boost,
    HeadFlow,
    Level,
    level_name,
    level_number,
)
from plants.pumps.motor import motor_current
from plants.pumps.parameters import (
    DEVICE_PARAMETERS,
    DEVICE_RATINGS,
    INSERTED_LAYOUT,
    DeviceParameters,
    InsertedDevice,
)
from plants.pumps.pump import Pump

__all__ = [
    "DEVICE_PARAMETERS",
    "DEVICE_RATINGS",
    "FULL_SUPPORT_LEVEL",
    "HEMOLYSIS_LAWS",
    "INSERTED_LAYOUT",
    "LOWEST_LEVEL",
    "MEASURED_INDEX",
    "Boost",
    "DeviceParameters",
    "HeadFlow",
    "HemolysisLaw",
    "InsertedDevice",
    "Level",
    "Pump",
    "alternative_head_flow_laws",
    "catheter_position",
    "dynamics",
    "hemolysis_factor",
    "hemolysis_law",
    "hemolysis_rate",
    "level_name",
    "level_number",
    "motor_current",
    "position",
    "sample_head_flow",
    "steady_flow",
    "steady_head",
    "with_hemolysis_law",
]
