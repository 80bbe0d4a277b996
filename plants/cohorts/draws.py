"""What is drawn of a virtual patient besides the circulation: drugs, recovery, valve, arteries.

Each function takes its own stream and always the same number of draws from it, so that neither the
order of the calls nor the outcome of one moves another.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

import numpy as np

from plants.cohorts.variation import STRESSED_VOLUME, Numbers, Variation
from plants.cohorts.virtual_patient import RESPONDERS
from plants.patients import Patient
from plants.quantities import Array, InputError
from plants.slow import SLOW_PARAMETERS, SlowParameters
from plants.slow.laws import DRUGS, hidden_regurgitation

#: No value lies further from its median, in standard deviations of its logarithm.
TRUNCATION = 2.5


def bounded_scores(random: np.random.Generator, cholesky: Array) -> Array:
    """Correlated standard normal scores, none beyond the truncation.

    Parameters
    ----------
    random : numpy.random.Generator
        Stream to draw from.
    cholesky : ndarray, shape (n, n)
        Lower factor of the correlation matrix.
    """
    while True:
        scores = cholesky @ random.standard_normal(len(cholesky))
        if not len(scores) or np.abs(scores).max() <= TRUNCATION:
            return np.asarray(scores)


def drawn_around(profile: Patient, seed: int, factors: Mapping[str, float]) -> Patient | None:
    """The profile with some parameters times a factor; None where one leaves its range.

    Parameters
    ----------
    profile : Patient
        The profile.
    seed : int
        For the patient's name.
    factors : mapping of str to float
        By parameter; of :data:`STRESSED_VOLUME` on the blood above the sum of the unstressed
        volumes.
    """
    values = {
        name: profile[name] * factor for name, factor in factors.items() if name != STRESSED_VOLUME
    }
    if STRESSED_VOLUME in factors:
        unstressed = profile.unstressed_volume
        stressed = profile["blood_volume"] - unstressed
        values["blood_volume"] = unstressed + stressed * factors[STRESSED_VOLUME]
    name, source = f"{profile.name}/{seed}", "guess: drawn around the profile"
    try:
        return profile.replace(name, description=None, source=source, tag="X", **values)
    except InputError:
        return None


def draw_blood(random: np.random.Generator, variation: Variation) -> dict[str, float]:
    """Parameters of the slow clock that the file gives a median of."""
    scores = bounded_scores(random, np.eye(len(variation.slow)))
    return {
        name: median * math.exp(spread * float(score))
        for (name, (median, spread)), score in zip(variation.slow.items(), scores, strict=True)
    }


def draw_doses(random: np.random.Generator, doses: Numbers) -> dict[str, float]:
    """Doses under which the patient was found (ug/kg/min); 0 without the drug."""
    shares = random.random(4)
    return {
        f"{drug}_baseline": drawn_dose(doses, drug, given, float(amount))
        for drug, given, amount in zip(DRUGS, shares[:2], shares[2:], strict=True)
    }


def drawn_dose(doses: Numbers, drug: str, given: float, amount: float) -> float:
    """The dose of a drug (ug/kg/min), from two uniform draws: whether it is given, and how much."""
    return drawn_between(doses, drug, amount) if given < doses[f"share_{drug}"] else 0.0


def draw_recovery(
    random: np.random.Generator, recovery: Numbers, patient: Patient
) -> tuple[str, dict[str, float]]:
    """Kind of responder, and the parameters of the recovery.

    A share of the gap to a healthy heart comes back, the same of both ventricles, and of their
    walls' stiffness goes the same share; a ventricle as strong as a healthy one gains nothing.
    """
    kind, amount, time, delay = map(float, random.random(4))
    full = recovery["share_full"]
    partial = full + recovery["share_partial"]
    responder = RESPONDERS[0] if kind < full else RESPONDERS[1] if kind < partial else RESPONDERS[2]
    share = 0.0 if responder == RESPONDERS[2] else drawn_between(recovery, responder, amount)
    return responder, recovered_shares(patient, share) | {
        "recovery_time": drawn_between(recovery, "time", time),
        "recovery_delay": drawn_between(recovery, "delay", delay),
    }


def recovered_shares(patient: Patient, share: float, factor: float = 1.0) -> dict[str, float]:
    """Parameters of a recovery of a share of the gap to healthy ventricles.

    Contractility rises and diastolic stiffness falls, each by that share of its own gap.

    Parameters
    ----------
    patient : Patient
        As identified.
    share : float
        Share of the gap.
    factor : float
        Contractility without the drugs under which the patient was identified, relative to that
        with them.
    """
    healthy = _healthy()
    gained = {
        name: share * max(0.0, healthy[ees] / (patient[ees] * factor) - 1.0)
        for name, ees in (("recoverable", "lv_ees"), ("rv_recoverable", "rv_ees"))
    }
    # However stiff a wall is, some of it stays.
    lost = {
        name: min(
            share * max(0.0, 1.0 - healthy[alpha] / patient[alpha]), SLOW_PARAMETERS[name].high
        )
        for name, alpha in (("lv_softening", "lv_alpha"), ("rv_softening", "rv_alpha"))
    }
    return gained | lost


def draw_leak(random: np.random.Generator, regurgitation: Numbers) -> float:
    """Functional leak of the mitral valve without support (mL/s/mmHg); 0 in those without."""
    has, amount = map(float, random.random(2))
    return drawn_between(regurgitation, "leak", amount) if has < regurgitation["share"] else 0.0


def mitral_valve_parameters(
    leak: float, metrics: dict[str, float], regurgitation: Numbers
) -> dict[str, float]:
    """Parameters of a mitral valve that has that leak in a beat, and less where it is unloaded."""
    if leak == 0.0:
        return {}
    relieved = metrics | {"lvedp": (1 - regurgitation["relief"]) * metrics["lvedp"]}
    p = SlowParameters.load()
    return hidden_regurgitation(
        relieved, metrics, leak, p["mitral_pressure_weight"], p["mitral_leak_limit"]
    )


def draw_arteries(random: np.random.Generator, anatomy: Numbers) -> tuple[str, float, float]:
    """Sex, and the inner diameters (mm) of the femoral and the axillary artery."""
    woman = random.random() < anatomy["share_women"]
    between = anatomy["correlation"]
    scores = bounded_scores(random, np.linalg.cholesky(np.array([[1.0, between], [between, 1.0]])))
    who = "women" if woman else "men"
    femoral, axillary = (
        _lognormal(anatomy[f"{artery}_{who}"], anatomy[f"{artery}_spread"], float(score))
        for artery, score in zip(("femoral", "axillary"), scores, strict=True)
    )
    return "female" if woman else "male", femoral, axillary


def drawn_between(numbers: Numbers, name: str, share: float) -> float:
    """The number that lies a share of the way from the ``_low`` to the ``_high`` of a name."""
    low, high = numbers[f"{name}_low"], numbers[f"{name}_high"]
    return low + (high - low) * share


def _lognormal(mean: float, deviation: float, score: float) -> float:
    """Log-normal value with that mean and standard deviation."""
    variance = math.log1p((deviation / mean) ** 2)
    return math.exp(math.log(mean) - 0.5 * variance + math.sqrt(variance) * score)


@functools.cache
def _healthy() -> Patient:
    return Patient.load("healthy")
