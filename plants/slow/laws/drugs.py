"""Inotrope and vasopressor: effect-site doses and what they do to heart and vessels.

Both drugs are given as the equivalent dose of one drug of their kind (dobutamine,
norepinephrine). The dose at the effect site follows the infusion with a lag of minutes. Each
effect saturates with the dose (``1 + E d / (d + d50)``) and is taken relative to that at the dose
under which the patient was identified: there every effect is exactly neutral.

Stopping an infusion under which a patient was identified therefore takes away contractility, rate
and resistance: what a masked failure hides behind.

References
----------
Akhtar N et al. (1975) Am J Cardiol 36:202; Beregovich J et al. (1975) Br Heart J 37:629 and
Leier CV et al. (1978) Circulation 58:466 (dobutamine in heart failure). Ensinger H et al. (1992)
Crit Care Med 20:1250 (norepinephrine, dose and pressure). Persichini R et al. (2012) Crit Care
Med 40:3146 (norepinephrine and mean systemic pressure). Levy B et al. (2018) J Am Coll Cardiol
72:173 (norepinephrine in cardiogenic shock).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import casadi as ca

from plants.quantities import parameter_table
from plants.slow.laws.declare import SlowInput, SlowState

_MINUTES_PER_HOUR = 60.0
_DOSE = "ug/kg/min"
_INOTROPE_HIGH, _VASOPRESSOR_HIGH = 20.0, 1.0

STATES = (
    SlowState("inotrope_effect", _DOSE, "inotrope at its effect site", 0, _INOTROPE_HIGH),
    SlowState("vasopressor_effect", _DOSE, "vasopressor at its effect site", 0, _VASOPRESSOR_HIGH),
)
INPUTS = (
    SlowInput("inotrope", _DOSE, "inotrope, as dobutamine", 0, _INOTROPE_HIGH),
    SlowInput("vasopressor", _DOSE, "vasopressor, as norepinephrine", 0, _VASOPRESSOR_HIGH),
)
PARAMETERS = parameter_table(
    ("inotrope_baseline", _DOSE, "inotrope of the identified patient", 0, _INOTROPE_HIGH),
    ("vasopressor_baseline", _DOSE, "vasopressor of the identified patient", 0, _VASOPRESSOR_HIGH),
    ("inotrope_time", "min", "time constant of the inotrope's effect site", 0.5, 60),
    ("vasopressor_time", "min", "time constant of the vasopressor's effect site", 0.5, 60),
    ("inotrope_half_dose", _DOSE, "inotrope at half the greatest effect", 0.5, 50),
    ("inotrope_rate_half_dose", _DOSE, "the same for the heart rate", 0.5, 100),
    ("inotrope_contractility", "1", "greatest relative gain of contractility", 0, 5),
    ("inotrope_heart_rate", "1", "greatest relative gain of heart rate", 0, 2),
    ("inotrope_resistance", "1", "greatest relative change of systemic resistance", -0.9, 1),
    ("inotrope_pulmonary", "1", "greatest relative change of pulmonary resistance", -0.9, 1),
    ("inotrope_venous_volume", "mL", "greatest change of unstressed venous volume", -2000, 2000),
    ("vasopressor_half_dose", _DOSE, "vasopressor at half the greatest effect", 0.01, 5),
    ("vasopressor_contractility", "1", "greatest relative gain of contractility", 0, 5),
    ("vasopressor_resistance", "1", "greatest relative gain of systemic resistance", 0, 10),
    ("vasopressor_pulmonary", "1", "greatest relative gain of pulmonary resistance", 0, 5),
    ("vasopressor_venous_volume", "mL", "greatest change of unstressed venous volume", -2000, 0),
)


def occupancy(dose: ca.SX, half_dose: ca.SX) -> ca.SX:
    """Share (0 to 1) of the greatest effect that a dose reaches.

    Examples
    --------
    >>> from plants.slow.laws.drugs import occupancy
    >>> occupancy(10.0, 10.0)
    0.5
    """
    return dose / (dose + half_dose)


def start(p: Mapping[str, float], m: Mapping[str, float]) -> dict[str, float]:
    """The effect sites as under the doses of the identified patient."""
    return {
        "inotrope_effect": p["inotrope_baseline"],
        "vasopressor_effect": p["vasopressor_baseline"],
    }


def rates(
    s: SimpleNamespace, m: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace
) -> dict[str, ca.SX]:
    """The effect sites follow the infusions; per hour."""
    return {
        f"{drug}_effect": _MINUTES_PER_HOUR
        * (getattr(u, drug) - getattr(s, f"{drug}_effect"))
        / getattr(p, f"{drug}_time")
        for drug in ("inotrope", "vasopressor")
    }


def effects(s: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace) -> dict[str, ca.SX]:
    """Factors on contractility, rate and resistances, and the unstressed venous volume (mL)."""

    def relative(drug: str, kind: str, half_dose: ca.SX) -> ca.SX:
        greatest = getattr(p, f"{drug}_{kind}")
        now = occupancy(getattr(s, f"{drug}_effect"), half_dose)
        before = occupancy(getattr(p, f"{drug}_baseline"), half_dose)
        return (1 + greatest * now) / (1 + greatest * before)

    def inotrope(kind: str) -> ca.SX:
        return relative("inotrope", kind, p.inotrope_half_dose)

    def vasopressor(kind: str) -> ca.SX:
        return relative("vasopressor", kind, p.vasopressor_half_dose)

    def volume(drug: str) -> ca.SX:
        half_dose = getattr(p, f"{drug}_half_dose")
        change = occupancy(getattr(s, f"{drug}_effect"), half_dose) - occupancy(
            getattr(p, f"{drug}_baseline"), half_dose
        )
        return getattr(p, f"{drug}_venous_volume") * change

    contractility = inotrope("contractility") * vasopressor("contractility")
    return {
        "lv_contractility": contractility,
        "rv_contractility": contractility,
        "heart_rate": relative("inotrope", "heart_rate", p.inotrope_rate_half_dose),
        "systemic_resistance": inotrope("resistance") * vasopressor("resistance"),
        "pulmonary_resistance": inotrope("pulmonary") * vasopressor("pulmonary"),
        "venous_volume": volume("inotrope") + volume("vasopressor"),
    }


def outputs(
    s: SimpleNamespace, m: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace
) -> dict[str, ca.SX]:
    """The effect-site doses (ug/kg/min)."""
    return {
        "inotrope_effect": s.inotrope_effect,
        "vasopressor_effect": s.vasopressor_effect,
    }
