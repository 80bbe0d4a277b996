"""Oxygen on the slow clock: delivery, consumption, mixed venous saturation and lactate.

Consumption meets the demand while the body can extract enough from what is delivered, and falls
with the delivery where it cannot, with a rounded corner: capillary beds fail one after another.
The demand that is not met is met by anaerobic glycolysis, which makes lactate. The liver and the
rest of the body clear it; the liver's part falls with its flow, taken to go with the cardiac
output, and with its injury. Acidosis inhibits glycolysis, which bounds the lactate.

References
----------
Fick A (1870) (consumption is flow times arteriovenous difference).
Ronco JJ et al. (1993) JAMA 270:1724 (critical delivery and extraction in man).
Levraut J et al. (1998) Am J Respir Crit Care Med 157:1021 (lactate clearance in the critically
ill).
"""

from __future__ import annotations

import casadi as ca

from plants.circulation import positive_part, saturated
from plants.plant import BeatMetrics
from plants.quantities import ML_PER_DL, ML_PER_L
from plants.slow.declarations import AllInputs, AllParameters, AllStates, oxygen as declared
from plants.slow.laws.blood import States as BloodStates
from plants.slow.laws.composition import hemoglobin

States = declared.States
Parameters = declared.Parameters


# A circulation that runs backwards delivers nothing.
_OUTPUT_CORNER = 0.02  # L/min
_DISSOLVED = 0.0031  # mL of oxygen in 1 dL of blood for 1 mmHg: solubility at 37 C
_DL_PER_L = ML_PER_L / ML_PER_DL
_NEWTON_STEPS = 60


def arterial_content(s: BloodStates, m: BeatMetrics, p: AllParameters) -> ca.SX:
    """Oxygen of arterial blood (mL/dL): bound and dissolved."""
    held = p.oxygen_capacity * hemoglobin(s, m) * p.arterial_saturation
    return held + _DISSOLVED * p.arterial_oxygen_pressure


def cardiac_output(m: BeatMetrics) -> ca.SX:
    """Forward cardiac output (L/min)."""
    return positive_part(m.cardiac_output, _OUTPUT_CORNER)


def delivery(s: BloodStates, m: BeatMetrics, p: AllParameters) -> ca.SX:
    """Oxygen delivered to the body (mL/min)."""
    return cardiac_output(m) * _DL_PER_L * arterial_content(s, m, p)


def demand(p: AllParameters) -> ca.SX:
    """Oxygen that the body asks for (mL/min)."""
    return p.oxygen_demand * p.body_surface_area


def relative_delivery(s: BloodStates, m: BeatMetrics, p: AllParameters) -> ca.SX:
    """Delivery over the critical one, at which the largest extraction just meets the demand."""
    return delivery(s, m, p) * p.oxygen_extraction_limit / demand(p)


def _corner(s: BloodStates, m: BeatMetrics, p: AllParameters) -> ca.SX:
    """(1 + x^n)^(1/n): near 1 where the delivery x limits, near x where the demand does."""
    n = p.oxygen_supply_sharpness
    return (1 + relative_delivery(s, m, p) ** n) ** (1 / n)


def extraction(s: BloodStates, m: BeatMetrics, p: AllParameters) -> ca.SX:
    """Share of the delivered oxygen that is consumed; never divides by the delivery."""
    return p.oxygen_extraction_limit / _corner(s, m, p)


def consumption(s: BloodStates, m: BeatMetrics, p: AllParameters) -> ca.SX:
    """Oxygen consumed (mL/min): the demand where the delivery allows it."""
    return demand(p) * relative_delivery(s, m, p) / _corner(s, m, p)


def debt(s: BloodStates, m: BeatMetrics, p: AllParameters) -> ca.SX:
    """Share of the demand that is not met."""
    return 1 - relative_delivery(s, m, p) / _corner(s, m, p)


def lactate_production(s: BloodStates, m: BeatMetrics, p: AllParameters) -> ca.SX:
    """Lactate made (mmol/L/h) were it not for acidosis."""
    return p.lactate_basal_production + p.lactate_debt_production * debt(s, m, p)


def lactate_clearance(hepatic_injury: ca.SX | float, m: BeatMetrics, p: AllParameters) -> ca.SX:
    """Clearance of lactate (1/h): the liver by its flow and health, and the rest of the body."""
    flow = saturated(cardiac_output(m) / (p.body_surface_area * p.hepatic_cardiac_index))
    liver = p.lactate_hepatic_share * flow * (1 - hepatic_injury)
    return p.lactate_clearance * (liver + 1 - p.lactate_hepatic_share)


def _inhibited(lactate: ca.SX | float, p: Parameters) -> ca.SX:
    return 1 + (lactate / p.lactate_inhibition) ** 2


def steady_state_lactate(
    s: BloodStates, hepatic_injury: float, m: BeatMetrics, p: AllParameters
) -> float:
    """Lactate (mmol/L) at which production and clearance are equal, from numbers.

    Parameters
    ----------
    s : blood.States
        The blood, of which the hemoglobin counts.
    hepatic_injury : float
        Injury of the liver, 0 to 1.
    m : BeatMetrics
        Metrics of a beat.
    p : AllParameters
        The parameters.
    """
    clearance = float(lactate_clearance(hepatic_injury, m, p))
    production = float(lactate_production(s, m, p))
    # Production over inhibition meets clearance where a convex rising cubic is zero: Newton's
    # steps from above go down to it and never past it.
    lactate = production / clearance
    for _ in range(_NEWTON_STEPS):
        excess = clearance * lactate * float(_inhibited(lactate, p)) - production
        lactate -= excess / (clearance * (1 + 3 * (lactate / p.lactate_inhibition) ** 2))
    return lactate


def start(p: AllParameters, m: BeatMetrics) -> dict[str, float]:
    """Lactate in steady state with the circulation at the start."""
    hemoglobin_mass = p.hemoglobin_initial * m.blood_volume / ML_PER_DL
    blood = BloodStates(hemoglobin_mass=hemoglobin_mass, fluid_shift=0.0)
    return {"lactate": steady_state_lactate(blood, p.hepatic_injury_initial, m, p)}


def rates(s: AllStates, m: BeatMetrics, u: AllInputs, p: AllParameters) -> dict[str, ca.SX]:
    """Rate of change of lactate (mmol/L per hour)."""
    made = lactate_production(s, m, p) / _inhibited(s.lactate, p)
    return {"lactate": made - lactate_clearance(s.hepatic_injury, m, p) * s.lactate}


def effects(s: AllStates, u: AllInputs, p: AllParameters) -> dict[str, ca.SX]:
    """None: oxygen acts on the circulation through no disturbance."""
    return {}


def outputs(s: AllStates, m: BeatMetrics, u: AllInputs, p: AllParameters) -> dict[str, ca.SX]:
    """Lactate (mmol/L), oxygen delivery and consumption (mL/min), extraction and saturation.

    The mixed venous saturation is Fick's, with the dissolved part of the venous content taken in
    the arterial proportion; the exact one is higher by less than 0.01.
    """
    extracted = extraction(s, m, p)
    return {
        "lactate": s.lactate,
        "oxygen_delivery": delivery(s, m, p),
        "oxygen_consumption": consumption(s, m, p),
        "oxygen_extraction": extracted,
        "svo2": p.arterial_saturation * (1 - extracted),
    }
