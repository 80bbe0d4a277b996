"""The parameters of a device as the equations take them.

Units, meanings and ranges stand in :data:`~plants.pumps.parameters.DEVICE_PARAMETERS`.
"""

from __future__ import annotations

import casadi as ca

from plants.pumps.parameters import DEVICE_PARAMETERS
from plants.quantities import TypedLayout, structure


@structure
class DeviceParameters:
    """Parameters of a device."""

    head_a: ca.SX
    head_b: ca.SX
    head_c: ca.SX
    inertance: ca.SX
    shutoff_limit: ca.SX
    motor_time_constant: ca.SX
    motor_rate_limit: ca.SX
    max_speed: ca.SX
    friction_torque: ca.SX
    torque_constant: ca.SX
    idle_current: ca.SX
    suction_pressure: ca.SX
    suction_pressure_width: ca.SX
    suction_volume: ca.SX
    suction_volume_width: ca.SX
    suction_hysteresis: ca.SX
    suction_time_constant: ca.SX
    suction_resistance: ca.SX
    hemolysis_reference_speed: ca.SX
    hemolysis_reference_flow: ca.SX
    hemolysis_reference_rate: ca.SX
    hemolysis_alpha: ca.SX
    hemolysis_beta: ca.SX
    hemolysis_suction_factor: ca.SX
    placement_differential: ca.SX
    position_deep: ca.SX
    position_shallow: ca.SX
    position_width: ca.SX
    outlet_resistance: ca.SX
    position_hemolysis_factor: ca.SX
    wall_contact_pressure: ca.SX
    wall_contact_volume: ca.SX
    mitral_contact_leak: ca.SX
    mitral_contact_hemolysis_factor: ca.SX


@structure
class InsertedDevice(DeviceParameters):
    """Parameters of the device on one side, and whether there is one: 1, else 0."""

    pump_present: ca.SX


#: The parameters of a device and, last, whether it is there, in the order of the vector.
INSERTED_LAYOUT = TypedLayout(InsertedDevice, (*DEVICE_PARAMETERS, "pump_present"))
