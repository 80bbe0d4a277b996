"""What a law of the slow clock declares: oxygen.

The equations are in :mod:`plants.slow.laws.oxygen`.
"""

from __future__ import annotations

from plants.quantities import Entry, entry, structure


@structure
class States:
    """What the shortage of oxygen leaves in the blood."""

    lactate: Entry = entry("mmol/L", "arterial lactate", 0, 100)


@structure
class Parameters:
    """Oxygen and lactate."""

    arterial_saturation: Entry = entry("1", "oxygen saturation of arterial blood", 0.3, 1)
    arterial_oxygen_pressure: Entry = entry("mmHg", "oxygen pressure of arterial blood", 20, 600)
    oxygen_capacity: Entry = entry("mL/g", "oxygen that saturated hemoglobin holds", 1.3, 1.4)
    oxygen_demand: Entry = entry("mL/min/m2", "oxygen demand of the body at rest", 50, 400)
    oxygen_extraction_limit: Entry = entry("1", "largest share of delivery extracted", 0.3, 0.95)
    oxygen_supply_sharpness: Entry = entry("1", "sharpness of the supply dependency", 1, 20)
    lactate_basal_production: Entry = entry("mmol/L/h", "lactate made with the demand met", 0, 2)
    lactate_debt_production: Entry = entry("mmol/L/h", "lactate made with no demand met", 0, 200)
    lactate_inhibition: Entry = entry("mmol/L", "lactate at which its production is halved", 5, 100)
    lactate_clearance: Entry = entry("1/h", "clearance of lactate with full liver flow", 0.02, 5)
    lactate_hepatic_share: Entry = entry("1", "share of the liver in the clearance", 0, 0.95)
    hepatic_cardiac_index: Entry = entry("L/min/m2", "cardiac index of full liver flow", 1, 6)
