"""What one beat leaves behind: integrals, extremes and samples, and the metrics made of them.

The accumulator of a beat is a vector carried along with the state. Integrals use the same
Runge-Kutta weights as the state; extremes are taken at the ends of the steps; samples are
interpolated to their phase. The metrics are smooth functions of the accumulator, so that they can
be differentiated.
"""

from __future__ import annotations

from types import SimpleNamespace

import casadi as ca

from plants.circulation import end_systolic_phase, fraction, positive_part, potential_energy
from plants.pumps import hemolysis_factor, hemolysis_rate, position
from plants.quantities import (
    BEAT_METRICS,
    CPO_DIVISOR,
    L_MIN_PER_ML_S,
    SECONDS_PER_MINUTE,
    WAVEFORMS,
    Layout,
)

#: Integrated besides the mean of every waveform.
RATES = (
    "lv_power",
    "aortic_open",
    "aortic_backward",
    "mitral_forward",
    "mitral_backward",
    "through_flow",
)
#: Waveforms whose largest and smallest value of the beat are kept.
EXTREMES = (
    "aortic_pressure",
    "pa_pressure",
    "lv_volume",
    "rv_volume",
    "lv_pressure",
    "lv_transmural",
    "motor_current",
    "placement_signal",
    "pump_flow",
)
INTEGRALS = (*WAVEFORMS, *RATES)

ACCUMULATOR = Layout(
    (
        "duration",
        *(f"int_{name}" for name in INTEGRALS),
        *(f"max_{name}" for name in EXTREMES),
        *(f"min_{name}" for name in EXTREMES),
        "onset_lv_pressure",
        "end_systolic_volume",
    )
)
_INT = slice(1, 1 + len(INTEGRALS))
_MAX = slice(_INT.stop, _INT.stop + len(EXTREMES))
_MIN = slice(_MAX.stop, _MAX.stop + len(EXTREMES))
_ONSET, _END_SYSTOLE = _MIN.stop, _MIN.stop + 1

#: Metrics of a beat, in the order of the vector that :func:`beat_metrics` gives.
METRICS = Layout((*WAVEFORMS, *BEAT_METRICS))


def fresh(extremes: ca.SX, onset_pressure: ca.SX, volume: ca.SX) -> ca.SX:
    """Accumulator of a beat that starts now, with the given values of the extreme waveforms."""
    zeros = ca.SX.zeros(1 + len(INTEGRALS))
    return ca.vertcat(zeros, extremes, extremes, onset_pressure, volume)


def extended(acc: ca.SX, duration: ca.SX, integrands: ca.SX) -> ca.SX:
    """Accumulator with `duration` seconds of the mean integrands added."""
    added = ca.vertcat(duration, duration * integrands)
    return ca.vertcat(acc[: _INT.stop] + added, acc[_INT.stop :])


def widened(acc: ca.SX, extremes: ca.SX) -> ca.SX:
    """Accumulator whose extremes include the given values."""
    return ca.vertcat(
        acc[: _MAX.start], ca.fmax(acc[_MAX], extremes), ca.fmin(acc[_MIN], extremes), acc[_ONSET:]
    )


def sampled(acc: ca.SX, before: SimpleNamespace, after: SimpleNamespace, period: ca.SX) -> ca.SX:
    """Accumulator with the free-wall volume at end systole, if the step passes it."""
    target = end_systolic_phase(period)
    start = fraction(before.phase)
    step = after.phase - before.phase
    share = (target - start) / step
    volume = before.volume + share * (after.volume - before.volume)
    passes = ca.logic_and(share > 0, share <= 1)
    kept = ca.if_else(passes, volume, acc[_END_SYSTOLE])
    return ca.vertcat(acc[:_END_SYSTOLE], kept)


