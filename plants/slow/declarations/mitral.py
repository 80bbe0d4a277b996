"""What a law of the slow clock declares: mitral.

The equations are in :mod:`plants.slow.laws.mitral`.
"""

from __future__ import annotations

from plants.quantities import Entry, entry, structure


@structure
class States:
    """How far the valve leaks."""

    functional_leak: Entry = entry("mL/s/mmHg", "functional leak of the mitral valve", 0, 5)


@structure
class Parameters:
    """When and how the valve leaks."""

    mitral_tethering: Entry = entry("1/s/mmHg", "leak per mL of tethering volume; 0 is none", 0, 1)
    mitral_competent_volume: Entry = entry("mL", "LVEDV up to which the valve closes", 20, 800)
    mitral_competent_pressure: Entry = entry("mmHg", "LVEDP that belongs to it", 0, 60)
    mitral_pressure_weight: Entry = entry("mL/mmHg", "volume that counts as much as 1 mmHg", 0, 20)
    mitral_leak_limit: Entry = entry("mL/s/mmHg", "largest functional leak", 0.1, 5)
    mitral_time: Entry = entry("h", "time constant of the leaflets and the annulus", 0.01, 100)
