"""The recovered heart of a patient: what the construction of a case looks ahead to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from plants.bedside.bedside import SETTLING_TIME, Bedside
from plants.bedside.events import HourEvent, HourScenario
from plants.bedside.run import BedsideRun
from plants.bedside.settings import bedside_settings
from plants.cohorts import VirtualPatient, recovered_shares
from plants.patients import Patient
from plants.plant import Plant
from plants.pumps import FULL_SUPPORT_LEVEL, LOWEST_LEVEL, Pump
from plants.quantities import InputError, PhysicsError
from plants.slow import STATE_LAYOUT, SlowClock, SlowParameters
from plants.slow.laws import DRUGS

# Share of the way between the two up to which the valve stays tight. Guess.
_STILL_CLOSED = 0.3
# Arteries that take any pump, mm.
_WIDE = 9.0
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


def masked_regurgitation_parameters(
    patient: VirtualPatient, leak: float, pump: Pump, hours: float
) -> dict[str, float]:
    """Parameters of a mitral valve that is tight at P-8 and leaks at P-2, some days on.

    The valve begins to leak a share of the way between the beats of both levels without a leak, and
    has the leak wanted in the beat of the low level that such a leak makes. So the leak, which
    fills the ventricle that pulls the valve open, has one equilibrium at each level.

    Parameters
    ----------
    patient : VirtualPatient
        As he or she is, but for the leak.
    leak : float
        Leak at P-2, mL/s/mmHg.
    pump : Pump
        The device.
    hours : float
        How long support at P-8 has lasted, h.

    Raises
    ------
    InputError
        The patient dies before.
    """
    begin = hours + 2 * SETTLING_TIME
    leaking = HourScenario("leak", (HourEvent("mitral_leak", leak, begin),))
    # The look ahead is no matter of access.
    placed = replace(patient, artery_diameter=_WIDE, axillary_diameter=_WIDE, access="").on(pump)
    bedside = Bedside(placed, pump, events=leaking, complications=False, beyond_label=True)
    truths = []
    for level, lasting in (
        (FULL_SUPPORT_LEVEL, hours),
        (LOWEST_LEVEL, 2 * SETTLING_TIME),
        (LOWEST_LEVEL, SETTLING_TIME),
    ):
        bedside.advance(lasting, level)
        if bedside.outcome is not None:
            allowed = "a patient who lives long enough on the pump for a leak to hide"
            raise InputError("case", "masked-regurgitation", allowed, source=patient.patient.name)
        truths.append(bedside.truth())
    p = SlowParameters.load()
    full, low, leaky = (m["lvedv"] + p["mitral_pressure_weight"] * m["lvedp"] for m in truths)
    closed = full + _STILL_CLOSED * (low - full)
    # The leak saturates, so that a larger one must be wanted for this one to come about.
    wanted = leak / math.sqrt(1.0 - (leak / p["mitral_leak_limit"]) ** 2)
    return {
        "mitral_competent_volume": truths[0]["lvedv"] + closed - full,
        "mitral_competent_pressure": truths[0]["lvedp"],
        "mitral_tethering": wanted / max(leaky - closed, 1.0),
    }


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
