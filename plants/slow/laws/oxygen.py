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

from collections.abc import Mapping
from types import SimpleNamespace

import casadi as ca

from plants.circulation import positive_part, saturated
from plants.quantities import ML_PER_L, parameter_table
from plants.slow.laws.composition import ML_PER_DL, hemoglobin
from plants.slow.laws.declare import SlowInput, SlowState

# A circulation that runs backwards delivers nothing.
_OUTPUT_CORNER = 0.02  # L/min
_DISSOLVED = 0.0031  # mL of oxygen in 1 dL of blood for 1 mmHg: solubility at 37 C
_DL_PER_L = ML_PER_L / ML_PER_DL
_NEWTON_STEPS = 60

STATES = (SlowState("lactate", "mmol/L", "arterial lactate", 0, 100),)
INPUTS: tuple[SlowInput, ...] = ()
PARAMETERS = parameter_table(
    ("arterial_saturation", "1", "oxygen saturation of arterial blood", 0.3, 1),
    ("arterial_oxygen_pressure", "mmHg", "oxygen pressure of arterial blood", 20, 600),
    ("oxygen_capacity", "mL/g", "oxygen that saturated hemoglobin holds", 1.3, 1.4),
    ("oxygen_demand", "mL/min/m2", "oxygen demand of the body at rest", 50, 400),
    ("oxygen_extraction_limit", "1", "largest share of the delivery extracted", 0.3, 0.95),
    ("oxygen_supply_sharpness", "1", "sharpness of the corner of supply dependency", 1, 20),
    ("lactate_basal_production", "mmol/L/h", "lactate made with the demand met", 0, 2),
    ("lactate_debt_production", "mmol/L/h", "lactate made with no demand met", 0, 200),
    ("lactate_inhibition", "mmol/L", "lactate at which its production is halved", 5, 100),
    ("lactate_clearance", "1/h", "clearance of lactate with full liver flow", 0.02, 5),
    ("lactate_hepatic_share", "1", "share of the liver in the clearance", 0, 0.95),
    ("hepatic_cardiac_index", "L/min/m2", "cardiac index of full liver flow", 1, 6),
)


def arterial_content(s: SimpleNamespace, m: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """Oxygen of arterial blood (mL/dL): bound and dissolved."""
    held = p.oxygen_capacity * hemoglobin(s, m) * p.arterial_saturation
    return held + _DISSOLVED * p.arterial_oxygen_pressure


def cardiac_output(m: SimpleNamespace) -> ca.SX:
    """Forward cardiac output (L/min)."""
    return positive_part(m.cardiac_output, _OUTPUT_CORNER)


def delivery(s: SimpleNamespace, m: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """Oxygen delivered to the body (mL/min)."""
    return cardiac_output(m) * _DL_PER_L * arterial_content(s, m, p)


def demand(p: SimpleNamespace) -> ca.SX:
    """Oxygen that the body asks for (mL/min)."""
    return p.oxygen_demand * p.body_surface_area


def relative_delivery(s: SimpleNamespace, m: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """Delivery over the critical one, at which the largest extraction just meets the demand."""
    return delivery(s, m, p) * p.oxygen_extraction_limit / demand(p)


def _corner(s: SimpleNamespace, m: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """(1 + x^n)^(1/n): near 1 where the delivery x limits, near x where the demand does."""
    n = p.oxygen_supply_sharpness
    return (1 + relative_delivery(s, m, p) ** n) ** (1 / n)


def extraction(s: SimpleNamespace, m: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """Share of the delivered oxygen that is consumed; never divides by the delivery."""
    return p.oxygen_extraction_limit / _corner(s, m, p)


def consumption(s: SimpleNamespace, m: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """Oxygen consumed (mL/min): the demand where the delivery allows it."""
    return demand(p) * relative_delivery(s, m, p) / _corner(s, m, p)


def debt(s: SimpleNamespace, m: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """Share of the demand that is not met."""
    return 1 - relative_delivery(s, m, p) / _corner(s, m, p)


def lactate_production(s: SimpleNamespace, m: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """Lactate made (mmol/L/h) were it not for acidosis."""
    return p.lactate_basal_production + p.lactate_debt_production * debt(s, m, p)


def lactate_clearance(s: SimpleNamespace, m: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """Clearance of lactate (1/h): the liver by its flow and health, and the rest of the body."""
    flow = saturated(cardiac_output(m) / (p.body_surface_area * p.hepatic_cardiac_index))
    liver = p.lactate_hepatic_share * flow * (1 - s.hepatic_injury)
    return p.lactate_clearance * (liver + 1 - p.lactate_hepatic_share)


def _inhibited(lactate: ca.SX | float, p: SimpleNamespace) -> ca.SX:
    return 1 + (lactate / p.lactate_inhibition) ** 2


def settled_lactate(s: SimpleNamespace, m: SimpleNamespace, p: SimpleNamespace) -> float:
    """Lactate (mmol/L) at which production and clearance are equal, from numbers.

    Parameters
    ----------
    s, m, p : SimpleNamespace
        Slow states (hemoglobin_mass, hepatic_injury), metrics of a beat and parameters.
    """
    clearance, production = float(lactate_clearance(s, m, p)), float(lactate_production(s, m, p))
    # Production over inhibition meets clearance where a convex rising cubic is zero: Newton's
    # steps from above go down to it and never past it.
    lactate = production / clearance
    for _ in range(_NEWTON_STEPS):
        excess = clearance * lactate * float(_inhibited(lactate, p)) - production
        lactate -= excess / (clearance * (1 + 3 * (lactate / p.lactate_inhibition) ** 2))
    return lactate


def start(p: Mapping[str, float], m: Mapping[str, float]) -> dict[str, float]:
    """Lactate settled in the circulation as it is at the start."""
    parameters, metrics = SimpleNamespace(**p), SimpleNamespace(**m)
    states = SimpleNamespace(
        hemoglobin_mass=p["hemoglobin_initial"] * m["blood_volume"] / ML_PER_DL,
        hepatic_injury=p["hepatic_injury_initial"],
    )
    return {"lactate": settled_lactate(states, metrics, parameters)}


def rates(
    s: SimpleNamespace, m: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace
) -> dict[str, ca.SX]:
    """Rate of change of lactate (mmol/L per hour)."""
    made = lactate_production(s, m, p) / _inhibited(s.lactate, p)
    return {"lactate": made - lactate_clearance(s, m, p) * s.lactate}


def effects(s: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace) -> dict[str, ca.SX]:
    """None: oxygen acts on the circulation through no disturbance."""
    return {}


def outputs(
    s: SimpleNamespace, m: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace
) -> dict[str, ca.SX]:
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
