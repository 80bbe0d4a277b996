"""The device parameters: name, unit, meaning and the range a file may give.

The order of :data:`DEVICE_PARAMETERS` is the order of the symbolic parameter vector.
:data:`DEVICE_RATINGS` are facts about a device that the equations do not use.
"""

from __future__ import annotations

from collections.abc import Mapping

from plants.quantities import (
    Entry,
    Parameter,
    TypedLayout,
    declarations,
    entry,
    parameter_table,
    structure,
)


@structure
class DeviceParameters:
    """Parameters of a device."""

    head_a: Entry = entry("mmHg/krpm2", "head per speed squared", 0.005, 3)
    head_b: Entry = entry("mmHg/(krpm.L/min)", "head per speed and flow", -20, 0)
    # Never zero: it is all that holds blood back when the motor is off.
    head_c: Entry = entry("mmHg/(L/min)2", "head per flow squared", -500, -0.1)
    inertance: Entry = entry("mmHg.s2/mL", "inertance of the blood in the pump", 0.002, 1)
    shutoff_limit: Entry = entry("mmHg/krpm2", "largest head per speed squared", 0.005, 3)
    motor_time_constant: Entry = entry("s", "lag of the rotor speed", 0.005, 5)
    motor_rate_limit: Entry = entry("rpm/s", "fastest change of the rotor speed", 100, 500000)
    max_speed: Entry = entry("rpm", "highest rotor speed", 1000, 60000)
    friction_torque: Entry = entry("mN.m/krpm2", "friction torque per speed squared", 0, 0.01)
    torque_constant: Entry = entry("mN.m/A", "shaft torque per motor current", 0.01, 50)
    idle_current: Entry = entry("mA", "motor current without torque", 0, 1000)
    suction_pressure: Entry = entry("mmHg", "pressure at the inlet that lets it occlude", -50, 50)
    suction_pressure_width: Entry = entry("mmHg", "width of the gate of suction", 0.01, 20)
    suction_inflow: Entry = entry(
        "mmHg/(L/min)2", "pressure taken at the inlet per flow squared", 0, 20
    )
    suction_volume: Entry = entry("mL", "volume above v0 at which walls come near", 0, 200)
    suction_volume_width: Entry = entry("mL", "width over which walls come near", 0.1, 200)
    suction_hold: Entry = entry("1", "pressure that a drop over the inlet withstands", 0, 1)
    suction_time_constant: Entry = entry("s", "time in which the inlet occludes or opens", 0.002, 2)
    suction_resistance: Entry = entry("mmHg.s/mL", "resistance of the occluded inlet", 0, 200)
    hemolysis_reference_speed: Entry = entry("rpm", "speed of the reference release", 1000, 60000)
    hemolysis_reference_flow: Entry = entry("L/min", "flow of the reference release", 0.1, 15)
    hemolysis_reference_rate: Entry = entry("mg/dL/h", "hemoglobin release at reference", 0, 500)
    hemolysis_alpha: Entry = entry("1", "exponent of the shear stress", 0.5, 4)
    hemolysis_beta: Entry = entry("1", "exponent of the exposure time", 0.1, 2)
    hemolysis_suction_factor: Entry = entry("1", "release in full suction over without", 1, 100)
    placement_differential: Entry = entry("1", "0: aortic pressure, 1: aortic less LV", 0, 1)
    position_deep: Entry = entry("mm", "excess depth at which the outlet reaches the valve", 1, 200)
    position_shallow: Entry = entry("mm", "depth lacking when the inlet leaves its chamber", 1, 200)
    position_width: Entry = entry("mm", "width over which a window crosses a valve", 0.1, 30)
    outlet_resistance: Entry = entry("mmHg.s/mL", "resistance with the outlet in the valve", 0, 200)
    position_hemolysis_factor: Entry = entry("1", "release out of place over in place", 1, 100)
    wall_contact_inflow: Entry = entry("1", "rise of suction_inflow at full contact", 0, 50)
    wall_contact_hold: Entry = entry("1", "rise of suction_hold at full contact", 0, 50)
    mitral_contact_leak: Entry = entry("mL/s/mmHg", "mitral leak with the inlet on the valve", 0, 5)
    mitral_contact_hemolysis_factor: Entry = entry("1", "release on the valve over without", 1, 100)


@structure
class InsertedDevice(DeviceParameters):
    """Parameters of the device on one side, and whether there is one: 1, else 0."""

    pump_present: Entry


DEVICE_PARAMETERS = declarations(DeviceParameters, Parameter)
#: The parameters of a device and, last, whether it is there, in the order of the vector.
INSERTED_LAYOUT = TypedLayout(InsertedDevice)

DEVICE_RATINGS: Mapping[str, Parameter] = parameter_table(
    ("pump_french", "Fr", "diameter of the pump", 3, 40),
    ("catheter_french", "Fr", "diameter of the catheter", 3, 40),
    ("sheath_french", "Fr", "diameter of the introducer sheath", 3, 40),
    ("max_mean_flow", "L/min", "highest mean flow", 0.1, 15),
    ("peak_flow", "L/min", "highest systolic flow", 0.1, 20),
    ("label_shock", "d", "longest use in cardiogenic shock on the label", 0.1, 100),
    ("label_high_risk_pci", "h", "longest use in high-risk PCI on the label", 0.1, 100),
)
