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

# Shares of the way between the two levels up to which the valve stays tight, in the order in which
# they are tried; below 0 it begins to leak a little at the high level already. Guesses.
_STILL_CLOSED = (0.3, 0.5, 0.7, 0.9, 0.1, -0.2, -0.5)
# Regurgitant fraction below which a leak is hidden, and above which it shows; guesses about the
# bounds of mild and moderate regurgitation.
_HIDDEN, _SHOWS = 0.1, 0.3
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
    has the leak wanted in the beat of the low level that such a leak makes. The leak fills the
    ventricle that pulls the valve open, so that a valve may stay shut or stay open at both levels:
    of several shares the first is taken with which this patient's is hidden at the one and shows
    at the other, or else the one with which it changes most.

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
    full, low, leaky = _courses(
        patient,
        pump,
        (FULL_SUPPORT_LEVEL, hours),
        (LOWEST_LEVEL, 2 * SETTLING_TIME),
        (LOWEST_LEVEL, SETTLING_TIME),
        events=leaking,
    )
    p = SlowParameters.load()
    # The leak saturates, so that a larger one must be wanted for this one to come about.
    wanted = leak / math.sqrt(1.0 - (leak / p["mitral_leak_limit"]) ** 2)

    def stretch(metrics: Mapping[str, float]) -> float:
        return metrics["lvedv"] + p["mitral_pressure_weight"] * metrics["lvedp"]

    best: tuple[float, dict[str, float]] | None = None
    for share in _STILL_CLOSED:
        grown = share * (stretch(low) - stretch(full))
        parameters = {
            "mitral_competent_volume": full["lvedv"] + grown,
            "mitral_competent_pressure": full["lvedp"],
            "mitral_tethering": wanted / max(stretch(leaky) - stretch(full) - grown, 1.0),
        }
        leaks = replace(patient, slow=dict(patient.slow) | parameters)
        beats = _courses(leaks, pump, (FULL_SUPPORT_LEVEL, hours), (LOWEST_LEVEL, SETTLING_TIME))
        hidden, shown = (beat["mitral_regurgitant_fraction"] for beat in beats)
        if hidden < _HIDDEN and shown > _SHOWS:
            return parameters
        if best is None or shown - hidden > best[0]:
            best = shown - hidden, parameters
    assert best is not None
    return best[1]


def _courses(
    patient: VirtualPatient,
    pump: Pump,
    *stays: tuple[str, float],
    events: HourScenario | None = None,
) -> list[dict[str, float]]:
    """The truth at the end of each stay (level, hours) of a course on a pump that fits anyhow."""
    # The look ahead is no matter of access.
    placed = replace(patient, artery_diameter=_WIDE, axillary_diameter=_WIDE, access="").on(pump)
    bedside = Bedside(placed, pump, events=events, complications=False, beyond_label=True)
    truths = []
    for level, hours in stays:
        bedside.advance(hours, level)
        if bedside.outcome is not None:
            allowed = "a patient who lives long enough on the pump for a leak to hide"
            raise InputError("case", "masked-regurgitation", allowed, source=patient.patient.name)
        truths.append(dict(bedside.truth()))
    return truths


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
