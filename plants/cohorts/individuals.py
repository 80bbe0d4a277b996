"""Individuals around a patient profile.

A preset stands for a profile; an individual is the same profile with parameters of his or her own.
Controllers are told the preset and meet the individual.
"""

from __future__ import annotations

import math

import numpy as np

from plants.beat import steady_state
from plants.cohorts.draws import drawn_around
from plants.cohorts.variation import STRESSED_VOLUME
from plants.patients import Patient
from plants.plant import Plant
from plants.quantities import InputError, PhysicsError, check_seed, stream

_VENTRICLES = ("lv_ees", "lv_alpha", "rv_ees")
_VESSELS = ("r_systemic", "r_pulmonary", "c_systemic_arteries", "c_pulmonary_arteries")
#: Parameters that differ between individuals of a profile, each by an independent log-normal
#: factor. The heart rate differs by half the spread. The stressed blood volume differs too.
VARIED = (*_VENTRICLES, *_VESSELS)
#: Ranges outside which an unsupported individual is implausible and drawn again. Guesses, wide
#: enough for every built-in profile.
PLAUSIBLE = {
    "map": (35.0, 140.0),
    "cardiac_output": (1.2, 9.0),
    "pcwp": (2.0, 42.0),
    "cvp": (0.0, 28.0),
    "ejection_fraction": (0.05, 0.80),
}
#: Largest spread of individuals; a guess.
LARGEST_SPREAD = 0.5
_ATTEMPTS = 50
_HEART_RATE_SHARE = 0.5
_TRUNCATION = 2.0  # standard deviations: no individual is far outside the profile


def individual(patient: Patient | str, *, seed: int, spread: float = 0.1) -> Patient:
    """A plausible individual of a profile.

    Parameters
    ----------
    patient : Patient or str
        The profile.
    seed : int
        The same seed gives the same individual.
    spread : float
        Standard deviation of the logarithm of each factor, 0 to 0.5; a guess, no cohort stands
        behind it. 0 gives the profile itself.

    Raises
    ------
    InputError
        The spread is out of range, or no plausible individual was found in 50 draws.

    Examples
    --------
    >>> from plants import individual
    >>> individual("shock-d", seed=3).name
    'shock-d/3'
    """
    profile = Patient.load(patient) if isinstance(patient, str) else patient
    if not 0 <= spread <= LARGEST_SPREAD:
        raise InputError("spread", spread, f"0 to {LARGEST_SPREAD:g}")
    seed = check_seed(seed)
    if spread == 0:
        return profile
    random, names = stream("individual", seed), (*VARIED, "heart_rate", STRESSED_VOLUME)
    for _ in range(_ATTEMPTS):
        scores = np.clip(random.standard_normal(len(VARIED) + 2), -_TRUNCATION, _TRUNCATION)
        scores[-2] *= _HEART_RATE_SHARE
        factors = {
            name: math.exp(spread * score) for name, score in zip(names, scores, strict=True)
        }
        drawn = drawn_around(profile, seed, factors)
        if drawn is not None and _plausible(drawn):
            return drawn
    allowed = f"a spread at which {_ATTEMPTS} draws hold a plausible {profile.name}"
    raise InputError("spread", spread, allowed, source=profile.path)


def _plausible(patient: Patient) -> bool:
    try:
        metrics = steady_state(Plant(patient)).metrics
    except PhysicsError:
        return False
    return all(low <= metrics[name] <= high for name, (low, high) in PLAUSIBLE.items())
