"""The patient parameters: name, unit, meaning and the range a file may give.

The order of :data:`PATIENT_PARAMETERS` is the order of the symbolic parameter vector, so that one
compiled function serves every patient.
"""

from __future__ import annotations

from types import MappingProxyType

from plants.quantities import Parameter, parameter_table

_ELASTANCE, _ALPHA, _RES, _COMP = "mmHg/mL", "1/mL", "mmHg.s/mL", "mL/mmHg"

PATIENT_PARAMETERS: MappingProxyType[str, Parameter] = parameter_table(
    ("heart_rate", "1/min", "heart rate", 30, 160),
    ("atrial_lead", "s", "atrial contraction peak before ventricular onset", 0.02, 0.25),
    ("atrial_width", "s", "standard width of the atrial contraction", 0.02, 0.15),
    ("lv_ees", _ELASTANCE, "LV end-systolic elastance", 0.05, 10),
    ("lv_v0", "mL", "LV volume at zero end-systolic pressure", 0, 150),
    ("lv_alpha", _ALPHA, "LV end-diastolic stiffness exponent", 0.005, 0.08),
    ("lv_beta", "mmHg", "LV end-diastolic stiffness scale", 0.01, 5),
    ("rv_ees", _ELASTANCE, "RV end-systolic elastance", 0.02, 5),
    ("rv_v0", "mL", "RV volume at zero end-systolic pressure", 0, 150),
    ("rv_alpha", _ALPHA, "RV end-diastolic stiffness exponent", 0.005, 0.08),
    ("rv_beta", "mmHg", "RV end-diastolic stiffness scale", 0.01, 5),
    ("la_ees", _ELASTANCE, "LA end-systolic elastance", 0.02, 5),
    ("la_v0", "mL", "LA volume at zero end-systolic pressure", 0, 100),
    ("la_alpha", _ALPHA, "LA end-diastolic stiffness exponent", 0.005, 0.12),
    ("la_beta", "mmHg", "LA end-diastolic stiffness scale", 0.01, 5),
    ("ra_ees", _ELASTANCE, "RA end-systolic elastance", 0.02, 5),
    ("ra_v0", "mL", "RA volume at zero end-systolic pressure", 0, 100),
    ("ra_alpha", _ALPHA, "RA end-diastolic stiffness exponent", 0.005, 0.12),
    ("ra_beta", "mmHg", "RA end-diastolic stiffness scale", 0.01, 5),
    ("r_mitral", _RES, "mitral-valve resistance (stenosis raises it)", 0.002, 0.2),
    ("r_aortic", _RES, "aortic-valve resistance (stenosis raises it)", 0.002, 0.5),
    ("r_tricuspid", _RES, "tricuspid-valve resistance (stenosis raises it)", 0.002, 0.2),
    ("r_pulmonary_valve", _RES, "pulmonary-valve resistance (stenosis raises it)", 0.002, 0.5),
    ("leak_mitral", "mL/s/mmHg", "regurgitant conductance of the mitral valve", 0, 5),
    ("leak_aortic", "mL/s/mmHg", "regurgitant conductance of the aortic valve", 0, 5),
    ("leak_tricuspid", "mL/s/mmHg", "regurgitant conductance of the tricuspid valve", 0, 10),
    ("leak_pulmonary", "mL/s/mmHg", "regurgitant conductance of the pulmonary valve", 0, 10),
    ("r_characteristic", _RES, "characteristic resistance of the aorta", 0.005, 0.2),
    ("r_systemic", _RES, "systemic vascular resistance (arterioles and capillaries)", 0.1, 6),
    ("r_venous", _RES, "resistance to venous return", 0.005, 0.3),
    ("r_pulmonary", _RES, "pulmonary vascular resistance", 0.005, 2),
    ("r_pulmonary_venous", _RES, "resistance of the pulmonary veins", 0.005, 0.3),
    ("c_aorta", _COMP, "compliance of the ascending aorta", 0.1, 3),
    ("c_systemic_arteries", _COMP, "compliance of the systemic arteries", 0.2, 6),
    ("c_systemic_veins", _COMP, "compliance of the systemic veins", 10, 300),
    ("c_pulmonary_arteries", _COMP, "compliance of the pulmonary arteries", 0.5, 30),
    ("c_pulmonary_veins", _COMP, "compliance of the pulmonary veins", 1, 50),
    ("vu_aorta", "mL", "unstressed volume of the ascending aorta", 0, 200),
    ("vu_systemic_arteries", "mL", "unstressed volume of the systemic arteries", 0, 1500),
    ("vu_systemic_veins", "mL", "unstressed volume of the systemic veins", 0, 5000),
    ("vu_pulmonary_arteries", "mL", "unstressed volume of the pulmonary arteries", 0, 1200),
    ("vu_pulmonary_veins", "mL", "unstressed volume of the pulmonary veins", 0, 1200),
    ("blood_volume", "mL", "total blood volume at the start", 1500, 12000),
    ("body_surface_area", "m2", "body surface area", 0.8, 3.5),
    ("septum_coupling", "1", "ventricular interaction through the septum: 1 on, 0 off", 0, 1),
    ("septum_ees", _ELASTANCE, "septal end-systolic elastance", 1, 500),
    ("septum_volume", "mL", "septal volume at zero septal pressure", -20, 20),
    ("septum_lambda", _ALPHA, "septal diastolic stiffness exponent", 0.01, 2),
    ("septum_pressure", "mmHg", "septal diastolic stiffness scale", 0.01, 20),
    ("pericardium_coupling", "1", "pericardial constraint: 1 on, 0 off", 0, 1),
    ("pericardium_volume", "mL", "ventricular volume at zero pericardial pressure", 50, 2000),
    ("pericardium_lambda", _ALPHA, "pericardial stiffness exponent", 0.001, 0.2),
    ("pericardium_pressure", "mmHg", "pericardial stiffness scale", 0.01, 20),
    ("abdominal_share", "1", "share of the systemic veins that abdominal pressure presses", 0, 1),
    ("ra_collapse_volume", "mL", "RA volume below which no blood flows back into the veins", 1, 20),
    ("valve_smoothing", "mmHg", "width over which a valve opens", 1e-4, 0.1),
)

#: The parameters whose sum the blood volume must exceed.
UNSTRESSED_VOLUMES = tuple(name for name in PATIENT_PARAMETERS if name.startswith("vu_"))
