"""The recovered heart of a patient: what the construction of a case looks ahead to."""

from __future__ import annotations

from collections.abc import Mapping

from plants.bedside.bedside import SETTLING_TIME
from plants.bedside.run import BedsideRun
from plants.bedside.settings import bedside_settings
from plants.cohorts import recovered_shares
from plants.patients import Patient
from plants.plant import Plant
from plants.quantities import PhysicsError
from plants.slow import STATE_LAYOUT, SlowClock, SlowParameters
from plants.slow.laws import DRUGS

# Share of the blood volume that decongestion takes.
_DECONGESTED = 0.06
# Largest share of the gap to a healthy heart that is looked at, and halvings of the search.
_LARGEST_SHARE, _HALVINGS = 1.2, 8
#: Lowest and highest value by signal name.
Bounds = Mapping[str, tuple[float | None, float | None]]
#: What makes a patient fit for weaning without a pump (Randhawa 2021 JACC HF).
READY_LIMITS: Bounds = {"map": (65.0, None), "cardiac_index": (2.2, None), "pcwp": (None, 18.0)}


def contractility_without_drugs(slow: Mapping[str, float]) -> float:
    """Contractility without the drugs at the begin, relative to that with them."""
    p = SlowParameters.load()
    factor = 1.0
    for drug in DRUGS:
        dose, half_dose = slow[f"{drug}_baseline"], p[f"{drug}_half_dose"]
        factor /= 1.0 + p[f"{drug}_contractility"] * dose / (dose + half_dose)
    return factor


def recovered_metrics(
    patient: Patient, slow: Mapping[str, float], *, inotrope: float = 0.0
) -> dict[str, float]:
    """Metrics without a pump of a patient whose heart has recovered as far as it will, decongested.

    Parameters
    ----------
    patient : Patient
        The circulation.
    slow : mapping of str to float
        Parameters of the slow clock that differ from their files'.
    inotrope : float
        What is given, ug/kg/min; no vasopressor.

    Raises
    ------
    PhysicsError
        There is no periodic beat.
    """
    gain = bedside_settings()["reflex"]["gain"]
    parameters = SlowParameters.load().replace(
        source="the patient's own", tag="X", **(dict(slow) | {"baroreflex_gain": gain})
    )
    clock = SlowClock(patient, parameters)
    state = clock.state.copy()
    state[STATE_LAYOUT.index["stunned"]] = 0.0
    state[STATE_LAYOUT.index["inotrope_effect"]] = inotrope
    state[STATE_LAYOUT.index["vasopressor_effect"]] = 0.0
    clock.state = state
    clock.give(inotrope=inotrope, vasopressor=0.0)
    volume = (1.0 - _DECONGESTED) * patient["blood_volume"]
    run = BedsideRun(Plant(patient), clock, volume=volume)
    run.advance(SETTLING_TIME, 0.0)
    return run.metrics()


def masked_recovery_share(patient: Patient, slow: Mapping[str, float]) -> float:
    """Share of the gap with which a heart is fit under its inotrope and fails without it.

    Halfway between the least share that is fit under the drug and the least that does not fail
    without; the former where there is no such half way.
    """
    factor, dose = contractility_without_drugs(slow), slow["inotrope_baseline"]

    def minimum_recovered_share(bounds: Bounds, inotrope: float) -> float:
        low, high = 0.0, _LARGEST_SHARE
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            here = dict(slow) | recovered_shares(patient, middle, factor)
            if meets(bounds, patient, here, inotrope):
                high = middle
            else:
                low = middle
        return high

    fit = minimum_recovered_share(READY_LIMITS, dose)
    bearing = minimum_recovered_share(_bearable(), 0.0)
    return max(0.5 * (fit + bearing), fit)


def meets(
    bounds: Bounds, patient: Patient, slow: Mapping[str, float], inotrope: float = 0.0
) -> bool:
    """Whether a recovered patient is within bounds without a pump."""
    try:
        metrics = recovered_metrics(patient, slow, inotrope=inotrope)
    except PhysicsError:
        return False
    return all(
        (low is None or metrics[name] >= low) and (high is None or metrics[name] <= high)
        for name, (low, high) in bounds.items()
    )


def _bearable() -> Bounds:
    """What does not count as a failed wean."""
    limits = bedside_settings()["explant"]
    return {
        "map": (limits["map_low"], None),
        "cardiac_index": (limits["ci_low"], None),
        "pcwp": (None, limits["pcwp_high"]),
    }
