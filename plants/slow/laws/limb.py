"""The leg below a femoral sheath: how much of the artery is left, and what reaches the limb.

A sheath in the common femoral artery leaves a crescent of lumen. With the sheath against the wall
the crescent conducts ``10/3 (1 - k)^3`` times as well as the open artery (k: sheath over artery
diameter; the narrow-gap limit of Poiseuille flow in an eccentric annulus, 2.5 times that of the
concentric one). Collaterals and a distal perfusion catheter lie parallel to it. Behind them the
arterioles of the leg widen until their reserve is spent, so perfusion stays normal until the
artery is nearly full, and then falls steeply; a low arterial pressure spends the reserve too.

Conductances are relative to that of the resting leg, the pressure to the normal one. The sheath
counts with its outer diameter. Only a femoral artery counts: an axillary graft or the direct
aortic route leaves the leg alone, and so does a sheath in a femoral vein.

References
----------
White FM (1974) Viscous Fluid Flow (Poiseuille flow in an annulus). Hayashida K et al. (2011) JACC
Cardiovasc Interv 4:851 (sheath-to-artery ratio of 1.05 and vascular complications). Blaisdell FW
et al. (1978) Am J Surg 136:161 (hours that a leg bears without flow).
"""

from __future__ import annotations

import casadi as ca

from plants.circulation import positive_part, saturated
from plants.plant import BeatMetrics
from plants.quantities import MM_PER_FRENCH
from plants.slow.declarations import limb as declared

States = declared.States
Inputs = declared.Inputs
Parameters = declared.Parameters

# Corners: of the gap between sheath and wall (share of the radius), the pressure (mmHg) and the
# perfusion (1).
_GAP_CORNER, _PRESSURE_CORNER, _PERFUSION_CORNER = 0.01, 1.0, 0.01


def sheath_artery_ratio(p: Parameters) -> ca.SX:
    """Outer diameter of the sheath over that of the femoral artery; 0 without one."""
    # No sheath has no wall; from a few French on the share is 1.
    wall = p.sheath_wall * p.sheath_french**2 / (1 + p.sheath_french**2)
    return p.femoral * (p.sheath_french * MM_PER_FRENCH + wall) / p.artery_diameter


def limb_perfusion(pressure: ca.SX, distal_perfusion: ca.SX, p: Parameters) -> ca.SX:
    """Flow to the limb relative to its need (0 to 1) at a mean arterial pressure (mmHg).

    Parameters
    ----------
    pressure : SX
        Mean arterial less central venous pressure, mmHg.
    distal_perfusion : SX
        How far the distal perfusion catheter is open, 0 to 1.
    p : Parameters
        Access and limb.
    """
    gap = positive_part(1 - sheath_artery_ratio(p), _GAP_CORNER)
    path = (
        10 / 3 * p.artery_conductance * p.artery_diameter**4 * gap**3
        + p.collateral_conductance
        + p.catheter_conductance * distal_perfusion
    )
    driving = positive_part(pressure, _PRESSURE_CORNER) / p.limb_normal_pressure
    # Largest flow, with the arterioles wide open, over the flow that the leg needs.
    return saturated(driving / (1 / path + 1 / p.limb_reserve))


def start(p: Parameters, m: BeatMetrics) -> dict[str, float]:
    """A healthy limb."""
    return {"limb_ischemia": 0.0}


def rates(s: States, m: BeatMetrics, u: Inputs, p: Parameters) -> dict[str, ca.SX]:
    """The dose grows by the shortfall of perfusion, 1 h per hour without flow, and fades."""
    perfusion = limb_perfusion(m.map - m.cvp, u.distal_perfusion, p)
    shortfall = positive_part(p.limb_critical_perfusion - perfusion, _PERFUSION_CORNER)
    dose_rate = shortfall / p.limb_critical_perfusion
    return {"limb_ischemia": dose_rate - s.limb_ischemia / p.limb_healing_time}


def effects(s: States, u: Inputs, p: Parameters) -> dict[str, ca.SX]:
    """None: the limb acts on the circulation through no disturbance."""
    return {}


def outputs(s: States, m: BeatMetrics, u: Inputs, p: Parameters) -> dict[str, ca.SX]:
    """Perfusion of the limb, sheath-to-artery ratio and dose of ischemia (h)."""
    return {
        "limb_perfusion": limb_perfusion(m.map - m.cvp, u.distal_perfusion, p),
        "sheath_artery_ratio": sheath_artery_ratio(p) + ca.SX(0),
        "limb_ischemia": s.limb_ischemia,
    }
