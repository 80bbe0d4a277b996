"""Pumps: devices and their files, head-flow laws, motor, suction, hemolysis and position."""

from plants.pumps import catheter_position as catheter_position, dynamics as dynamics
from plants.pumps.catheter_position import (
    hemolysis_factor as hemolysis_factor,
    position as position,
)
from plants.pumps.head_flow import steady_flow as steady_flow, steady_head as steady_head
from plants.pumps.head_flow_prior import (
    alternative_head_flow_laws as alternative_head_flow_laws,
    sample_head_flow as sample_head_flow,
)
from plants.pumps.hemolysis import hemolysis_rate as hemolysis_rate
from plants.pumps.hemolysis_laws import (
    HEMOLYSIS_LAWS as HEMOLYSIS_LAWS,
    MEASURED_INDEX as MEASURED_INDEX,
    HemolysisLaw as HemolysisLaw,
    hemolysis_law as hemolysis_law,
    with_hemolysis_law as with_hemolysis_law,
)
from plants.pumps.inlet import Inlet as Inlet
from plants.pumps.levels import (
    FULL_SUPPORT_LEVEL as FULL_SUPPORT_LEVEL,
    LOWEST_LEVEL as LOWEST_LEVEL,
    Boost as Boost,
    HeadFlow as HeadFlow,
    Level as Level,
    level_name as level_name,
    level_number as level_number,
)
from plants.pumps.motor import motor_current as motor_current
from plants.pumps.parameters import (
    DEVICE_PARAMETERS as DEVICE_PARAMETERS,
    DEVICE_RATINGS as DEVICE_RATINGS,
    INSERTED_LAYOUT as INSERTED_LAYOUT,
    DeviceParameters as DeviceParameters,
    InsertedDevice as InsertedDevice,
)
from plants.pumps.pump import Pump as Pump
