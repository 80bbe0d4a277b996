"""Current of a pump's motor from the torque at its shaft."""

from __future__ import annotations

import math

import casadi as ca

from plants.circulation import hinge
from plants.pumps.parameters import InsertedDevice
from plants.quantities import J_PER_MMHG_ML, SECONDS_PER_MINUTE

_DRAW_CORNER = 0.1  # mL/s: leaking blood turns no impeller
_SPEED_CORNER = 0.1  # krpm: the idle current sets in with the rotor
_RAD_S_PER_KRPM = 2e3 * math.pi / SECONDS_PER_MINUTE


def motor_current(flow: ca.SX, speed: ca.SX, p: InsertedDevice) -> ca.SX:
    """Motor current (mA) from the shaft torque: what the blood takes up, friction and an idle part.

    The blood takes up the Euler head times the flow (Euler's turbine equation), more than the
    head that leaves the pump: the rest is lost in it. The Euler head is taken at the shut-off
    limit whatever the flow, because its slope is not known. So the current rises with the flow,
    and over a beat it is highest in systole.
    """
    forward = hinge(flow, _DRAW_CORNER)
    # Power over angular speed, with power = limit * speed^2 * flow: no division by the speed.
    taken_up = p.shutoff_limit * speed * forward * J_PER_MMHG_ML / _RAD_S_PER_KRPM
    torque = 1e3 * taken_up + p.friction_torque * speed**2  # mN.m
    share_on = speed**2 / (speed**2 + _SPEED_CORNER**2)
    current = p.idle_current * share_on + 1e3 * torque / p.torque_constant
    return p.pump_present * hinge(current, 1e-3)
