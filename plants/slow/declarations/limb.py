"""What a law of the slow clock declares: limb.

The equations are in :mod:`plants.slow.laws.limb`.
"""

from __future__ import annotations

from plants.quantities import Entry, entry, structure


@structure
class States:
    """What the limb has suffered."""

    limb_ischemia: Entry = entry("h", "dose of limb ischemia, in hours without flow", 0, 500)


@structure
class Inputs:
    """What is done for the limb."""

    distal_perfusion: Entry = entry("1", "distal perfusion catheter open (0 to 1)", 0, 1)


@structure
class Parameters:
    """Access and limb."""

    sheath_french: Entry = entry("Fr", "sheath in the artery, inner diameter; 0 is none", 0, 30)
    sheath_wall: Entry = entry("mm", "outer over inner diameter of a sheath", 0, 2)
    artery_diameter: Entry = entry("mm", "lumen of the common femoral artery", 2, 15)
    femoral: Entry = entry("1", "1 when the device comes through a femoral artery, else 0", 0, 1)
    largest_sheath_ratio: Entry = entry("1", "sheath over artery diameter that still fits", 0.8, 2)
    artery_conductance: Entry = entry("1/mm4", "artery over resting leg per diameter^4", 0.005, 2)
    collateral_conductance: Entry = entry("1", "collaterals over the resting leg", 0, 10)
    catheter_conductance: Entry = entry("1", "distal perfusion catheter over resting leg", 0, 50)
    limb_reserve: Entry = entry("1", "widened over resting conductance of the arterioles", 1, 10)
    limb_normal_pressure: Entry = entry("mmHg", "arteriovenous pressure of normal flow", 40, 150)
    limb_critical_perfusion: Entry = entry("1", "perfusion below which the leg suffers", 0.05, 0.95)
    limb_healing_time: Entry = entry("h", "time constant with which ischemia fades", 1, 500)
