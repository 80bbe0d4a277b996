"""Activation of the chambers over the cardiac phase.

The phase runs from 0 at the onset of ventricular contraction to 1 at the next one. It is a state,
so that the heart rate may change within a run. The ventricles' activation has one of three
published forms, each over the time since the onset in units of a systolic time scale that grows
with the period:

- 0, double Hill: a rise and a fall by powers of time; upstroke and relaxation by the two powers.
- 1, cosine: half a cosine up, half a cosine down, then nothing.
- 2, exponential: a Gaussian around the peak.

Whatever the form, the activation and its slope are zero at the end of a beat: what is left of it
there, at a high heart rate, is faded out over the end of the beat, so that no beat begins with a
jump, however long the last one was.

References
----------
Stergiopulos N, Meister JJ, Westerhof N (1996) Determinants of stroke volume and systolic and
diastolic aortic pressure. Am J Physiol 270:H2050 (double Hill).
Simaan MA et al. (2009) A dynamical state space representation and performance analysis of a
feedback-controlled rotary left ventricular assist device. IEEE Trans Control Syst Technol 17:15
(its numbers and the systolic time scale).
Blanco PJ, Feijoo RA (2010) A 3D-1D-0D computational model for the entire cardiovascular system.
Mecanica Computacional 29:5887 (cosine).
Chung DC, Niranjan SC, Clark JW, et al. (1997) A dynamic model of ventricular interaction and
pericardial influence. Am J Physiol 272:H2942 (exponential).
"""

from __future__ import annotations

import functools
import math
from types import MappingProxyType

import casadi as ca

from plants.circulation.smooth import fraction
from plants.quantities import structure

#: Forms of the ventricles' activation by the number that a patient's ``activation_form`` holds.
ACTIVATION_FORMS = MappingProxyType({0: "double Hill", 1: "cosine", 2: "exponential"})
DOUBLE_HILL, COSINE, EXPONENTIAL = ACTIVATION_FORMS

# Rounds the rise where it begins, (t^2 + w^2)^(n/2) in place of t^n: the second derivative of a
# power below 2 is infinite at the onset of a beat, where steady states lie and where second-order
# solvers begin. Moves the activation by less than 1e-9.
_ONSET_WIDTH = 1e-5
# What is left at the end of a beat is faded out with this power of the phase: a guess, late
# enough to leave systole alone.
_FADE = 8
# Newton steps to the peak of the double Hill; the fourth no longer moves it by 1e-15.
_PEAK_STEPS = 5


@structure
class VentricularActivation:
    """Form and timing of the ventricles' activation.

    Attributes
    ----------
    activation_form : SX or float
        Number of the form, of :data:`ACTIVATION_FORMS`.
    systole_offset, systole_slope : SX or float
        The systolic time scale (s) is the offset (s) and the slope times the period.
    activation_rise, activation_rise_power : SX or float
        Of the double Hill: half-time and power of the rise. Of the cosine: duration of the
        contraction. Of the exponential: time of the peak. Times in time scales.
    activation_fall, activation_fall_power : SX or float
        Of the double Hill: half-time and power of the fall. Of the cosine: end of the relaxation.
        Of the exponential: standard width.
    """

    activation_form: ca.SX | float
    systole_offset: ca.SX | float
    systole_slope: ca.SX | float
    activation_rise: ca.SX | float
    activation_rise_power: ca.SX | float
    activation_fall: ca.SX | float
    activation_fall_power: ca.SX | float


def ventricular_activation(phase: ca.SX, period: ca.SX, shape: VentricularActivation) -> ca.SX:
    """Ventricular activation, 0 at rest and 1 at end systole.

    Parameters
    ----------
    phase : SX
        Fraction of the cycle since the onset of contraction, in [0, 1).
    period : SX
        Duration of the cycle, s.
    shape : VentricularActivation
        Form and timing.
    """
    form, slope = _curves()
    scales = period / _time_scale(period, shape)
    arguments = _arguments(shape)
    end, end_slope = form(scales, *arguments), slope(scales, *arguments) * scales
    # Both have value and slope 0 at the onset; at the end the one has value 1 and slope 0, the
    # other value 0 and slope 1.
    late = phase**_FADE
    left = late * (end * (_FADE + 1 - _FADE * phase) + end_slope * (phase - 1))
    begin = form(0, *arguments) * (shape.activation_form == EXPONENTIAL)
    early = (1 - phase) ** _FADE * (1 + _FADE * phase)
    raw = form(phase * scales, *arguments)
    return (raw - left - begin * early) / _peak(shape)[1]


def end_systolic_phase(period: ca.SX, shape: VentricularActivation) -> ca.SX:
    """Phase at which the ventricular activation peaks."""
    return _peak(shape)[0] * _time_scale(period, shape) / period


