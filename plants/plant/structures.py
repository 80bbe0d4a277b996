"""The plant's vectors as typed structures: its state, what a beat integrates, and its metrics.

Units and meanings of waveforms and metrics stand in :data:`plants.quantities.SIGNALS`.
"""

from __future__ import annotations

import casadi as ca

from plants.circulation import CirculationState
from plants.quantities import Entry, structure


@structure
class State(CirculationState):
    """State of the circulation and of both pumps: flow (mL/s), rotor speed (krpm), occlusion."""

    pump_flow: ca.SX
    pump_speed: ca.SX
    occlusion: ca.SX
    right_pump_flow: ca.SX
    right_pump_speed: ca.SX
    right_occlusion: ca.SX


@structure
class Waveforms:
    """The signals of an instant in their units: flows in L/min, speed in rpm."""

    lv_pressure: Entry
    lv_volume: Entry
    aortic_pressure: Entry
    la_pressure: Entry
    ra_pressure: Entry
    rv_pressure: Entry
    rv_volume: Entry
    pa_pressure: Entry
    pump_flow: Entry
    aortic_valve_flow: Entry
    mitral_valve_flow: Entry
    pump_speed: Entry
    pump_head: Entry
    motor_current: Entry
    placement_signal: Entry
    displayed_flow: Entry
    suction_occlusion: Entry
    right_pump_flow: Entry
    right_pump_speed: Entry
    right_occlusion: Entry
    septum_shift: Entry
    pericardial_pressure: Entry


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
    """Waveforms whose largest and smallest value of the beat are kept.

    Attributes
    ----------
    lv_transmural : SX
        LV pressure above the pressure around the heart, mmHg.
    """

    aortic_pressure: ca.SX
    pa_pressure: ca.SX
    lv_volume: ca.SX
    rv_volume: ca.SX
    lv_pressure: ca.SX
    lv_transmural: ca.SX
    motor_current: ca.SX
    placement_signal: ca.SX
    pump_flow: ca.SX


@structure
class BeatMetrics(Waveforms):
    """Metrics of a completed beat: the mean of every waveform, and what is made of the beat."""

    heart_rate: Entry
    map: Entry
    systolic: Entry
    diastolic: Entry
    pulse_pressure: Entry
    cardiac_output: Entry
    native_flow: Entry
    cardiac_index: Entry
    cardiac_power_output: Entry
    lvedp: Entry
    lvedv: Entry
    lvesv: Entry
    ejection_fraction: Entry
    lv_peak_pressure: Entry
    stroke_work: Entry
    pressure_volume_area: Entry
    pcwp: Entry
    cvp: Entry
    mpap: Entry
    pa_systolic: Entry
    pa_diastolic: Entry
    papi: Entry
    aortic_valve_open_fraction: Entry
    mitral_regurgitant_fraction: Entry
    mitral_regurgitant_volume: Entry
    aortic_regurgitant_fraction: Entry
    coronary_perfusion_pressure: Entry
    rvedv: Entry
    rvesv: Entry
    ea_ees_rv: Entry
    malposition: Entry
    suction_margin: Entry
    suction: Entry
    hemolysis_rate: Entry
    pump_flow_max: Entry
    pump_flow_min: Entry
    motor_current_pulsatility: Entry
    placement_pulsatility: Entry
    blood_volume: Entry


@structure
class FreeWall:
    """Cardiac phase, and the volume (mL) that the free wall of the left ventricle holds."""

    phase: ca.SX
    volume: ca.SX
