"""The closed loop of blood: four chambers, four valves, arteries, veins and lungs.

Volumes in mL, pressures in mmHg, flows in mL/s. The topology is that of Burkhoff and Tyberg (1993)
with an ascending aorta of its own, where the left pump delivers.

    la -> mitral -> lv -> aortic -> aorta -> systemic arteries -> systemic veins
       -> ra -> tricuspid -> rv -> pulmonary -> pulmonary arteries -> pulmonary veins -> la
"""

from __future__ import annotations

from types import SimpleNamespace

import casadi as ca

from plants.elastance import atrial_activation, chamber_pressure, ventricular_activation
from plants.smooth import fraction, is_positive, positive_part
from plants.units import SECONDS_PER_MINUTE

#: Blood compartments in the order the blood flows; they are the first states.
VOLUMES = (
    "la_volume",
    "lv_volume",
    "aorta_volume",
    "systemic_artery_volume",
    "systemic_vein_volume",
    "ra_volume",
    "rv_volume",
    "pulmonary_artery_volume",
    "pulmonary_vein_volume",
)


def valve_flow(drop: ca.SX, resistance: ca.SX, leak: ca.SX, width: ca.SX) -> ca.SX:
    """Flow (mL/s) through a valve at a pressure drop (mmHg).

    Forward flow is linear in the drop; backward flow is `leak` times the back pressure. A shut
    valve that does not leak still passes ``width**2 / (4 |drop| resistance)``, the documented
    residue of the smoothing.
    """
    forward = positive_part(drop, width) / resistance
    return forward - leak * positive_part(-drop, width)


def pressures(x: SimpleNamespace, p: SimpleNamespace, d: SimpleNamespace) -> SimpleNamespace:
    """Pressures (mmHg) of all compartments from their volumes and the cardiac phase."""
    period = SECONDS_PER_MINUTE / (p.heart_rate * d.heart_rate)
    phase = fraction(x.phase)
    ventricles = ventricular_activation(phase, period)
    atria = atrial_activation(phase, period, p.atrial_lead, p.atrial_width)
    thorax = d.intrathoracic_pressure
    lv_ees, rv_ees = p.lv_ees * d.lv_contractility, p.rv_ees * d.rv_contractility
    return SimpleNamespace(
        la=thorax + chamber_pressure(x.la_volume, atria, p.la_ees, p.la_v0, p.la_alpha, p.la_beta),
        lv=thorax
        + chamber_pressure(x.lv_volume, ventricles, lv_ees, p.lv_v0, p.lv_alpha, p.lv_beta),
        aorta=thorax + (x.aorta_volume - p.vu_aorta) / p.c_aorta,
        systemic_arteries=(x.systemic_artery_volume - p.vu_systemic_arteries)
        / p.c_systemic_arteries,
        systemic_veins=(x.systemic_vein_volume - p.vu_systemic_veins) / p.c_systemic_veins,
        ra=thorax + chamber_pressure(x.ra_volume, atria, p.ra_ees, p.ra_v0, p.ra_alpha, p.ra_beta),
        rv=thorax
        + chamber_pressure(x.rv_volume, ventricles, rv_ees, p.rv_v0, p.rv_alpha, p.rv_beta),
        pulmonary_arteries=thorax
        + (x.pulmonary_artery_volume - p.vu_pulmonary_arteries) / p.c_pulmonary_arteries,
        pulmonary_veins=thorax
        + (x.pulmonary_vein_volume - p.vu_pulmonary_veins) / p.c_pulmonary_veins,
    )


def flows(pr: SimpleNamespace, p: SimpleNamespace, d: SimpleNamespace) -> SimpleNamespace:
    """Flows (mL/s) between the compartments, the pump's excepted, in the order the blood flows."""
    width = p.valve_smoothing
    systemic_resistance = p.r_systemic * d.systemic_resistance
    pulmonary_resistance = p.r_pulmonary * d.pulmonary_resistance
    return SimpleNamespace(
        mitral=valve_flow(pr.la - pr.lv, p.r_mitral, p.leak_mitral, width),
        mitral_back=positive_part(pr.lv - pr.la, width) * p.leak_mitral,
        aortic=valve_flow(pr.lv - pr.aorta, p.r_aortic, p.leak_aortic, width),
        aortic_open=is_positive(pr.lv - pr.aorta, width),
        aorta=(pr.aorta - pr.systemic_arteries) / p.r_characteristic,
        systemic=(pr.systemic_arteries - pr.systemic_veins) / systemic_resistance,
        venous=(pr.systemic_veins - pr.ra) / p.r_venous,
        tricuspid=valve_flow(pr.ra - pr.rv, p.r_tricuspid, p.leak_tricuspid, width),
        pulmonary_valve=valve_flow(
            pr.rv - pr.pulmonary_arteries, p.r_pulmonary_valve, p.leak_pulmonary, width
        ),
        pulmonary=(pr.pulmonary_arteries - pr.pulmonary_veins) / pulmonary_resistance,
        pulmonary_venous=(pr.pulmonary_veins - pr.la) / p.r_pulmonary_venous,
    )


def volume_rates(q: SimpleNamespace, pump_flow: ca.SX, infusion: ca.SX) -> dict[str, ca.SX]:
    """Rates of change (mL/s) of the compartments: what flows in less what flows out."""
    return {
        "la_volume": q.pulmonary_venous - q.mitral,
        "lv_volume": q.mitral - q.aortic - pump_flow,
        "aorta_volume": q.aortic + pump_flow - q.aorta,
        "systemic_artery_volume": q.aorta - q.systemic,
        "systemic_vein_volume": q.systemic - q.venous + infusion,
        "ra_volume": q.venous - q.tricuspid,
        "rv_volume": q.tricuspid - q.pulmonary_valve,
        "pulmonary_artery_volume": q.pulmonary_valve - q.pulmonary,
        "pulmonary_vein_volume": q.pulmonary - q.pulmonary_venous,
    }
