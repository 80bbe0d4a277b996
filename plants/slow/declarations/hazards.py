"""What a law of the slow clock declares: hazards.

The equations are in :mod:`plants.slow.laws.hazards`.
"""

from __future__ import annotations

from plants.quantities import Entry, entry, structure


@structure
class States:
    """The wound, the blood's clotting and the cumulative hazards."""

    access_wound: Entry = entry("1", "access wound that has not sealed yet", 0, 1)
    vwf_loss: Entry = entry("1", "share of large von Willebrand multimers lost to shear", 0, 1)
    bleeding_hazard: Entry = entry("1", "cumulative hazard of major bleeding", 0, 1e4)
    malposition_hazard: Entry = entry("1", "cumulative hazard of lasting malposition", 0, 1e4)
    limb_hazard: Entry = entry("1", "cumulative hazard of limb ischemia", 0, 1e4)


@structure
class Parameters:
    """Hazards and what raises them."""

    pump_french: Entry = entry("Fr", "diameter of the pump; 0 is none", 0, 40)
    surgical: Entry = entry("1", "1 when the access is surgical, 0 when percutaneous", 0, 1)
    bleeding_access: Entry = entry("1", "cumulative hazard of bleeding from a CP's access", 0, 1)
    bleeding_access_time: Entry = entry("h", "time constant with which the access seals", 1, 500)
    bleeding_surgical_factor: Entry = entry("1", "bleeding, surgical over percutaneous", 0.1, 10)
    bleeding_size_exponent: Entry = entry("1", "power of the pump's size in access bleeding", 0, 5)
    bleeding_anticoagulation: Entry = entry("1/h", "bleeding hazard under anticoagulation", 0, 0.1)
    bleeding_shear: Entry = entry("1/h", "hazard of bleeding with all large multimers lost", 0, 0.1)
    bleeding_hemolysis: Entry = entry("1", "greatest relative rise of it with hemolysis", 0, 10)
    vwf_time: Entry = entry("h", "time constant of the loss of large multimers", 0.2, 100)
    reference_tip_speed: Entry = entry("m/s", "tip speed at which half the multimers go", 1, 50)
    malposition_rate: Entry = entry("1/h", "hazard of lasting malposition of a large pump", 0, 0.1)
    malposition_small_factor: Entry = entry("1", "hazard of small over large pumps", 0.1, 20)
    malposition_small_french: Entry = entry("Fr", "size that parts small from large pumps", 5, 30)
    malposition_volume: Entry = entry("mL", "end-diastolic volume of the base hazard", 20, 500)
    limb_hazard_base: Entry = entry("1/h", "hazard of limb ischemia by femoral access", 0, 0.1)
    limb_hazard_ischemia: Entry = entry("1/h", "further hazard of a limb without perfusion", 0, 1)
