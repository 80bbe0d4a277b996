"""What a law of the slow clock declares: organs.

The equations are in :mod:`plants.slow.laws.organs`.
"""

from __future__ import annotations

from plants.quantities import Entry, entry, structure


@structure
class States:
    """Injury of kidneys and liver."""

    renal_injury: Entry = entry("1", "injury of the kidneys, 0 none to 1 failed", 0, 1)
    hepatic_injury: Entry = entry("1", "injury of the liver, 0 none to 1 failed", 0, 1)


@structure
class Parameters:
    """What hurts the organs, and in what time."""

    renal_injury_initial: Entry = entry("1", "injury of the kidneys at the start", 0, 1)
    hepatic_injury_initial: Entry = entry("1", "injury of the liver at the start", 0, 1)
    organ_pressure: Entry = entry("mmHg", "perfusion pressure below which organs suffer", 20, 90)
    organ_pressure_width: Entry = entry("mmHg", "width of that step", 1, 40)
    organ_congestion: Entry = entry("mmHg", "CVP above which organs suffer", 5, 40)
    organ_congestion_width: Entry = entry("mmHg", "width of that step", 0.5, 20)
    organ_delivery: Entry = entry("mL/min/m2", "oxygen delivery below which organs suffer", 50, 600)
    organ_delivery_width: Entry = entry("mL/min/m2", "width of that step", 5, 300)
    renal_hemoglobin: Entry = entry("mg/dL", "free hemoglobin above which kidneys suffer", 5, 500)
    renal_hemoglobin_width: Entry = entry("mg/dL", "width of that step", 1, 200)
    renal_pressure_weight: Entry = entry("1", "stress of the kidneys by lowest pressure", 0, 1)
    renal_congestion_weight: Entry = entry("1", "stress of the kidneys by highest congestion", 0, 1)
    renal_delivery_weight: Entry = entry("1", "stress of the kidneys without oxygen", 0, 1)
    renal_hemoglobin_weight: Entry = entry("1", "stress of the kidneys by most hemoglobin", 0, 1)
    hepatic_pressure_weight: Entry = entry("1", "stress of the liver by lowest pressure", 0, 1)
    hepatic_congestion_weight: Entry = entry("1", "stress of the liver by highest congestion", 0, 1)
    hepatic_delivery_weight: Entry = entry("1", "stress of the liver without oxygen", 0, 1)
    renal_onset_time: Entry = entry("h", "time in which full stress hurts the kidneys", 1, 500)
    renal_recovery_time: Entry = entry("h", "time in which the kidneys recover", 5, 2000)
    hepatic_onset_time: Entry = entry("h", "time in which full stress hurts the liver", 1, 500)
    hepatic_recovery_time: Entry = entry("h", "time in which the liver recovers", 5, 2000)
