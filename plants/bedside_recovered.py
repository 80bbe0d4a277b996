"""The recovered heart of a patient: what the construction of a case looks ahead to."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from plants.bedside_run import BedsideRun
from plants.bedside_settings import bedside_settings
from plants.errors import PhysicsError
from plants.patient import Patient
from plants.plant import Plant
from plants.pump import Pump
from plants.slow.clock import SlowClock
from plants.slow.drugs import occupancy
from plants.slow.mitral import hidden_regurgitation
from plants.slow.slow_model import STATE_LAYOUT
from plants.slow.slow_parameters import SlowParameters

# The pump on which a regurgitation is hidden, and its levels.
_PUMP, _FULL, _LOW = "CP", "P-8", "P-2"
# Time in which what is quick settles, h; share of the blood volume that decongestion takes.
_SETTLING, _DECONGESTED = 0.25, 0.06
# Largest share of the gap to a healthy heart that is looked at, and halvings of the search.
_LARGEST_SHARE, _HALVINGS = 1.2, 8
#: What makes a patient fit for weaning without a pump: Randhawa 2021 JACC HF, in the project's table
#: of weaning criteria.
FIT = {"map": (65.0, None), "cardiac_index": (2.2, None), "pcwp": (None, 18.0)}


def drug_factor(slow: Mapping[str, float]) -> float:
    """Contractility without the drugs at the begin, relative to that with them."""
    p = SlowParameters.load()
    factor = 1.0
    for drug in ("inotrope", "vasopressor"):
        share = occupancy(slow[f"{drug}_baseline"], p[f"{drug}_half_dose"])
        factor /= 1.0 + p[f"{drug}_contractility"] * share
    return factor


def recovered_shares(patient: Patient, share: float, factor: float) -> dict[str, float]:
    """Parameters of a recovery of a share of the gap to healthy ventricles without drugs.

    Parameters
    ----------
    patient : Patient
        As identified, under drugs.
    share : float
        Share of the gap.
    factor : float
        From :func:`drug_factor`.
    """
    return {
        name: share * max(0.0, _healthy()[ees] / (patient[ees] * factor) - 1.0)
        for name, ees in (("recoverable", "lv_ees"), ("rv_recoverable", "rv_ees"))
    }


def recovered_metrics(
    patient: Patient,
    slow: Mapping[str, float],
    *,
    inotrope: float = 0.0,
    pump: Pump | None = None,
    level: str = "P-0",
) -> dict[str, float]:
    """Metrics of a patient whose heart has recovered as far as it will, decongested.

    Parameters
    ----------
    patient : Patient
        The circulation.
    slow : mapping of str to float
        Parameters of the slow clock that differ from their files'.
    inotrope : float
        What is given, ug/kg/min; no vasopressor.
    pump : Pump, optional
        A pump, at that level.

    Raises
    ------
    PhysicsError
        There is no periodic beat.
    """
    gain = bedside_settings()["reflex"]["gain"]
    parameters = SlowParameters.load().replace(**dict(slow) | {"baroreflex_gain": gain})
    clock = SlowClock(patient, parameters)
    state = clock.state.copy()
    state[STATE_LAYOUT.index["stunned"]] = 0.0
    state[STATE_LAYOUT.index["inotrope_effect"]] = inotrope
    state[STATE_LAYOUT.index["vasopressor_effect"]] = 0.0
    clock.state = state
    clock.give(inotrope=inotrope, vasopressor=0.0)
    volume = (1.0 - _DECONGESTED) * patient["blood_volume"]
    run = BedsideRun(Plant(patient, pump), clock, volume=volume)
    run.advance(_SETTLING, pump.speed(level) if pump is not None else 0.0)
    return run.metrics()


def hidden_leak(patient: Patient, slow: Mapping[str, float], leak: float) -> dict[str, float]:
    """Parameters of a mitral valve that is tight at P-8 of a CP and leaks at P-2, once recovered.

    Parameters
    ----------
    patient, slow
        As in :func:`recovered_metrics`.
    leak : float
        Leak at P-2, mL/s/mmHg.
    """
    pump = Pump.load(_PUMP)
    full, low = (
        recovered_metrics(patient, slow, pump=pump, level=level) for level in (_FULL, _LOW)
    )
    weight = SlowParameters.load()["mitral_pressure_weight"]
    return hidden_regurgitation(full, low, leak, weight)


def masking_share(patient: Patient, slow: Mapping[str, float]) -> float:
    """Share of the gap with which a heart is fit under its inotrope and unfit without it.

    Halfway between the least share that is fit under the drug and the least that is fit without.
    """
    factor, dose = drug_factor(slow), slow["inotrope_baseline"]

    def least(inotrope: float) -> float:
        low, high = 0.0, _LARGEST_SHARE
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            here = dict(slow) | recovered_shares(patient, middle, factor)
            if fit(patient, here, inotrope):
                high = middle
            else:
                low = middle
        return high

    return 0.5 * (least(dose) + least(0.0))


def fit(patient: Patient, slow: Mapping[str, float], inotrope: float = 0.0) -> bool:
    """Whether a recovered patient meets :data:`FIT` without a pump."""
    try:
        metrics = recovered_metrics(patient, slow, inotrope=inotrope)
    except PhysicsError:
        return False
    return all(
        (low is None or metrics[name] >= low) and (high is None or metrics[name] <= high)
        for name, (low, high) in FIT.items()
    )


@functools.cache
def _healthy() -> Patient:
    return Patient.load("healthy")