def left_at_the_ends(period: float, shape: VentricularActivation) -> float:
    """The larger of what form and timing alone leave at both ends of a beat, as share of the peak.

    It is what is faded out; an activation that leaves much does not belong to that heart rate.
    """
    begin, peak = _at_onset_and_peak(shape)
    scales = period / float(_time_scale(period, shape))
    return max(begin, _value(scales, shape)) / peak


@functools.lru_cache(maxsize=256)
def _at_onset_and_peak(shape: VentricularActivation) -> tuple[float, float]:
    """The form's value at the onset and at its peak: most patients share one shape."""
    return _value(0.0, shape), float(_peak(shape)[1])


def _value(time: float, shape: VentricularActivation) -> float:
    return float(_curves()[0](time, *_arguments(shape)))


def atrial_activation(phase: ca.SX, period: ca.SX, lead: ca.SX, width: ca.SX) -> ca.SX:
    """Atrial activation: a Gaussian that peaks `lead` seconds before ventricular onset.

    Parameters
    ----------
    phase : SX
        Fraction of the cycle since ventricular onset, in [0, 1).
    period, lead, width : SX
        Cycle duration, lead of the peak and its standard width, all in s.
    """
    since_peak = (fraction(phase + lead / period + 0.5) - 0.5) * period
    return ca.exp(-0.5 * (since_peak / width) ** 2)


def _time_scale(period: ca.SX | float, shape: VentricularActivation) -> ca.SX | float:
    return shape.systole_offset + shape.systole_slope * period


def _arguments(shape: VentricularActivation) -> tuple[ca.SX | float, ...]:
    return (
        shape.activation_form,
        shape.activation_rise,
        shape.activation_rise_power,
        shape.activation_fall,
        shape.activation_fall_power,
    )


@functools.cache
def _curves() -> tuple[ca.Function, ca.Function]:
    """The form as a function of the time since the onset, in time scales, and its slope."""
    t, form, rise, rise_power, fall, fall_power = (ca.SX.sym(name) for name in "tfrpql")
    # One logarithm serves both powers.
    log_time = 0.5 * ca.log(t**2 + _ONSET_WIDTH**2)
    at_onset = ca.exp(rise_power * (math.log(_ONSET_WIDTH) - ca.log(rise)))
    risen = ca.exp(rise_power * (log_time - ca.log(rise))) - at_onset
    fallen = ca.exp(fall_power * (log_time - ca.log(fall)))
    hill = risen / ((1 + risen) * (1 + fallen))
    up = 0.5 * (1 - _cosine(t / rise))
    down = 0.5 * (1 + _cosine((t - rise) / (fall - rise)))
    cosine = ca.if_else(t < rise, up, down)
    exponential = ca.exp(-0.5 * ((t - rise) / fall) ** 2)
    others = ca.if_else(form == COSINE, cosine, exponential)
    value = ca.if_else(form == DOUBLE_HILL, hill, others)
    arguments = [t, form, rise, rise_power, fall, fall_power]
    return (
        ca.Function("activation", arguments, [value]),
        ca.Function("activation_slope", arguments, [ca.gradient(value, t)]),
    )


def _cosine(u: ca.SX) -> ca.SX:
    """cos(pi u) of u held within 0 and 1, by the series of the sine around 1/2; within 1e-12.

    The emitted code has no trigonometry.
    """
    v = math.pi * (ca.fmin(ca.fmax(u, 0), 1) - 0.5)
    square, sine, term = v * v, v, v
    for k in range(1, 9):
        term = -term * square / (2 * k * (2 * k + 1))
        sine = sine + term
    return -sine


def _peak(shape: VentricularActivation) -> tuple[ca.SX | float, ca.SX | float]:
    """Time of the peak, in time scales, and the value of the form there."""
    rise, fall = shape.activation_rise, shape.activation_fall
    n, m = shape.activation_rise_power, shape.activation_fall_power

    def powers(log_time: ca.SX) -> tuple[ca.SX, ca.SX]:
        return ca.exp(n * (log_time - ca.log(rise))), ca.exp(m * (log_time - ca.log(fall)))

    # The slope of the double Hill's logarithm by that of the time falls: Newton's method.
    risen, _ = powers(ca.log(fall))
    log_time = ca.log(fall) + ca.log(n / (m * (1 + risen))) / m
    for _ in range(_PEAK_STEPS):
        risen, fallen = powers(log_time)
        slope = n / (1 + risen) - m * fallen / (1 + fallen)
        bend = -(n**2) * risen / (1 + risen) ** 2 - m**2 * fallen / (1 + fallen) ** 2
        log_time = log_time - slope / bend
    risen, fallen = powers(log_time)
    hill = shape.activation_form == DOUBLE_HILL
    value = risen / (1 + risen) / (1 + fallen)
    return ca.if_else(hill, ca.exp(log_time), rise), ca.if_else(hill, value, 1)
