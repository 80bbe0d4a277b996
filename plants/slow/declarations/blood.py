"""What a law of the slow clock declares: blood.

The equations are in :mod:`plants.slow.laws.blood`.
"""

from __future__ import annotations

from plants.quantities import Entry, entry, structure


@structure
class States:
    """What the blood holds, and the fluid that moves into it."""

    hemoglobin_mass: Entry = entry("g", "hemoglobin in the red cells", 0, 10000)
    fluid_shift: Entry = entry("mL/h", "fluid drawn from the tissues; excreted < 0", -2000, 2000)


@structure
class Inputs:
    """What is given and lost."""

    bleeding: Entry = entry("mL/h", "blood lost", 0, 20000)
    transfusion: Entry = entry("mL/h", "red cells given, as suspended", 0, 10000)
    fluid: Entry = entry("mL/h", "fluid given that stays in the vessels", 0, 20000)


@structure
class Parameters:
    """Blood and its regulation."""

    hemoglobin_initial: Entry = entry("g/dL", "hemoglobin of the blood at the start", 3, 22)
    red_cell_hemoglobin: Entry = entry("g/dL", "hemoglobin of packed red cells", 28, 38)
    transfused_hemoglobin: Entry = entry("g/dL", "hemoglobin of the red cells given", 10, 25)
    volume_regulation: Entry = entry("1", "1: the patient regulates the blood volume, 0: not", 0, 1)
    volume_regulation_time: Entry = entry("h", "time in which the volume is brought back", 1, 200)
    volume_regulation_limit: Entry = entry("mL/h", "fastest shift of fluid", 10, 2000)
