"""What the blood consists of: hemoglobin, red cells and plasma, and what is added to the plasma.

Blood is red cells, which hold all hemoglobin but the little that is free in the plasma, and
plasma. The volume of the red cells is their hemoglobin over the hemoglobin of packed cells.
"""

from __future__ import annotations

import casadi as ca

from plants.circulation import positive_part
from plants.plant import BeatMetrics
from plants.quantities import MG_PER_G, ML_PER_DL
from plants.slow.declarations import AllParameters, blood

# Corners of a smooth floor and ceiling that no living patient reaches; they keep every ratio
# finite when a circulation runs empty.
_LEAST_VOLUME, _VOLUME_CORNER = 100.0, 10.0  # mL
_MOST_HEMATOCRIT, _HEMATOCRIT_CORNER = 0.8, 1e-3


def volume(m: BeatMetrics) -> ca.SX:
    """Blood volume (mL), with a floor far below what a circulation needs."""
    return _LEAST_VOLUME + positive_part(m.blood_volume - _LEAST_VOLUME, _VOLUME_CORNER)


def hemoglobin(s: blood.States, m: BeatMetrics) -> ca.SX:
    """Hemoglobin of whole blood (g/dL)."""
    return ML_PER_DL * s.hemoglobin_mass / volume(m)


def hematocrit(s: blood.States, m: BeatMetrics, p: blood.Parameters) -> ca.SX:
    """Share of the red cells in the blood."""
    cells = hemoglobin(s, m) / p.red_cell_hemoglobin
    return _MOST_HEMATOCRIT - positive_part(_MOST_HEMATOCRIT - cells, _HEMATOCRIT_CORNER)


def plasma_volume(s: blood.States, m: BeatMetrics, p: blood.Parameters) -> ca.SX:
    """Volume of the plasma (mL)."""
    return volume(m) * (1 - hematocrit(s, m, p))


def released_mass(s: blood.States, m: BeatMetrics, p: AllParameters) -> ca.SX:
    """Hemoglobin (g/h) that the pump releases from the red cells into the plasma.

    The release ``m.hemolysis_rate`` holds for blood of ``p.release_hemoglobin`` in a plasma of
    ``p.release_plasma_volume``. An index of hemolysis is a share of the hemoglobin that passes
    the pump, so that the mass goes with the patient's hemoglobin.
    """
    reference = m.hemolysis_rate * p.release_plasma_volume / (ML_PER_DL * MG_PER_G)
    return reference * hemoglobin(s, m) / p.release_hemoglobin


def plasma_inflow(s: blood.States, m: BeatMetrics, u: blood.Inputs, p: AllParameters) -> ca.SX:
    """What is added to the plasma (mL/h) and dilutes what is dissolved in it.

    Fluid, the part of a transfusion that is no red cells, the patient's own shift of fluid, and
    the volume of the cells that break. Bleeding takes plasma as it is and dilutes nothing.
    """
    suspension = u.transfusion * (1 - p.transfused_hemoglobin / p.red_cell_hemoglobin)
    broken = ML_PER_DL * released_mass(s, m, p) / p.red_cell_hemoglobin
    return u.fluid + suspension + s.fluid_shift + broken
