"""The device parameters: name, unit, meaning and the range a file may give.

The order of :data:`DEVICE_PARAMETERS` is the order of the symbolic parameter vector.
:data:`DEVICE_RATINGS` are facts about a device that the equations do not use.
"""

from __future__ import annotations

from types import MappingProxyType

from plants.quantities import Parameter, parameter_table

DEVICE_PARAMETERS: MappingProxyType[str, Parameter] = parameter_table(
    ("head_a", "mmHg/krpm2", "head per speed squared", 0.005, 3),
    ("head_b", "mmHg/(krpm.L/min)", "head per speed and flow", -20, 0),
    # Never zero: it is all that holds blood back when the motor is off.
    ("head_c", "mmHg/(L/min)2", "head per flow squared", -500, -0.1),
    ("inertance", "mmHg.s2/mL", "inertance of the blood in the pump", 0.002, 1),
    ("shutoff_limit", "mmHg/krpm2", "largest head per speed squared", 0.005, 3),
    ("motor_time_constant", "s", "lag of the rotor speed", 0.005, 5),
    ("motor_rate_limit", "rpm/s", "fastest change of the rotor speed", 100, 500000),
    ("max_speed", "rpm", "highest rotor speed", 1000, 60000),
    ("friction_torque", "mN.m/krpm2", "friction torque per speed squared", 0, 0.01),
    ("torque_constant", "mN.m/A", "shaft torque per motor current", 0.01, 50),
    ("idle_current", "mA", "motor current without torque", 0, 1000),
    ("suction_pressure", "mmHg", "inlet pressure below which the inlet occludes", -50, 50),
    ("suction_pressure_width", "mmHg", "width of the pressure gate of suction", 0.01, 20),
    ("suction_volume", "mL", "chamber volume above its v0 below which it occludes", 0, 100),
    ("suction_volume_width", "mL", "width of the volume gate of suction", 0.1, 50),
    ("suction_hysteresis", "mmHg", "rise of pressure needed to release suction", 0, 30),
    ("suction_time_constant", "s", "time in which the inlet occludes or opens", 0.002, 2),
    ("suction_resistance", "mmHg.s/mL", "resistance of the occluded inlet", 0, 200),
    ("hemolysis_reference_speed", "rpm", "speed of the reference release", 1000, 60000),
    ("hemolysis_reference_flow", "L/min", "flow of the reference release", 0.1, 15),
    ("hemolysis_reference_rate", "mg/dL/h", "hemoglobin release at the reference", 0, 500),
    ("hemolysis_alpha", "1", "exponent of the shear stress", 0.5, 4),
    ("hemolysis_beta", "1", "exponent of the exposure time", 0.1, 2),
    ("hemolysis_suction_factor", "1", "release in full suction over release without", 1, 100),
    ("placement_differential", "1", "0: aortic pressure, 1: aortic minus LV pressure", 0, 1),
    ("position_deep", "mm", "excess of depth at which the outlet reaches its valve", 1, 200),
    ("position_shallow", "mm", "lack of depth at which the inlet leaves its chamber", 1, 200),
    ("position_width", "mm", "width over which a window crosses a valve", 0.1, 30),
    ("outlet_resistance", "mmHg.s/mL", "resistance with the outlet in the valve", 0, 200),
    ("position_hemolysis_factor", "1", "release in a wrong position over release without", 1, 100),
    ("wall_contact_pressure", "mmHg", "rise of suction_pressure at full wall contact", 0, 50),
    ("wall_contact_volume", "mL", "rise of suction_volume at full wall contact", 0, 200),
    ("mitral_contact_leak", "mL/s/mmHg", "mitral leak with the inlet on the mitral valve", 0, 5),
    ("mitral_contact_hemolysis_factor", "1", "release on the mitral valve over without", 1, 100),
)

DEVICE_RATINGS: MappingProxyType[str, Parameter] = parameter_table(
    ("pump_french", "Fr", "diameter of the pump", 3, 40),
    ("catheter_french", "Fr", "diameter of the catheter", 3, 40),
    ("sheath_french", "Fr", "diameter of the introducer sheath", 3, 40),
    ("max_mean_flow", "L/min", "highest mean flow", 0.1, 15),
    ("peak_flow", "L/min", "highest systolic flow", 0.1, 20),
    ("label_shock", "d", "longest use in cardiogenic shock on the label", 0.1, 100),
    ("label_high_risk_pci", "h", "longest use in high-risk PCI on the label", 0.1, 100),
)
