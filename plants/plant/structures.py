"""The plant's vectors as typed structures: its state, and what a beat integrates.

Waveforms and metrics are declared with the signals, in :mod:`plants.quantities`.
"""

from __future__ import annotations

import casadi as ca

from plants.circulation import CirculationState
from plants.quantities import Waveforms, structure


@structure
class PumpStates:
    """State of both pumps: flow (mL/s), rotor speed (krpm), occlusion."""

    pump_flow: ca.SX
    pump_speed: ca.SX
    occlusion: ca.SX
    right_pump_flow: ca.SX
    right_pump_speed: ca.SX
    right_occlusion: ca.SX


@structure
class State(CirculationState, PumpStates):
    """State of the circulation and of both pumps."""


@structure
class Integrals(Waveforms):
    """What is integrated over a beat: every waveform, and what only metrics are made of.

    Attributes
    ----------
    lv_power : SX
        Power of the left ventricle, mmHg.mL/s.
    aortic_open : SX
        Share to which the aortic valve is open.
    aortic_backward, mitral_forward, mitral_backward : SX
        Parts of the flows of the valves, mL/s, positive.
    through_flow : SX
        Flow through the left pump, wherever it lies, L/min.
    """

    lv_power: ca.SX
    aortic_open: ca.SX
    aortic_backward: ca.SX
    mitral_forward: ca.SX
    mitral_backward: ca.SX
    through_flow: ca.SX


@structure
class Extremes:
    """What the largest and smallest value of the beat are kept of.

    Attributes
    ----------
    la_volume : SX
        Volume of the left atrium, mL.
    suction_margin : SX
        LV pressure above the pressure around the heart, less the threshold of suction, mmHg.
    """

    aortic_pressure: ca.SX
    pa_pressure: ca.SX
    la_volume: ca.SX
    lv_volume: ca.SX
    rv_volume: ca.SX
    lv_pressure: ca.SX
    suction_margin: ca.SX
    motor_current: ca.SX
    placement_signal: ca.SX
    pump_flow: ca.SX


@structure
class Onset:
    """What is sampled when a beat begins.

    Attributes
    ----------
    lv_pressure : SX
        LV pressure, mmHg.
    coronary_supply, coronary_demand : SX
        Indices of the coronary bed, mmHg, which hardly move within a beat.
    """

    lv_pressure: ca.SX
    coronary_supply: ca.SX
    coronary_demand: ca.SX


@structure
class FreeWall:
    """Cardiac phase, and the volume (mL) that the free wall of the left ventricle holds."""

    phase: ca.SX
    volume: ca.SX
