"""Inotrope and vasopressor: effect-site doses and what they do to heart and vessels.

Both drugs are given as the equivalent dose of one drug of their kind (dobutamine,
norepinephrine). The dose at the effect site follows the infusion with a lag of minutes. Each
effect saturates with the dose (``1 + E d / (d + d50)``) and is taken relative to that at the dose
under which the patient was identified: there every effect is exactly neutral.

Stopping an infusion under which a patient was identified therefore takes away contractility, rate
and resistance: what a masked failure hides behind.

Norepinephrine is both: its alpha-1 part raises resistances and takes blood out of the unstressed
veins, its beta-1 part makes both ventricles stronger. What it does to the heart rate through the
pressure is the baroreflex's; its own small effect on the sinus node is left out. Vasopressin and
milrinone are not told apart from the two.

References
----------
Akhtar N et al. (1975) Am J Cardiol 36:202; Beregovich J et al. (1975) Br Heart J 37:629 and
Leier CV et al. (1978) Circulation 58:466 (dobutamine in heart failure). Ensinger H et al. (1992)
Crit Care Med 20:1250 (norepinephrine in volunteers). Persichini R et al. (2012) Crit Care Med
40:3146 (norepinephrine and mean systemic pressure). Hamzaoui O et al. (2010) Crit Care 14:R142 and
(2018) Br J Anaesth (norepinephrine, output and ejection fraction of hypotensive patients). Udesen
NLJ et al. (2020) Crit Care 24 (0.1 ug/kg/min in pigs on the Impella CP).
"""

from __future__ import annotations

import casadi as ca

from plants.plant import BeatMetrics
from plants.quantities import MINUTES_PER_HOUR
from plants.slow.declarations import drugs as declared

States = declared.States
Inputs = declared.Inputs
Parameters = declared.Parameters

#: The drugs whose doses are known, and the signals of their doses at the effect sites.
DRUGS: tuple[str, ...] = ("inotrope", "vasopressor")
DOSES: tuple[str, ...] = tuple(f"{drug}_effect" for drug in DRUGS)


def occupancy(dose: ca.SX, half_dose: ca.SX) -> ca.SX:
    """Share (0 to 1) of the greatest effect that a dose reaches.

    Examples
    --------
    >>> from plants.slow.laws.drugs import occupancy
    >>> occupancy(10.0, 10.0)
    0.5
    """
    return dose / (dose + half_dose)


def start(p: Parameters, m: BeatMetrics) -> dict[str, float]:
    """The effect sites as under the doses of the identified patient."""
    return {"inotrope_effect": p.inotrope_baseline, "vasopressor_effect": p.vasopressor_baseline}


def rates(s: States, m: BeatMetrics, u: Inputs, p: Parameters) -> dict[str, ca.SX]:
    """The effect sites follow the infusions; per hour."""
    inotrope, vasopressor = u.inotrope - s.inotrope_effect, u.vasopressor - s.vasopressor_effect
    return {
        "inotrope_effect": MINUTES_PER_HOUR * inotrope / p.inotrope_time,
        "vasopressor_effect": MINUTES_PER_HOUR * vasopressor / p.vasopressor_time,
    }


def effects(s: States, u: Inputs, p: Parameters) -> dict[str, ca.SX]:
    """Factors on contractility, rate and resistances, and the unstressed venous volume (mL)."""

    def inotrope(greatest: ca.SX, half_dose: ca.SX) -> ca.SX:
        now = occupancy(s.inotrope_effect, half_dose)
        baseline = occupancy(p.inotrope_baseline, half_dose)
        return (1 + greatest * now) / (1 + greatest * baseline)

    def vasopressor(greatest: ca.SX) -> ca.SX:
        now = occupancy(s.vasopressor_effect, p.vasopressor_half_dose)
        baseline = occupancy(p.vasopressor_baseline, p.vasopressor_half_dose)
        return (1 + greatest * now) / (1 + greatest * baseline)

    def change(dose: ca.SX, baseline: ca.SX, half_dose: ca.SX) -> ca.SX:
        return occupancy(dose, half_dose) - occupancy(baseline, half_dose)

    contractility = inotrope(p.inotrope_contractility, p.inotrope_half_dose) * vasopressor(
        p.vasopressor_contractility
    )
    by_inotrope = change(s.inotrope_effect, p.inotrope_baseline, p.inotrope_half_dose)
    by_vasopressor = change(s.vasopressor_effect, p.vasopressor_baseline, p.vasopressor_half_dose)
    return {
        "lv_contractility": contractility,
        "rv_contractility": contractility,
        "heart_rate": inotrope(p.inotrope_heart_rate, p.inotrope_rate_half_dose),
        "systemic_resistance": inotrope(p.inotrope_resistance, p.inotrope_half_dose)
        * vasopressor(p.vasopressor_resistance),
        "pulmonary_resistance": inotrope(p.inotrope_pulmonary, p.inotrope_half_dose)
        * vasopressor(p.vasopressor_pulmonary),
        "venous_volume": p.inotrope_venous_volume * by_inotrope
        + p.vasopressor_venous_volume * by_vasopressor,
    }


def outputs(s: States, m: BeatMetrics, u: Inputs, p: Parameters) -> dict[str, ca.SX]:
    """The effect-site doses (ug/kg/min)."""
    return {"inotrope_effect": s.inotrope_effect, "vasopressor_effect": s.vasopressor_effect}
