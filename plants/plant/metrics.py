"""What one beat leaves behind: integrals, extremes and samples, and the metrics made of them.

The accumulator of a beat is a vector carried along with the state. Integrals use the same
Runge-Kutta weights as the state; extremes are taken at the ends of the steps; samples are
interpolated to their phase. The metrics are smooth functions of the accumulator, so that they can
be differentiated.
"""

from __future__ import annotations

from typing import Any, TypeVar

import casadi as ca

from plants.circulation import (
    Disturbances,
    PatientParameters,
    coronary,
    fraction,
    positive_part,
    potential_energy,
    wall,
)
from plants.plant.structures import Extremes, FreeWall, Integrals, Onset
from plants.pumps import InsertedDevice, hemolysis_factor, hemolysis_rate, position
from plants.quantities import (
    CPO_DIVISOR,
    L_MIN_PER_ML_S,
    SECONDS_PER_MINUTE,
    WAVEFORMS,
    BeatMetrics,
    Layout,
    TypedLayout,
)

Value = TypeVar("Value", float, ca.SX)

_INTEGRALS, _EXTREMES = TypedLayout(Integrals), TypedLayout(Extremes)
_ONSETS = TypedLayout(Onset)
#: What is integrated over a beat: every waveform, and what only metrics are made of besides.
INTEGRALS = _INTEGRALS.names
#: Waveforms whose largest and smallest value of the beat are kept.
EXTREMES = _EXTREMES.names

ACCUMULATOR = Layout(
    (
        "duration",
        *(f"int_{name}" for name in INTEGRALS),
        *(f"max_{name}" for name in EXTREMES),
        *(f"min_{name}" for name in EXTREMES),
        *(f"onset_{name}" for name in _ONSETS.names),
        "end_systolic_volume",
    )
)
_DURATION = 0
_INT = slice(1, 1 + len(INTEGRALS))
_MAX = slice(_INT.stop, _INT.stop + len(EXTREMES))
_MIN = slice(_MAX.stop, _MAX.stop + len(EXTREMES))
_ONSET = slice(_MIN.stop, _MIN.stop + len(_ONSETS))
_END_SYSTOLE = _ONSET.stop

#: A central venous pressure near zero would make the pulmonary-artery pulsatility index infinite:
#: this one bounds it, mmHg.
LEAST_CVP = 0.5
_CVP_CORNER = 0.05  # mmHg, width of the rounding with which the plant's index comes to its bound

#: Metrics of a beat, in the order of the vector that :func:`beat_metrics` gives.
METRICS = TypedLayout(BeatMetrics)


def begin_beat(extremes: ca.SX, onset: Onset, volume: ca.SX) -> ca.SX:
    """Accumulator of a beat that starts now, with the given values of the extreme waveforms."""
    zeros = ca.SX.zeros(1 + len(INTEGRALS))
    return ca.vertcat(zeros, extremes, extremes, _ONSETS.vector(onset), volume)


def add_integrals(acc: ca.SX, duration: ca.SX, integrands: ca.SX) -> ca.SX:
    """Accumulator with `duration` seconds of the mean integrands added."""
    added = ca.vertcat(duration, duration * integrands)
    return ca.vertcat(acc[: _INT.stop] + added, acc[_INT.stop :])


def add_extremes(acc: ca.SX, extremes: ca.SX) -> ca.SX:
    """Accumulator whose extremes include the given values."""
    return ca.vertcat(
        acc[: _MAX.start],
        ca.fmax(acc[_MAX], extremes),
        ca.fmin(acc[_MIN], extremes),
        acc[_ONSET.start :],
    )


def add_end_systole(acc: ca.SX, before: FreeWall, after: FreeWall, target: ca.SX) -> ca.SX:
    """Accumulator with the free-wall volume at the phase of end systole, if the step passes it."""
    start = fraction(before.phase)
    step = after.phase - before.phase
    share = (target - start) / step
    volume = before.volume + share * (after.volume - before.volume)
    passes = ca.logic_and(share > 0, share <= 1)
    kept = ca.if_else(passes, volume, acc[_END_SYSTOLE])
    return ca.vertcat(acc[:_END_SYSTOLE], kept)


def power_output(pressure: Value, output: Value) -> Value:
    """Cardiac power output, W, of a mean arterial pressure (mmHg) and a cardiac output (L/min).

    References
    ----------
    Fincke R et al. (2004) J Am Coll Cardiol 44:340 (MAP * CO / 451).

    Examples
    --------
    >>> from plants.plant import power_output
    >>> power_output(90.2, 5.0)
    1.0
    """
    return pressure * output / CPO_DIVISOR


def pulsatility_index(pulse: Value, cvp: Value, corner: float = 0.0) -> Value:
    """Pulmonary-artery pulsatility index of a pulse pressure and a central venous pressure, mmHg.

    Parameters
    ----------
    pulse : float or SX
        Systolic less diastolic pulmonary-artery pressure, mmHg.
    cvp : float or SX
        Central venous (right-atrial) pressure, mmHg; no less than :data:`LEAST_CVP` counts.
    corner : float
        Width (mmHg) of the rounding of that bound, for what is differentiated.

    References
    ----------
    Korabathina R et al. (2012) Catheter Cardiovasc Interv 80:593.

    Examples
    --------
    >>> from plants.plant import pulsatility_index
    >>> pulsatility_index(20.0, 10.0), pulsatility_index(20.0, -3.0)
    (2.0, 40.0)
    """
    beyond: Any = positive_part(cvp - LEAST_CVP, corner)
    return pulse / (LEAST_CVP + beyond)


