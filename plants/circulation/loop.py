"""The closed loop of blood: four chambers, four valves, arteries, veins and lungs.

Volumes in mL, pressures in mmHg, flows in mL/s. The topology is that of Burkhoff and Tyberg (1993)
with an ascending aorta of its own, where the left pump delivers; the right pump takes from the
right atrium and delivers into the pulmonary artery.

    la -> mitral -> lv -> aortic -> aorta -> systemic arteries -> systemic veins
       -> ra -> tricuspid -> rv -> pulmonary -> pulmonary arteries -> pulmonary veins -> la
"""

from __future__ import annotations

import casadi as ca

from plants.circulation.activation import (
    VentricularActivation,
    atrial_activation,
    ventricular_activation,
)
from plants.circulation.coronary import perfusion_factor
from plants.circulation.elastance import Wall, active_pressure, chamber_pressure
from plants.circulation.interaction import pericardial_pressure, septum_shift
from plants.circulation.smooth import fraction, is_positive, positive_part
from plants.circulation.structures import CirculationState, Disturbances, PatientParameters, Volumes
from plants.circulation.valves import valve_flow, venous_flow
from plants.circulation.vessels import Vessel, artery_pressure, inertia_rate, vessel_flow
from plants.quantities import SECONDS_PER_MINUTE, field_names, structure

#: Blood compartments in the order the blood flows; they are the first states.
VOLUMES = field_names(Volumes)


@structure
class Pressures:
    """Pressures (mmHg) of the compartments, and how the ventricles contract now.

    Attributes
    ----------
    heart, pericardium : SX
        Pressure around the heart, and the part of it that the pericardium adds.
    activation : SX
        Ventricular activation, 0 to 1.
    lv_active : SX
        Part of the LV's pressure that its contraction adds.
    lv_wall, rv_wall : Wall
        Walls of the ventricles now.
    """

    la: ca.SX
    lv: ca.SX
    aorta: ca.SX
    systemic_arteries: ca.SX
    systemic_veins: ca.SX
    ra: ca.SX
    rv: ca.SX
    pulmonary_arteries: ca.SX
    pulmonary_veins: ca.SX
    heart: ca.SX
    pericardium: ca.SX
    activation: ca.SX
    lv_active: ca.SX
    lv_wall: Wall
    rv_wall: Wall


@structure
class Flows:
    """Flows (mL/s) between the compartments in the order the blood flows.

    Attributes
    ----------
    mitral_back, aortic_back : SX
        Backward part of the flow through the valve, positive.
    aortic_open : SX
        Share to which the aortic valve is open, 0 to 1.
    """

    mitral: ca.SX
    mitral_back: ca.SX
    aortic: ca.SX
    aortic_back: ca.SX
    aortic_open: ca.SX
    aorta: ca.SX
    systemic: ca.SX
    venous: ca.SX
    tricuspid: ca.SX
    pulmonary_valve: ca.SX
    pulmonary: ca.SX
    pulmonary_venous: ca.SX


def activation_shape(p: PatientParameters) -> VentricularActivation:
    """Form and timing of the activation of a patient's ventricles."""
    names = field_names(VentricularActivation)
    return VentricularActivation(**{name: getattr(p, name) for name in names})


def wall(
    p: PatientParameters,
    chamber: str,
    contractility: ca.SX | float = 1.0,
    stiffness: ca.SX | float = 1.0,
) -> Wall:
    """Wall of a chamber (``lv``, ``rv``, ``la``, ``ra``).

    Parameters
    ----------
    p : PatientParameters
        The patient.
    chamber : str
        Which.
    contractility, stiffness : SX or float
        Factors on the end-systolic elastance and on the exponent of the end-diastolic relation.
    """
    parts = {name: getattr(p, f"{chamber}_{name}") for name in field_names(Wall)}
    moved = {"ees": parts["ees"] * contractility, "alpha": parts["alpha"] * stiffness}
    return Wall(**parts | moved)


def pressures(x: CirculationState, p: PatientParameters, d: Disturbances) -> Pressures:
    """Pressures (mmHg) of all compartments from their volumes and the cardiac phase."""
    period = SECONDS_PER_MINUTE / (p.heart_rate * d.heart_rate)
    phase = fraction(x.phase)
    ventricles = ventricular_activation(phase, period, activation_shape(p))
    atria = atrial_activation(phase, period, p.atrial_lead, p.atrial_width)
    atria = atria * d.atrial_contractility
    thorax = d.intrathoracic_pressure
    pericardium = pericardial_pressure(x, p)
    heart, shift = thorax + pericardium, septum_shift(x, p)
    contractility = d.lv_contractility * perfusion_factor(x.coronary_supply, x.coronary_demand, p)
    lv_wall = wall(p, "lv", contractility, d.lv_stiffness)
    rv_wall = wall(p, "rv", d.rv_contractility, d.rv_stiffness)
    lv_free, rv_free = x.lv_volume - shift, x.rv_volume + shift
    return Pressures(
        la=heart + chamber_pressure(x.la_volume, atria, wall(p, "la")),
        lv=heart + chamber_pressure(lv_free, ventricles, lv_wall),
        aorta=thorax
        + artery_pressure(x.aorta_volume - p.vu_aorta, p.c_aorta, p.arterial_stiffening),
        systemic_arteries=artery_pressure(
            x.systemic_artery_volume - p.vu_systemic_arteries,
            p.c_systemic_arteries,
            p.arterial_stiffening,
        ),
        systemic_veins=(x.systemic_vein_volume - p.vu_systemic_veins - d.venous_volume)
        / p.c_systemic_veins
        + p.abdominal_share * d.abdominal_pressure,
        ra=heart + chamber_pressure(x.ra_volume, atria, wall(p, "ra")),
        rv=heart + chamber_pressure(rv_free, ventricles, rv_wall),
        pulmonary_arteries=thorax
        + artery_pressure(
            x.pulmonary_artery_volume - p.vu_pulmonary_arteries,
            p.c_pulmonary_arteries,
            p.pulmonary_stiffening,
        ),
        pulmonary_veins=thorax
        + (x.pulmonary_vein_volume - p.vu_pulmonary_veins) / p.c_pulmonary_veins,
        heart=heart,
        pericardium=pericardium,
        activation=ventricles,
        lv_active=active_pressure(lv_free, ventricles, lv_wall),
        lv_wall=lv_wall,
        rv_wall=rv_wall,
    )


