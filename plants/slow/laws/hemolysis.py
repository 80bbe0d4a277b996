"""Hemolysis on the slow clock: hemoglobin released by the pump, bound, cleared and accumulated.

``pfhb`` is all hemoglobin in the plasma outside the red cells, bound to haptoglobin or not. That
is what the laboratory measures as plasma-free hemoglobin, free of cells, and so what the
manufacturer's definition of hemolysis, 40 mg/dL in two samples within 24 h, is compared with. The
part that no haptoglobin holds is ``unbound_hemoglobin``. Likewise ``haptoglobin`` counts all that
circulates, as the hemoglobin that it can bind, because that is what an assay finds.

Binding is far quicker than anything else here and is taken at equilibrium: with total hemoglobin
T, total capacity H and dissociation constant K, the bound part B solves (T - B)(H - B) = K B.
The complex leaves by uptake that saturates and takes its haptoglobin along; unbound hemoglobin
leaves in proportion.

References
----------
Garby L, Noyes WD (1959) J Clin Invest 38:1479 (uptake of the complex, which saturates).
Lathem W (1959) J Clin Invest 38:652 (binding capacity; renal clearance of unbound hemoglobin).
Roberts N et al. (2020) Int J Artif Organs (modified index of hemolysis of the CP, on which the
release ``m.hemolysis_rate`` is anchored).
"""

from __future__ import annotations

from collections.abc import Sequence

import casadi as ca
import numpy as np

from plants.plant import BeatMetrics
from plants.quantities import HOURS_PER_DAY, MG_PER_G, ML_PER_DL, InputError
from plants.slow.declarations import AllInputs, AllParameters, AllStates, hemolysis as declared
from plants.slow.laws.composition import plasma_inflow, plasma_volume, released_mass

States = declared.States
Parameters = declared.Parameters


#: Plasma-free hemoglobin (mg/dL) above which a sample counts, and the hours within which a second
#: one must: the manufacturer's definition of clinically significant hemolysis.
SIGNIFICANT_PFHB, SIGNIFICANT_WITHIN_HOURS = 40.0, HOURS_PER_DAY


def bound(pfhb: ca.SX, haptoglobin: ca.SX, dissociation: ca.SX) -> ca.SX:
    """Hemoglobin (mg/dL) bound to haptoglobin, between 0 and the smaller of the two.

    Parameters
    ----------
    pfhb, haptoglobin : SX
        All plasma hemoglobin and all binding capacity, mg/dL.
    dissociation : SX
        Dissociation constant, mg/dL, positive.
    """
    total = pfhb + haptoglobin + dissociation
    # The smaller root of the quadratic, written so that nothing cancels.
    root = ca.sqrt((pfhb - haptoglobin) ** 2 + dissociation * (total + pfhb + haptoglobin))
    return 2 * pfhb * haptoglobin / (total + root)


def unbound_hemoglobin(s: States, p: Parameters) -> ca.SX:
    """Plasma hemoglobin that no haptoglobin holds (mg/dL)."""
    return s.pfhb - bound(s.pfhb, s.haptoglobin, p.haptoglobin_dissociation)


def release(s: AllStates, m: BeatMetrics, p: AllParameters) -> ca.SX:
    """Release of hemoglobin into the patient's plasma (mg/dL/h)."""
    return released_mass(s, m, p) * MG_PER_G * ML_PER_DL / plasma_volume(s, m, p)


def start(p: Parameters, m: BeatMetrics) -> dict[str, float]:
    """A clean plasma with all its haptoglobin."""
    return {"pfhb": 0.0, "haptoglobin": p.haptoglobin_initial, "released_hemoglobin": 0.0}


def rates(s: AllStates, m: BeatMetrics, u: AllInputs, p: AllParameters) -> dict[str, ca.SX]:
    """Rates of change (mg/dL per hour)."""
    held = bound(s.pfhb, s.haptoglobin, p.haptoglobin_dissociation)
    taken_up = p.complex_clearance_limit * held / (p.complex_half_saturation + held)
    lost = p.unbound_clearance * (s.pfhb - held)
    dilution = plasma_inflow(s, m, u, p) / plasma_volume(s, m, p)
    made = (p.haptoglobin_initial - s.haptoglobin) / p.haptoglobin_turnover
    released = release(s, m, p)
    return {
        "pfhb": released - taken_up - lost - dilution * s.pfhb,
        "haptoglobin": made - taken_up - dilution * s.haptoglobin,
        "released_hemoglobin": released,
    }


def effects(s: States, u: object, p: Parameters) -> dict[str, ca.SX]:
    """None: hemolysis acts on the circulation through no disturbance."""
    return {}


def outputs(s: AllStates, m: BeatMetrics, u: AllInputs, p: AllParameters) -> dict[str, ca.SX]:
    """Plasma-free and unbound hemoglobin, haptoglobin and the dose released (mg/dL)."""
    return {
        "pfhb": s.pfhb,
        "unbound_hemoglobin": unbound_hemoglobin(s, p),
        "haptoglobin": s.haptoglobin,
        "hemolysis_dose": s.released_hemoglobin,
    }


def clinically_significant(times_h: Sequence[float], pfhb: Sequence[float]) -> bool:
    """Whether samples meet the manufacturer's definition of hemolysis.

    Plasma-free hemoglobin above 40 mg/dL in two samples within 24 h. The samples are those of a
    laboratory, hours apart; between two samples of one minute the definition says nothing.

    Parameters
    ----------
    times_h : sequence of float
        Times of the samples, h, each later than the one before.
    pfhb : sequence of float
        Plasma-free hemoglobin, mg/dL; a sample that is missing is NaN and is left out.

    Raises
    ------
    InputError
        There are not as many times as samples, a time is not finite or not later than the one
        before, or a sample is negative.

    Examples
    --------
    >>> from plants import clinically_significant
    >>> clinically_significant([0, 12, 24], [10.0, 55.0, 60.0])
    True
    >>> clinically_significant([0, 12, 48], [10.0, 55.0, 60.0])
    False
    """
    times, samples = np.asarray(times_h, dtype=float), np.asarray(pfhb, dtype=float)
    if times.ndim != 1 or times.shape != samples.shape:
        given = f"{times.shape} times, {samples.shape} samples"
        raise InputError("pfhb", given, "one sample for each time")
    if not np.all(np.isfinite(times)) or np.any(np.diff(times) <= 0):
        raise InputError("times_h", list(times_h), "finite times in h, each later than the last")
    if np.any(samples < 0):
        raise InputError("pfhb", list(pfhb), "samples in mg/dL, none below 0")
    return bool(np.any(np.diff(times[samples > SIGNIFICANT_PFHB]) <= SIGNIFICANT_WITHIN_HOURS))
