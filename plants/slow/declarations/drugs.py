"""What a law of the slow clock declares: drugs.

The equations are in :mod:`plants.slow.laws.drugs`.
"""

from __future__ import annotations

from plants.quantities import Entry, entry, structure

_DOSE = "ug/kg/min"
_INOTROPE_HIGH, _VASOPRESSOR_HIGH = 20.0, 1.0


@structure
class States:
    """Doses at the effect sites."""

    inotrope_effect: Entry = entry(_DOSE, "inotrope at its effect site", 0, _INOTROPE_HIGH)
    vasopressor_effect: Entry = entry(_DOSE, "vasopressor at its effect site", 0, _VASOPRESSOR_HIGH)


@structure
class Inputs:
    """Doses infused."""

    inotrope: Entry = entry(_DOSE, "inotrope, as dobutamine", 0, _INOTROPE_HIGH)
    vasopressor: Entry = entry(_DOSE, "vasopressor, as norepinephrine", 0, _VASOPRESSOR_HIGH)


@structure
class Parameters:
    """What the drugs do, and how soon."""

    inotrope_baseline: Entry = entry(_DOSE, "inotrope when identified", 0, _INOTROPE_HIGH)
    vasopressor_baseline: Entry = entry(_DOSE, "vasopressor when identified", 0, _VASOPRESSOR_HIGH)
    inotrope_time: Entry = entry("min", "time constant of the inotrope effect site", 0.5, 60)
    vasopressor_time: Entry = entry("min", "time constant of the vasopressor effect site", 0.5, 60)
    inotrope_half_dose: Entry = entry(_DOSE, "inotrope at half the greatest effect", 0.5, 50)
    inotrope_rate_half_dose: Entry = entry(_DOSE, "the same for the heart rate", 0.5, 100)
    inotrope_contractility: Entry = entry("1", "greatest relative gain of contractility", 0, 5)
    inotrope_heart_rate: Entry = entry("1", "greatest relative gain of heart rate", 0, 2)
    inotrope_resistance: Entry = entry("1", "greatest relative change of SVR", -0.9, 1)
    inotrope_pulmonary: Entry = entry("1", "greatest relative change of PVR", -0.9, 1)
    inotrope_venous_volume: Entry = entry("mL", "greatest change of unstressed volume", -2000, 2000)
    vasopressor_half_dose: Entry = entry(_DOSE, "vasopressor at half the greatest effect", 0.01, 5)
    vasopressor_contractility: Entry = entry("1", "greatest relative gain of contractility", 0, 5)
    vasopressor_resistance: Entry = entry("1", "greatest relative gain of SVR", 0, 10)
    vasopressor_pulmonary: Entry = entry("1", "greatest relative gain of PVR", 0, 5)
    vasopressor_venous_volume: Entry = entry("mL", "greatest change of unstressed volume", -2000, 0)