def flows(
    pressure: Pressures,
    x: CirculationState,
    p: PatientParameters,
    d: Disturbances,
    contact_leak: ca.SX,
) -> Flows:
    """Flows (mL/s) between the compartments, the pump's excepted, in the order the blood flows.

    Parameters
    ----------
    pressure : Pressures
        Of the compartments.
    x : CirculationState
        Their blood, and what flows by inertia.
    p : PatientParameters
        The patient.
    d : Disturbances
        What acts from outside.
    contact_leak : SX
        Leak of the mitral valve by a pump that lies on it, mL/s/mmHg.
    """
    width = p.valve_smoothing
    leak_mitral = p.leak_mitral + d.mitral_leak + contact_leak
    leak_aortic = p.leak_aortic + d.aortic_leak
    systemic_resistance = p.r_systemic * d.systemic_resistance
    aorta, lungs = _great_arteries(pressure, p, d)
    return Flows(
        mitral=valve_flow(pressure.la - pressure.lv, p.r_mitral, leak_mitral, width),
        mitral_back=positive_part(pressure.lv - pressure.la, width) * leak_mitral,
        aortic=valve_flow(pressure.lv - pressure.aorta, p.r_aortic, leak_aortic, width),
        aortic_back=positive_part(pressure.aorta - pressure.lv, width) * leak_aortic,
        aortic_open=is_positive(pressure.lv - pressure.aorta, width),
        aorta=vessel_flow(aorta, x.aorta_flow),
        systemic=(pressure.systemic_arteries - pressure.systemic_veins) / systemic_resistance,
        venous=venous_flow(
            pressure.systemic_veins - pressure.ra,
            x.ra_volume,
            p.r_venous,
            p.ra_collapse_volume,
            width,
        ),
        tricuspid=valve_flow(pressure.ra - pressure.rv, p.r_tricuspid, p.leak_tricuspid, width),
        pulmonary_valve=valve_flow(
            pressure.rv - pressure.pulmonary_arteries, p.r_pulmonary_valve, p.leak_pulmonary, width
        ),
        pulmonary=vessel_flow(lungs, x.lung_flow),
        pulmonary_venous=(pressure.pulmonary_veins - pressure.la) / p.r_pulmonary_venous,
    )


def inertia_rates(
    pressure: Pressures, x: CirculationState, p: PatientParameters, d: Disturbances
) -> tuple[ca.SX, ca.SX]:
    """Rates of change (mL/s^2) of the flows out of the aorta and out of the pulmonary arteries."""
    aorta, lungs = _great_arteries(pressure, p, d)
    return inertia_rate(aorta, x.aorta_flow), inertia_rate(lungs, x.lung_flow)


def _great_arteries(
    pressure: Pressures, p: PatientParameters, d: Disturbances
) -> tuple[Vessel, Vessel]:
    """What lies behind the ascending aorta and behind the pulmonary arteries."""
    return (
        Vessel(pressure.aorta - pressure.systemic_arteries, p.r_characteristic, p.l_aorta),
        Vessel(
            pressure.pulmonary_arteries - pressure.pulmonary_veins,
            p.r_pulmonary * d.pulmonary_resistance,
            p.l_pulmonary,
        ),
    )


def volume_rates(q: Flows, pump_flow: ca.SX, right_pump_flow: ca.SX, infusion: ca.SX) -> Volumes:
    """Rates of change (mL/s) of the compartments: what flows in less what flows out.

    The pumps' flows are what they deliver: from the LV to the aorta, from the RA to the PA.
    """
    return Volumes(
        la_volume=q.pulmonary_venous - q.mitral,
        lv_volume=q.mitral - q.aortic - pump_flow,
        aorta_volume=q.aortic + pump_flow - q.aorta,
        systemic_artery_volume=q.aorta - q.systemic,
        systemic_vein_volume=q.systemic - q.venous + infusion,
        ra_volume=q.venous - q.tricuspid - right_pump_flow,
        rv_volume=q.tricuspid - q.pulmonary_valve,
        pulmonary_artery_volume=q.pulmonary_valve + right_pump_flow - q.pulmonary,
        pulmonary_vein_volume=q.pulmonary - q.pulmonary_venous,
    )
