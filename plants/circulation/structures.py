"""What the equations of the circulation are functions of, as typed structures.

The fields are the names of the equations. Those of a patient declare unit, meaning and range, from
which ``PATIENT_PARAMETERS`` of :mod:`plants.patients` follows; those of the disturbances stand in
``DISTURBANCES`` of :mod:`plants.scenarios`, whose names :mod:`plants.plant` holds against these.
"""

from __future__ import annotations

import casadi as ca

from plants.quantities import Entry, entry, structure

_ELASTANCE, _ALPHA, _RES, _COMP = "mmHg/mL", "1/mL", "mmHg.s/mL", "mL/mmHg"
_INERTANCE = "mmHg.s2/mL"


@structure
class Volumes:
    """Blood (mL) of the compartments in the order the blood flows, or its rates of change."""

    la_volume: ca.SX
    lv_volume: ca.SX
    aorta_volume: ca.SX
    systemic_artery_volume: ca.SX
    systemic_vein_volume: ca.SX
    ra_volume: ca.SX
    rv_volume: ca.SX
    pulmonary_artery_volume: ca.SX
    pulmonary_vein_volume: ca.SX


@structure
class CirculationState(Volumes):
    """State of the circulation.

    Attributes
    ----------
    aorta_flow, lung_flow : SX
        Flows (mL/s) out of the ascending aorta and out of the pulmonary arteries where the blood in
        them has inertia, else 0.
    coronary_supply, coronary_demand : SX
        Low-passed pressures (mmHg) that perfuse the left ventricle's wall and that it generates.
    septum : SX
        Displacement of the septum, mL.
    phase : SX
        Cardiac phase, beats since the start.
    """

    aorta_flow: ca.SX
    lung_flow: ca.SX
    coronary_supply: ca.SX
    coronary_demand: ca.SX
    septum: ca.SX
    phase: ca.SX


