"""Activation of the chambers over the cardiac phase, and the pressure it gives.

The phase runs from 0 at the onset of ventricular contraction to 1 at the next one. It is a state,
so that the heart rate may change within a run.

References
----------
Simaan MA et al. (2009) A dynamical state space representation and performance analysis of a
feedback-controlled rotary left ventricular assist device. IEEE Trans Control Syst Technol 17:15
(double-Hill activation and its timing).
Burkhoff D, Tyberg JV (1993) Why does pulmonary venous pressure rise after onset of LV
dysfunction. Am J Physiol 265:H1819 (pressure from elastance and end-diastolic relation).
"""

from __future__ import annotations

import casadi as ca

from plants.circulation.smooth import fraction, is_positive, positive_part

# Simaan 2009: E_n(t_n) = 1.55 (t_n/0.7)^1.9 / (1 + (t_n/0.7)^1.9) / (1 + (t_n/1.17)^21.9),
# t_n = t / (0.2 + 0.15 T).
_SCALE = 1.55
_RISE_TIME, _RISE_POWER = 0.7, 1.9
_FALL_TIME, _FALL_POWER = 1.17, 21.9
_SYSTOLE_OFFSET, _SYSTOLE_SLOPE = 0.2, 0.15
# Rounds the rise where it begins, (r^2 + w^2)^0.95 in place of r^1.9: the second derivative of the
# power alone is infinite at the onset of a beat, where steady states lie and where second-order
# solvers begin. Moves the activation by less than 1e-9.
_ONSET_WIDTH = 1e-5

# Rounding of the corner where a contraction begins to add pressure, mmHg.
_CONTRACTION_CORNER = 0.2

#: Normalised time t_n at which the ventricular activation peaks (end systole), and the peak value;
#: found by maximising the formula above and checked by a test.
PEAK_TIME = 0.9972050106
PEAK_ACTIVATION = 0.9960620718


def _hill(t_n: ca.SX) -> ca.SX:
    half = _RISE_POWER / 2
    rise = ((t_n / _RISE_TIME) ** 2 + _ONSET_WIDTH**2) ** half - _ONSET_WIDTH**_RISE_POWER
    return _SCALE * rise / (1 + rise) / (1 + (t_n / _FALL_TIME) ** _FALL_POWER)


def ventricular_activation(phase: ca.SX, period: ca.SX) -> ca.SX:
    """Ventricular activation, 0 at rest and 1 at end systole.

    Parameters
    ----------
    phase : SX
        Fraction of the cycle since the onset of contraction, in [0, 1).
    period : SX
        Duration of the cycle, s.
    """
    return _hill(phase * period / (_SYSTOLE_OFFSET + _SYSTOLE_SLOPE * period)) / PEAK_ACTIVATION


def end_systolic_phase(period: ca.SX) -> ca.SX:
    """Phase at which the ventricular activation peaks."""
    return PEAK_TIME * (_SYSTOLE_OFFSET + _SYSTOLE_SLOPE * period) / period


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


def passive_pressure(stretch: ca.SX, alpha: ca.SX, beta: ca.SX) -> ca.SX:
    """End-diastolic pressure (mmHg) of a chamber `stretch` mL above its V0."""
    return beta * (ca.exp(alpha * stretch) - 1)


def chamber_pressure(
    volume: ca.SX, activation: ca.SX, ees: ca.SX, v0: ca.SX, alpha: ca.SX, beta: ca.SX
) -> ca.SX:
    """Transmural pressure (mmHg) of a chamber between its passive and its active relation."""
    stretch = volume - v0
    passive = passive_pressure(stretch, alpha, beta)
    # Where a weak chamber is stretched so far that its active relation lies below the passive one,
    # contraction adds nothing; it cannot lower the pressure.
    return passive + activation * positive_part(ees * stretch - passive, _CONTRACTION_CORNER)


def chamber_stiffness(
    volume: ca.SX, activation: ca.SX, ees: ca.SX, v0: ca.SX, alpha: ca.SX, beta: ca.SX
) -> ca.SX:
    """Slope (mmHg/mL) of :func:`chamber_pressure` by the volume."""
    stretch = volume - v0
    passive = passive_pressure(stretch, alpha, beta)
    slope = alpha * (passive + beta)
    acts = is_positive(ees * stretch - passive, _CONTRACTION_CORNER)
    return slope + activation * acts * (ees - slope)


def potential_energy(stretch: ca.SX, ees: ca.SX, alpha: ca.SX, beta: ca.SX) -> ca.SX:
    """Area (mmHg.mL) under the end-systolic and above the end-diastolic relation up to `stretch`.

    Added to the stroke work it is the pressure-volume area (Suga 1979).
    """
    passive = beta * ((ca.exp(alpha * stretch) - 1) / alpha - stretch)
    return 0.5 * ees * stretch**2 - passive
