"""What the equations of the circulation are functions of, as typed structures.

The fields are the names of the equations. Units and ranges stand where the numbers are declared:
``PATIENT_PARAMETERS`` of :mod:`plants.patients` and ``DISTURBANCES`` of :mod:`plants.scenarios`,
whose names :mod:`plants.plant` holds against these at import.
"""

from __future__ import annotations

import casadi as ca

from plants.quantities import Entry, structure


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
    """Volumes, the septum's displacement (mL) and the cardiac phase (beats since the start)."""

    septum: ca.SX
    phase: ca.SX


@structure
class PatientParameters:
    """Parameters of a patient; units and meanings in ``PATIENT_PARAMETERS``."""

    heart_rate: Entry
    atrial_lead: Entry
    atrial_width: Entry
    lv_ees: Entry
    lv_v0: Entry
    lv_alpha: Entry
    lv_beta: Entry
    rv_ees: Entry
    rv_v0: Entry
    rv_alpha: Entry
    rv_beta: Entry
    la_ees: Entry
    la_v0: Entry
    la_alpha: Entry
    la_beta: Entry
    ra_ees: Entry
    ra_v0: Entry
    ra_alpha: Entry
    ra_beta: Entry
    r_mitral: Entry
    r_aortic: Entry
    r_tricuspid: Entry
    r_pulmonary_valve: Entry
    leak_mitral: Entry
    leak_aortic: Entry
    leak_tricuspid: Entry
    leak_pulmonary: Entry
    r_characteristic: Entry
    r_systemic: Entry
    r_venous: Entry
    r_pulmonary: Entry
    r_pulmonary_venous: Entry
    c_aorta: Entry
    c_systemic_arteries: Entry
    c_systemic_veins: Entry
    c_pulmonary_arteries: Entry
    c_pulmonary_veins: Entry
    vu_aorta: Entry
    vu_systemic_arteries: Entry
    vu_systemic_veins: Entry
    vu_pulmonary_arteries: Entry
    vu_pulmonary_veins: Entry
    blood_volume: Entry
    body_surface_area: Entry
    septum_coupling: Entry
    septum_ees: Entry
    septum_volume: Entry
    septum_lambda: Entry
    septum_pressure: Entry
    pericardium_coupling: Entry
    pericardium_volume: Entry
    pericardium_lambda: Entry
    pericardium_pressure: Entry
    abdominal_share: Entry
    ra_collapse_volume: Entry
    valve_smoothing: Entry


@structure
class Disturbances:
    """What acts on the patient from outside; units and meanings in ``DISTURBANCES``."""

    systemic_resistance: ca.SX
    pulmonary_resistance: ca.SX
    lv_contractility: ca.SX
    rv_contractility: ca.SX
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
