"""What is drawn of a virtual patient besides the circulation: drugs, recovery, valve, arteries.

Each function takes its own stream and always the same number of draws from it, so that neither the
order of the calls nor the outcome of one moves another.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from plants.cohorts.variation import Numbers, Variation
from plants.cohorts.virtual_patient import RESPONDERS
from plants.patients import Patient
from plants.slow import SlowParameters
from plants.slow.laws import hidden_regurgitation

#: No value lies further from its median, in standard deviations of its logarithm.
TRUNCATION = 2.5


def bounded_scores(
    random: np.random.Generator, cholesky: NDArray[np.float64]
) -> NDArray[np.float64]:
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
    drawn = {}
    for drug, given, amount in zip(
        ("inotrope", "vasopressor"), shares[:2], shares[2:], strict=True
    ):
        low, high = doses[f"{drug}_low"], doses[f"{drug}_high"]
        dose = low + (high - low) * float(amount)
        drawn[f"{drug}_baseline"] = dose if given < doses[f"share_{drug}"] else 0.0
    return drawn


def draw_recovery(
    random: np.random.Generator, recovery: Numbers, patient: Patient
) -> tuple[str, dict[str, float]]:
    """Kind of responder, and the parameters of the recovery.

    A share of the gap to a healthy heart comes back, the same of both ventricles; a ventricle as
    strong as a healthy one gains nothing.
    """
    kind, amount, time, delay = map(float, random.random(4))
    full = recovery["share_full"]
    partial = full + recovery["share_partial"]
    responder = RESPONDERS[0] if kind < full else RESPONDERS[1] if kind < partial else RESPONDERS[2]
    share = 0.0
    if responder != RESPONDERS[2]:
        share = _between(recovery, responder, amount)
    return responder, {
        "recoverable": share * _gap(patient, "lv_ees"),
        "rv_recoverable": share * _gap(patient, "rv_ees"),
        "recovery_time": _between(recovery, "time", time),
        "recovery_delay": _between(recovery, "delay", delay),
    }


def draw_leak(random: np.random.Generator, regurgitation: Numbers) -> float:
    """Functional leak of the mitral valve without support (mL/s/mmHg); 0 in those without."""
    has, amount = map(float, random.random(2))
    return _between(regurgitation, "leak", amount) if has < regurgitation["share"] else 0.0


def valve(leak: float, metrics: dict[str, float], regurgitation: Numbers) -> dict[str, float]:
    """Parameters of a mitral valve that has that leak in a beat, and less where it is unloaded."""
    if leak == 0.0:
        return {}
    relieved = metrics | {"lvedp": (1 - regurgitation["relief"]) * metrics["lvedp"]}
    weight = SlowParameters.load()["mitral_pressure_weight"]
    return hidden_regurgitation(relieved, metrics, leak, weight)


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


def _between(numbers: Numbers, name: str, share: float) -> float:
    low, high = numbers[f"{name}_low"], numbers[f"{name}_high"]
    return low + (high - low) * share


def _lognormal(mean: float, deviation: float, score: float) -> float:
    """Log-normal value with that mean and standard deviation."""
    variance = math.log1p((deviation / mean) ** 2)
    return math.exp(math.log(mean) - 0.5 * variance + math.sqrt(variance) * score)


def _gap(patient: Patient, name: str) -> float:
    """By which share of its own contractility a ventricle is weaker than a healthy one."""
    return max(0.0, _healthy()[name] / patient[name] - 1)


@functools.cache
def _healthy() -> Patient:
    return Patient.load("healthy")
