"""What a law of the slow clock declares: hemolysis.

The equations are in :mod:`plants.slow.laws.hemolysis`.
"""

from __future__ import annotations

from plants.quantities import Entry, entry, structure


@structure
class States:
    """Hemoglobin in the plasma and what binds it."""

    pfhb: Entry = entry("mg/dL", "plasma-free hemoglobin, bound and unbound", 0, 5000)
    haptoglobin: Entry = entry("mg/dL", "hemoglobin that all haptoglobin can bind", 0, 500)
    released_hemoglobin: Entry = entry("mg/dL", "hemoglobin released since the start", 0, 1e5)


@structure
class Parameters:
    """Release, binding and clearance of hemoglobin."""

    release_hemoglobin: Entry = entry("g/dL", "blood's hemoglobin at the reference release", 3, 22)
    release_plasma_volume: Entry = entry("mL", "plasma volume of the reference release", 500, 6000)
    haptoglobin_initial: Entry = entry("mg/dL", "haptoglobin's capacity at start and rest", 0, 400)
    haptoglobin_turnover: Entry = entry("h", "mean life of haptoglobin that binds nothing", 24, 400)
    haptoglobin_dissociation: Entry = entry("mg/dL", "dissociation constant of binding", 0.01, 5)
    complex_clearance_limit: Entry = entry("mg/dL/h", "fastest bound-hemoglobin clearance", 1, 100)
    complex_half_saturation: Entry = entry("mg/dL", "bound hemoglobin of half clearance", 0.1, 100)
    unbound_clearance: Entry = entry("1/h", "clearance of unbound hemoglobin", 0.01, 5)
