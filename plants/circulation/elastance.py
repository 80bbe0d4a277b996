"""The pressure of a chamber by its volume and its activation.

The end-diastolic relation is exponential, linear or both, by its parameters; the end-systolic one
is linear. The chamber lies between the two by its activation.

References
----------
Burkhoff D, Tyberg JV (1993) Why does pulmonary venous pressure rise after onset of LV
dysfunction. Am J Physiol 265:H1819 (pressure from elastance and end-diastolic relation).
Simaan MA et al. (2009) A dynamical state space representation and performance analysis of a
feedback-controlled rotary left ventricular assist device. IEEE Trans Control Syst Technol 17:15
(a linear end-diastolic relation).
"""

from __future__ import annotations

import casadi as ca

from plants.circulation.smooth import hinge, hinge_slope
from plants.quantities import structure

# Rounding of the corner where a contraction begins to add pressure, mmHg.
_CONTRACTION_CORNER = 0.2


@structure
class Wall:
    """How a chamber's wall answers to its volume.

    Attributes
    ----------
    ees : SX
        End-systolic elastance, mmHg/mL.
    v0 : SX
        Volume without pressure, mL.
    alpha, beta : SX
        Exponent (1/mL) and scale (mmHg) of the end-diastolic relation.
    linear : SX
        Its linear part, mmHg/mL.
    """

    ees: ca.SX
    v0: ca.SX
    alpha: ca.SX
    beta: ca.SX
    linear: ca.SX


def passive_pressure(stretch: ca.SX, wall: Wall) -> ca.SX:
    """End-diastolic pressure (mmHg) of a chamber `stretch` mL above its V0."""
    return wall.beta * ca.exp(wall.alpha * stretch) + (wall.linear * stretch - wall.beta)


def chamber_pressure(volume: ca.SX, activation: ca.SX, wall: Wall) -> ca.SX:
    """Transmural pressure (mmHg) of a chamber between its passive and its active relation."""
    return passive_pressure(volume - wall.v0, wall) + active_pressure(volume, activation, wall)


def active_pressure(volume: ca.SX, activation: ca.SX, wall: Wall) -> ca.SX:
    """Part of :func:`chamber_pressure` (mmHg) that the contraction adds."""
    stretch = volume - wall.v0
    # Where a weak chamber is stretched so far that its active relation lies below the passive one,
    # contraction adds nothing; it cannot lower the pressure.
    return activation * hinge(_gain(stretch, wall), _CONTRACTION_CORNER)


def chamber_stiffness(volume: ca.SX, activation: ca.SX, wall: Wall) -> ca.SX:
    """Slope (mmHg/mL) of :func:`chamber_pressure` by the volume."""
    stretch = volume - wall.v0
    slope = wall.alpha * wall.beta * ca.exp(wall.alpha * stretch) + wall.linear
    acts = hinge_slope(_gain(stretch, wall), _CONTRACTION_CORNER)
    return slope + activation * acts * (wall.ees - slope)


def _gain(stretch: ca.SX, wall: Wall) -> ca.SX:
    """Pressure (mmHg) by which the active relation lies above the passive one."""
    # Its linear parts together, so that little waits for the exponential.
    others = (wall.ees - wall.linear) * stretch + wall.beta
    return others - wall.beta * ca.exp(wall.alpha * stretch)


def potential_energy(stretch: ca.SX, wall: Wall) -> ca.SX:
    """Area (mmHg.mL) under the end-systolic and above the end-diastolic relation up to `stretch`.

    Added to the stroke work it is the pressure-volume area (Suga 1979).
    """
    passive = wall.beta * ((ca.exp(wall.alpha * stretch) - 1) / wall.alpha - stretch)
    return 0.5 * (wall.ees - wall.linear) * stretch**2 - passive
