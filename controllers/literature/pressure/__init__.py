"""Laws on pressures of the ventricle in systole."""

from controllers.literature.pressure.lv_systolic_pressure import (
    LVSystolicPressure as LVSystolicPressure,
)
from controllers.literature.pressure.systolic_pressure import SystolicPressure as SystolicPressure