def beat_metrics(
    acc: ca.SX,
    p: PatientParameters,
    device: InsertedDevice,
    right: InsertedDevice,
    d: Disturbances,
    blood_volume: ca.SX,
) -> ca.SX:
    """Metrics of a completed beat, in the order of :data:`METRICS`.

    Parameters
    ----------
    acc : SX
        Accumulator of the beat.
    p : PatientParameters
        The patient.
    device, right : InsertedDevice
        The left and the right pump.
    d : Disturbances
        What acts from outside.
    blood_volume : SX
        Blood in the circuit now, mL.

    References
    ----------
    Suga H (1979) Am J Physiol 236:H498 (pressure-volume area).
    Brimioulle S et al. (2003) Am J Physiol Heart Circ Physiol 284:H1625 (the mean pulmonary-artery
    pressure stands for the RV end-systolic pressure in its arterial elastance).
    """
    duration = acc[_DURATION]
    integral = _INTEGRALS.symbols(acc[_INT])
    mean = _INTEGRALS.symbols(acc[_INT] / duration)
    highest, lowest = _EXTREMES.symbols(acc[_MAX]), _EXTREMES.symbols(acc[_MIN])
    output = mean.aortic_valve_flow + mean.pump_flow
    # Forward flow of the aortic valve, mL/s: what passes net and what runs back.
    forward = mean.aortic_valve_flow / L_MIN_PER_ML_S + mean.aortic_backward
    onset = _ONSETS.symbols(acc[_ONSET])
    supply, demand = onset.coronary_supply, onset.coronary_demand
    perfusion = coronary.perfusion_factor(supply, demand, p)
    hyperemic = coronary.hyperemic_flow(supply, p)
    reserve = coronary.flow_reserve(hyperemic, coronary.demanded_flow(demand, p))
    stroke_work = integral.lv_power
    stored = potential_energy(
        acc[_END_SYSTOLE] - p.lv_v0, wall(p, "lv", d.lv_contractility * perfusion, d.lv_stiffness)
    )
    cvp = mean.ra_pressure
    lvedp, diastolic = onset.lv_pressure, lowest.aortic_pressure
    place = position(d, device)
    regurgitant = mean.mitral_backward * duration
    # A ventricle that the right pump has emptied has no stroke to speak of: 1 mL bounds the ratio.
    rv_stroke = 1 + positive_part(highest.rv_volume - lowest.rv_volume - 1, 0.1)
    rv_ees = p.rv_ees * d.rv_contractility
    metrics = BeatMetrics(
        **{name: getattr(mean, name) for name in WAVEFORMS},
        heart_rate=SECONDS_PER_MINUTE / duration,
        map=mean.aortic_pressure,
        systolic=highest.aortic_pressure,
        diastolic=diastolic,
        pulse_pressure=highest.aortic_pressure - lowest.aortic_pressure,
        cardiac_output=output,
        native_flow=mean.aortic_valve_flow,
        cardiac_index=output / p.body_surface_area,
        cardiac_power_output=power_output(mean.aortic_pressure, output),
        lvedp=lvedp,
        lvedv=highest.lv_volume,
        lvesv=lowest.lv_volume,
        stroke_volume=integral.aortic_valve_flow / L_MIN_PER_ML_S,
        ejection_fraction=(highest.lv_volume - lowest.lv_volume) / highest.lv_volume,
        lv_peak_pressure=highest.lv_pressure,
        stroke_work=stroke_work,
        pressure_volume_area=stroke_work + stored,
        pcwp=mean.la_pressure,
        cvp=cvp,
        mpap=mean.pa_pressure,
        pa_systolic=highest.pa_pressure,
        pa_diastolic=lowest.pa_pressure,
        papi=pulsatility_index(highest.pa_pressure - lowest.pa_pressure, cvp, _CVP_CORNER),
        aortic_valve_open_fraction=mean.aortic_open,
        mitral_regurgitant_fraction=mean.mitral_backward / (mean.mitral_forward + 1e-6),
        mitral_regurgitant_volume=regurgitant,
        aortic_regurgitant_fraction=mean.aortic_backward / (positive_part(forward, 1e-3) + 1e-3),
        coronary_perfusion_pressure=diastolic - lvedp,
        coronary_driving_pressure=supply,
        hyperemic_coronary_flow=hyperemic,
        coronary_flow=hyperemic / reserve,
        coronary_flow_reserve=reserve,
        perfusion_factor=perfusion,
        la_volume_max=highest.la_volume,
        la_volume_min=lowest.la_volume,
        rvedv=highest.rv_volume,
        rvesv=lowest.rv_volume,
        rv_ejection_fraction=(highest.rv_volume - lowest.rv_volume) / highest.rv_volume,
        ea_ees_rv=mean.pa_pressure / rv_stroke / rv_ees,
        malposition=device.pump_present * (1 - place.delivered),
        suction_margin=lowest.suction_margin,
        suction=mean.suction_occlusion,
        hemolysis_rate=hemolysis_rate(
            mean.pump_speed,
            mean.through_flow,
            mean.suction_occlusion,
            hemolysis_factor(place, d, device),
            place.outlet_in_valve,
            device,
        )
        + hemolysis_rate(
            mean.right_pump_speed,
            mean.right_pump_flow,
            mean.right_occlusion,
            ca.SX(1),
            ca.SX(0),
            right,
        ),
        motor_current_pulsatility=highest.motor_current - lowest.motor_current,
        placement_pulsatility=highest.placement_signal - lowest.placement_signal,
        blood_volume=blood_volume,
        pump_flow_max=highest.pump_flow,
        pump_flow_min=lowest.pump_flow,
    )
    return METRICS.vector(metrics)