def beat_metrics(
    acc: ca.SX,
    p: SimpleNamespace,
    right: SimpleNamespace,
    d: SimpleNamespace,
    blood_volume: ca.SX,
) -> ca.SX:
    """Metrics of a completed beat, in the order of :data:`METRICS`.

    Parameters
    ----------
    acc : SX
        Accumulator of the beat.
    p, right, d : SimpleNamespace
        Parameters of patient and left pump, of the right pump, and disturbances by name.
    blood_volume : SX
        Blood in the circuit now, mL.

    References
    ----------
    Fincke R et al. (2004) J Am Coll Cardiol 44:340 (cardiac power output, MAP * CO / 451).
    Korabathina R et al. (2012) Catheter Cardiovasc Interv 80:593 (pulmonary-artery pulsatility
    index, (systolic - diastolic PA pressure) / right-atrial pressure).
    Suga H (1979) Am J Physiol 236:H498 (pressure-volume area).
    Brimioulle S et al. (2003) Am J Physiol Heart Circ Physiol 284:H1625 (the mean pulmonary-artery
    pressure stands for the RV end-systolic pressure in its arterial elastance).
    """
    a = ACCUMULATOR.symbols(acc)
    mean = {name: getattr(a, f"int_{name}") / a.duration for name in INTEGRALS}
    output = mean["aortic_valve_flow"] + mean["pump_flow"]
    # Forward flow of the aortic valve, mL/s: what passes net and what runs back.
    forward = mean["aortic_valve_flow"] / L_MIN_PER_ML_S + mean["aortic_backward"]
    stroke_work = a.int_lv_power
    ees = p.lv_ees * d.lv_contractility
    stored = potential_energy(a.end_systolic_volume - p.lv_v0, ees, p.lv_alpha, p.lv_beta)
    cvp = mean["ra_pressure"]
    lvedp, diastolic = a.onset_lv_pressure, a.min_aortic_pressure
    at = position(d, p)
    regurgitant = mean["mitral_backward"] * a.duration
    # A ventricle that the right pump has emptied has no stroke to speak of: 1 mL bounds the ratio.
    rv_stroke = 1 + positive_part(a.max_rv_volume - a.min_rv_volume - 1, 0.1)
    rv_ees = p.rv_ees * d.rv_contractility
    entries = {name: mean[name] for name in WAVEFORMS} | {
        "heart_rate": SECONDS_PER_MINUTE / a.duration,
        "map": mean["aortic_pressure"],
        "systolic": a.max_aortic_pressure,
        "diastolic": diastolic,
        "pulse_pressure": a.max_aortic_pressure - a.min_aortic_pressure,
        "cardiac_output": output,
        "native_flow": mean["aortic_valve_flow"],
        "cardiac_index": output / p.body_surface_area,
        "cardiac_power_output": mean["aortic_pressure"] * output / CPO_DIVISOR,
        "lvedp": lvedp,
        "lvedv": a.max_lv_volume,
        "lvesv": a.min_lv_volume,
        "ejection_fraction": (a.max_lv_volume - a.min_lv_volume) / a.max_lv_volume,
        "lv_peak_pressure": a.max_lv_pressure,
        "stroke_work": stroke_work,
        "pressure_volume_area": stroke_work + stored,
        "pcwp": mean["la_pressure"],
        "cvp": cvp,
        "mpap": mean["pa_pressure"],
        "pa_systolic": a.max_pa_pressure,
        "pa_diastolic": a.min_pa_pressure,
        # A right-atrial pressure near zero would make the index infinite; 0.5 mmHg bounds it.
        "papi": (a.max_pa_pressure - a.min_pa_pressure) / (0.5 + positive_part(cvp - 0.5, 0.05)),
        "aortic_valve_open_fraction": mean["aortic_open"],
        "mitral_regurgitant_fraction": mean["mitral_backward"] / (mean["mitral_forward"] + 1e-6),
        "mitral_regurgitant_volume": regurgitant,
        "aortic_regurgitant_fraction": mean["aortic_backward"]
        / (positive_part(forward, 1e-3) + 1e-3),
        "coronary_perfusion_pressure": diastolic - lvedp,
        "rvedv": a.max_rv_volume,
        "rvesv": a.min_rv_volume,
        "ea_ees_rv": mean["pa_pressure"] / rv_stroke / rv_ees,
        "malposition": p.pump_present * (1 - at.delivered),
        "suction_margin": a.min_lv_transmural
        - p.suction_pressure
        - p.wall_contact_pressure * at.contact,
        "suction": mean["suction_occlusion"],
        "hemolysis_rate": hemolysis_rate(
            mean["pump_speed"],
            mean["through_flow"],
            mean["suction_occlusion"],
            hemolysis_factor(at, d, p),
            at.outlet_in_valve,
            p,
        )
        + hemolysis_rate(
            mean["right_pump_speed"],
            mean["right_pump_flow"],
            mean["right_occlusion"],
            ca.SX(1),
            ca.SX(0),
            right,
        ),
        "motor_current_pulsatility": a.max_motor_current - a.min_motor_current,
        "placement_pulsatility": a.max_placement_signal - a.min_placement_signal,
        "blood_volume": blood_volume,
        "pump_flow_max": a.max_pump_flow,
        "pump_flow_min": a.min_pump_flow,
    }
    return METRICS.pack(entries)
