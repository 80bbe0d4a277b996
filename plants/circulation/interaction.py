"""Interaction of the ventricles through the septum and the pericardium.

The septum is a third wall: what it bulges into the right ventricle the left ventricle's free wall
need not hold, so that both pressures move it. Its position follows the balance of the three walls
with a short lag, which states the implicit balance of the published model as an equation that can
be integrated and differentiated. The pericardium presses on all four chambers by what both
ventricles hold.

References
----------
Smith BW, Chase JG, Nokes RI, Shaw GM, Wake G (2004) Minimal haemodynamic system model including
ventricular interaction and valve dynamics. Med Eng Phys 26:131 (laws and constants).
"""

from __future__ import annotations

import casadi as ca

from plants.circulation.elastance import Wall, chamber_stiffness
from plants.circulation.structures import CirculationState, PatientParameters, Volumes

# Lag of the septum behind the balance of the walls, s; a guess, short against a beat.
SEPTUM_TIME = 0.01


def septum_shift(x: CirculationState, p: PatientParameters) -> ca.SX:
    """Volume (mL) by which the septum bulges from the left into the right ventricle."""
    return p.septum_coupling * x.septum


def septum_rate(
    x: CirculationState,
    lv_pressure: ca.SX,
    rv_pressure: ca.SX,
    activation: ca.SX,
    walls: tuple[Wall, Wall],
    p: PatientParameters,
) -> ca.SX:
    """Rate (mL/s) at which the septum moves towards the balance of the three walls.

    Parameters
    ----------
    x : CirculationState
        The state.
    lv_pressure, rv_pressure : SX
        Pressures on both sides of the septum (mmHg); a pressure around both does not matter.
    activation : SX
        Ventricular activation, 0 to 1.
    walls : tuple of Wall
        Both free walls now.
    p : PatientParameters
        The patient.
    """
    shift = septum_shift(x, p)
    stretch = shift - p.septum_volume
    relaxed = p.septum_pressure * ca.exp(p.septum_lambda * stretch)
    pressure = activation * p.septum_ees * stretch + (1 - activation) * (
        relaxed - p.septum_pressure
    )
    stiffness = (
        activation * p.septum_ees
        + (1 - activation) * p.septum_lambda * relaxed
        + chamber_stiffness(x.lv_volume - shift, activation, walls[0])
        + chamber_stiffness(x.rv_volume + shift, activation, walls[1])
    )
    # A step of Newton's method in the lag: however stiff the walls are, the septum is not.
    towards = p.septum_coupling * (lv_pressure - rv_pressure - pressure) / stiffness
    return (towards - (1 - p.septum_coupling) * x.septum) / SEPTUM_TIME


def pericardial_pressure(x: Volumes, p: PatientParameters) -> ca.SX:
    """Pressure (mmHg) of the pericardium by the volume of both ventricles."""
    stretch = x.lv_volume + x.rv_volume - p.pericardium_volume
    law = p.pericardium_pressure * (ca.exp(p.pericardium_lambda * stretch) - 1)
    return p.pericardium_coupling * law
