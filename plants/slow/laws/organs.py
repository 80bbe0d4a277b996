"""Injury of kidneys and liver on the slow clock.

Each injury is between 0, none, and 1, failed. A stress between 0 and 1 drives it up and lets it
recover only as far as the stress is absent: with stress x, onset time t1 and recovery time t2,

    d(injury)/dt = x (1 - injury) / t1 - (1 - x) injury / t2,

which cannot leave the range. The stress joins what is known to hurt: a low perfusion pressure, a
congested venous side, too little oxygen, and for the kidneys plasma-free hemoglobin. Each is a
smooth step with a weight, and they join as independent ones do, ``1 - (1 - a)(1 - b)...``.

References
----------
Ostermann M et al. (2017) BMC Nephrol 18:151 (perfusion pressure below 60 mmHg and kidney
injury).
Ranucci M et al. (2005) Ann Thorac Surg 80:2213 (oxygen delivery below 272 mL/min/m2 and kidney
failure after bypass).
Mullens W et al. (2009) J Am Coll Cardiol 53:589 (venous congestion and the kidneys).
"""

from __future__ import annotations

import casadi as ca

from plants.circulation import gate
from plants.plant import BeatMetrics
from plants.slow.declarations import AllInputs, AllParameters, AllStates, organs as declared
from plants.slow.laws.oxygen import delivery

States = declared.States
Parameters = declared.Parameters


def joined(first: ca.SX, *others: ca.SX) -> ca.SX:
    """Stresses in [0, 1] joined as independent ones are."""
    spared = 1 - first
    for stress in others:
        spared = spared * (1 - stress)
    return 1 - spared


def stresses(s: AllStates, m: BeatMetrics, p: AllParameters) -> dict[str, ca.SX]:
    """Stress of kidneys and liver, each in [0, 1], by organ."""
    pressure = gate(p.organ_pressure - (m.map - m.cvp), p.organ_pressure_width)
    congestion = gate(m.cvp - p.organ_congestion, p.organ_congestion_width)
    per_area = delivery(s, m, p) / p.body_surface_area
    shortage = gate(p.organ_delivery - per_area, p.organ_delivery_width)
    pigment = gate(s.pfhb - p.renal_hemoglobin, p.renal_hemoglobin_width)
    return {
        "renal": joined(
            p.renal_pressure_weight * pressure,
            p.renal_congestion_weight * congestion,
            p.renal_delivery_weight * shortage,
            p.renal_hemoglobin_weight * pigment,
        ),
        "hepatic": joined(
            p.hepatic_pressure_weight * pressure,
            p.hepatic_congestion_weight * congestion,
            p.hepatic_delivery_weight * shortage,
        ),
    }


def _rate(injury: ca.SX, stress: ca.SX, onset: ca.SX, recovery: ca.SX) -> ca.SX:
    return stress * (1 - injury) / onset - (1 - stress) * injury / recovery


def start(p: Parameters, m: BeatMetrics) -> dict[str, float]:
    """The injury that the patient comes with."""
    return {"renal_injury": p.renal_injury_initial, "hepatic_injury": p.hepatic_injury_initial}


def rates(s: AllStates, m: BeatMetrics, u: AllInputs, p: AllParameters) -> dict[str, ca.SX]:
    """Rates of change of the injuries (1/h)."""
    stress = stresses(s, m, p)
    return {
        "renal_injury": _rate(
            s.renal_injury, stress["renal"], p.renal_onset_time, p.renal_recovery_time
        ),
        "hepatic_injury": _rate(
            s.hepatic_injury, stress["hepatic"], p.hepatic_onset_time, p.hepatic_recovery_time
        ),
    }


def effects(s: States, u: object, p: Parameters) -> dict[str, ca.SX]:
    """None: the organs act on the circulation through no disturbance."""
    return {}


def outputs(s: AllStates, m: BeatMetrics, u: AllInputs, p: AllParameters) -> dict[str, ca.SX]:
    """The injuries."""
    return {"renal_injury": s.renal_injury, "hepatic_injury": s.hepatic_injury}