@structure
class PatientParameters:
    """Parameters of a patient: unit, meaning and the range a file may give."""

    heart_rate: Entry = entry("1/min", "heart rate", 30, 160)
    atrial_lead: Entry = entry("s", "atrial contraction peak before ventricular onset", 0.02, 0.25)
    atrial_width: Entry = entry("s", "standard width of the atrial contraction", 0.02, 0.15)
    activation_form: Entry = entry("1", "0 double Hill, 1 cosine, 2 exponential", 0, 2)
    systole_offset: Entry = entry("s", "systolic time scale without the period's part", 0, 1)
    systole_slope: Entry = entry("1", "systolic time scale by the period", 0, 1)
    activation_rise: Entry = entry("1", "rise of activation: half-time, duration or peak", 0.1, 3)
    activation_rise_power: Entry = entry("1", "power of the rise (double Hill)", 1.2, 6)
    activation_fall: Entry = entry("1", "fall of activation: half-time, end or width", 0.05, 4)
    activation_fall_power: Entry = entry("1", "power of the fall (double Hill)", 4, 60)
    lv_ees: Entry = entry(_ELASTANCE, "LV end-systolic elastance", 0.05, 10)
    lv_v0: Entry = entry("mL", "LV volume at zero end-systolic pressure", 0, 150)
    lv_alpha: Entry = entry(_ALPHA, "LV end-diastolic stiffness exponent", 0.005, 0.08)
    lv_beta: Entry = entry("mmHg", "LV end-diastolic stiffness scale", 0.01, 5)
    lv_linear: Entry = entry(_ELASTANCE, "LV end-diastolic elastance, linear part", 0, 2)
    rv_ees: Entry = entry(_ELASTANCE, "RV end-systolic elastance", 0.02, 5)
    rv_v0: Entry = entry("mL", "RV volume at zero end-systolic pressure", 0, 150)
    rv_alpha: Entry = entry(_ALPHA, "RV end-diastolic stiffness exponent", 0.005, 0.08)
    rv_beta: Entry = entry("mmHg", "RV end-diastolic stiffness scale", 0.01, 5)
    rv_linear: Entry = entry(_ELASTANCE, "RV end-diastolic elastance, linear part", 0, 2)
    la_ees: Entry = entry(_ELASTANCE, "LA end-systolic elastance", 0.02, 5)
    la_v0: Entry = entry("mL", "LA volume at zero end-systolic pressure", 0, 100)
    la_alpha: Entry = entry(_ALPHA, "LA end-diastolic stiffness exponent", 0.005, 0.12)
    la_beta: Entry = entry("mmHg", "LA end-diastolic stiffness scale", 0.01, 5)
    la_linear: Entry = entry(_ELASTANCE, "LA end-diastolic elastance, linear part", 0, 2)
    ra_ees: Entry = entry(_ELASTANCE, "RA end-systolic elastance", 0.02, 5)
    ra_v0: Entry = entry("mL", "RA volume at zero end-systolic pressure", 0, 100)
    ra_alpha: Entry = entry(_ALPHA, "RA end-diastolic stiffness exponent", 0.005, 0.12)
    ra_beta: Entry = entry("mmHg", "RA end-diastolic stiffness scale", 0.01, 5)
    ra_linear: Entry = entry(_ELASTANCE, "RA end-diastolic elastance, linear part", 0, 2)
    r_mitral: Entry = entry(_RES, "mitral-valve resistance (stenosis raises it)", 0.0005, 0.2)
    r_aortic: Entry = entry(_RES, "aortic-valve resistance (stenosis raises it)", 0.0005, 0.5)
    r_tricuspid: Entry = entry(_RES, "tricuspid-valve resistance (stenosis raises it)", 0.0005, 0.2)
    r_pulmonary_valve: Entry = entry(_RES, "valve resistance (stenosis raises it)", 0.0005, 0.5)
    leak_mitral: Entry = entry("mL/s/mmHg", "regurgitant conductance, mitral valve", 0, 5)
    leak_aortic: Entry = entry("mL/s/mmHg", "regurgitant conductance, aortic valve", 0, 5)
    leak_tricuspid: Entry = entry("mL/s/mmHg", "regurgitant conductance, tricuspid valve", 0, 10)
    leak_pulmonary: Entry = entry("mL/s/mmHg", "regurgitant conductance, pulmonary valve", 0, 10)
    r_characteristic: Entry = entry(_RES, "characteristic resistance of the aorta", 0.001, 0.2)
    r_systemic: Entry = entry(_RES, "systemic resistance (arterioles and capillaries)", 0.1, 6)
    r_venous: Entry = entry(_RES, "resistance to venous return", 0.001, 1)
    r_pulmonary: Entry = entry(_RES, "pulmonary vascular resistance", 0.005, 2)
    r_pulmonary_venous: Entry = entry(_RES, "resistance of the pulmonary veins", 0.0005, 0.3)
    c_aorta: Entry = entry(_COMP, "compliance of the ascending aorta", 0.02, 3)
    c_systemic_arteries: Entry = entry(_COMP, "compliance of the systemic arteries", 0.2, 6)
    arterial_stiffening: Entry = entry("1/mmHg", "stiffening of the arteries", 0, 0.1)
    c_systemic_veins: Entry = entry(_COMP, "compliance of the systemic veins", 10, 300)
    c_pulmonary_arteries: Entry = entry(_COMP, "compliance of the pulmonary arteries", 0.2, 30)
    pulmonary_stiffening: Entry = entry("1/mmHg", "stiffening of the lung's arteries", 0, 0.2)
    c_pulmonary_veins: Entry = entry(_COMP, "compliance of the pulmonary veins", 1, 50)
    l_aorta: Entry = entry(_INERTANCE, "inertance behind the ascending aorta", 0, 0.02)
    l_pulmonary: Entry = entry(_INERTANCE, "inertance behind the pulmonary arteries", 0, 0.02)
    vu_aorta: Entry = entry("mL", "unstressed volume of the ascending aorta", 0, 200)
    vu_systemic_arteries: Entry = entry("mL", "unstressed volume of systemic arteries", 0, 1500)
    vu_systemic_veins: Entry = entry("mL", "unstressed volume of systemic veins", 0, 5000)
    vu_pulmonary_arteries: Entry = entry("mL", "unstressed volume of pulmonary arteries", 0, 1200)
    vu_pulmonary_veins: Entry = entry("mL", "unstressed volume of pulmonary veins", 0, 1200)
    blood_volume: Entry = entry("mL", "total blood volume at the start", 1500, 12000)
    body_surface_area: Entry = entry("m2", "body surface area", 0.8, 3.5)
    coronary_coupling: Entry = entry("1", "contractility by perfusion: 1 on, 0 off", 0, 1)
    coronary_time: Entry = entry("s", "time constant of contractility by perfusion", 2, 120)
    coronary_zero_flow: Entry = entry("mmHg", "stop of flow, above the wall's pressure", 0, 30)
    coronary_compression: Entry = entry("1", "share of LV pressure that acts on the bed", 0, 1)
    coronary_conductance: Entry = entry("mL/min/mmHg", "dilated coronary bed", 0.5, 60)
    coronary_basal_flow: Entry = entry("mL/min", "demand of an LV without pressure", 5, 300)
    coronary_pressure_flow: Entry = entry("mL/min/mmHg", "demand by LV pressure", 0, 30)
    coronary_reference: Entry = entry("mmHg", "coronary supply at which lv_ees holds", 1, 80)
    coronary_gregg: Entry = entry("1/mmHg", "contractility by coronary supply", 0, 0.012)
    coronary_critical_reserve: Entry = entry("1", "reserve at half of ischemia", 0.2, 3)
    coronary_reserve_width: Entry = entry("1", "reserve from there to its ends", 0.1, 2)
    coronary_floor: Entry = entry("1", "contractility in full ischemia", 0.05, 1)
    septum_coupling: Entry = entry("1", "ventricular interaction by the septum: 1 on, 0 off", 0, 1)
    septum_ees: Entry = entry(_ELASTANCE, "septal end-systolic elastance", 1, 500)
    septum_volume: Entry = entry("mL", "septal volume at zero septal pressure", -20, 20)
    septum_lambda: Entry = entry(_ALPHA, "septal diastolic stiffness exponent", 0.01, 2)
    septum_pressure: Entry = entry("mmHg", "septal diastolic stiffness scale", 0.01, 20)
    pericardium_coupling: Entry = entry("1", "pericardial constraint: 1 on, 0 off", 0, 1)
    pericardium_volume: Entry = entry("mL", "ventricles at zero pericardial pressure", 50, 2000)
    pericardium_lambda: Entry = entry(_ALPHA, "pericardial stiffness exponent", 0.001, 0.2)
    pericardium_pressure: Entry = entry("mmHg", "pericardial stiffness scale", 0.01, 20)
    abdominal_share: Entry = entry("1", "share of systemic veins under abdominal pressure", 0, 1)
    ra_collapse_volume: Entry = entry("mL", "RA volume below which no blood flows back", 1, 20)
    valve_smoothing: Entry = entry("mmHg", "width over which a valve opens", 1e-4, 0.1)


@structure
class Disturbances:
    """What acts on the patient from outside; units and meanings in ``DISTURBANCES``."""

    systemic_resistance: ca.SX
    pulmonary_resistance: ca.SX
    lv_contractility: ca.SX
    rv_contractility: ca.SX
    lv_stiffness: ca.SX
    rv_stiffness: ca.SX
    heart_rate: ca.SX
    infusion: ca.SX
    intrathoracic_pressure: ca.SX
    atrial_contractility: ca.SX
    venous_volume: ca.SX
    mitral_leak: ca.SX
    aortic_leak: ca.SX
    abdominal_pressure: ca.SX
    inlet_depth: ca.SX
    wall_contact: ca.SX
    mitral_contact: ca.SX
