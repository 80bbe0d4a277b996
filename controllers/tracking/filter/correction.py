"""A correction that asks first whether its readings can be believed.

Readings that are together further from their prediction than a consistent filter would see once in
a thousand updates have two explanations. One reading may be wrong: then the others agree without
it, and it is left out. Or the patient has changed: then what may change abruptly is widened and met
anew. The second is taken where the first does not explain it or the same reading was already left
out the last time; if it does not explain them either, the readings contradict each other and
nothing is learned from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.filter.arithmetic import (
    Correction,
    Gaussian,
    Linearised,
    chi_square_quantile,
    corrected,
)
from controllers.tracking.filter.readings import Readings, ReadingTable
from controllers.tracking.filter.settings import TrackerSettings
from controllers.tracking.model import StateSpace
from plants import PhysicsError

Array = NDArray[np.float64]
Linearise = Callable[[Gaussian, tuple[str, ...]], Linearised]

#: Readings that one update may leave out.
_MOST_REJECTED = 3
# Where to look for a beat when the believed patient has none: fuller, with a stronger right and a
# weaker left ventricle; and how much narrower the sigma points then lie. Guesses.
_FULLER = (
    {"blood_volume": 300.0, "lv_contractility": -0.2},
    {"blood_volume": 600.0, "lv_contractility": -0.3, "rv_contractility": 0.3},
    {"blood_volume": 1000.0, "lv_contractility": -0.5, "rv_contractility": 0.5},
)
_NARROW = 0.3
# What these tell no other reading tells: they are never the odd one out.
_ALONE = frozenset({"heart_rate", "mitral_regurgitant_fraction"})


@dataclass(frozen=True)
class Learned:
    """What an update made of its readings.

    Attributes
    ----------
    belief : Gaussian
        After it; the prior where nothing was learned.
    squared : float
        Normalised innovation squared by the prior, of the readings that were not left out.
    readings : int
        How many those were.
    log_likelihood : float
        Of all readings by the prior, a constant apart.
    rejected : tuple of str
        Readings left out.
    surprised : bool
        Whether the patient was met anew.
    reason : str
        Why nothing was learned, or "".
    """

    belief: Gaussian
    squared: float
    readings: int
    log_likelihood: float
    rejected: tuple[str, ...] = ()
    surprised: bool = False
    reason: str = ""


class Corrector:
    """Corrects beliefs by readings.

    Parameters
    ----------
    settings : TrackerSettings
        Tuning.
    table : ReadingTable
        The sensors.
    space : StateSpace
        What is estimated.
    """

    def __init__(self, settings: TrackerSettings, table: ReadingTable, space: StateSpace):
        self._settings, self._table = settings, table
        self._surprise = np.diag(space.surprise)
        self._fuller = [space.shifted(shift) for shift in _FULLER]

    def learn(
        self,
        prior: Gaussian,
        readings: Readings,
        linearise: Linearise,
        suspects: frozenset[str] = frozenset(),
    ) -> Learned:
        """Correct a belief, in doubt without some readings or with a wider one.

        Parameters
        ----------
        prior : Gaussian
            The belief.
        readings : Readings
            At least one.
        linearise : callable
            ``(belief, names) -> Linearised``.
        suspects : frozenset of str
            Readings that were left out the last time.

        Raises
        ------
        PhysicsError
            The believed patient has no settled beat.
        """
        found = self._corrected(prior, readings, linearise)
        likely = found.log_likelihood
        if self._plausible(found, readings):
            return Learned(found.posterior, found.squared, len(readings.names), likely)
        rejected = self._odd_one(found, readings)
        if rejected and not set(rejected) & suspects:
            kept = readings.without(rejected)
            again = self._corrected(prior, kept, linearise)
            return Learned(again.posterior, again.squared, len(kept.names), likely, rejected)
        first = (found.squared, len(readings.names), likely)
        wide = prior.widened(self._surprise)
        kept, left_out = readings, tuple[str, ...]()
        while True:
            found = self._corrected(wide, kept, linearise)
            if self._plausible(found, kept):
                return Learned(found.posterior, *first, left_out, surprised=True)
            odd = kept.names[int(np.argmin(found.without_one()))]
            left_out = (*left_out, odd)
            kept = kept.without([odd])
            if len(left_out) > _MOST_REJECTED or not kept.names:
                why = "the readings contradict each other: no patient explains them"
                return Learned(prior, *first, left_out, reason=why)

    def _corrected(self, prior: Gaussian, readings: Readings, linearise: Linearise) -> Correction:
        """The correction, linearised anew about where it led while that is far."""
        about, model = self._begun(prior, readings, linearise)
        for trial in range(1 + self._settings.relinearisations):
            if trial > 0:
                try:
                    model = linearise(about, readings.names)
                except PhysicsError:
                    break  # Where it led there is no beat to linearise about.
            noise = self._table.noise_sd(readings, model.value)
            found = corrected(prior, model, readings.values, noise)
            moved = np.linalg.solve(about.root, found.posterior.mean - about.mean)
            if np.max(np.abs(moved)) < self._settings.far:
                break
            about = found.posterior
        return found

    def _begun(
        self, prior: Gaussian, readings: Readings, linearise: Linearise
    ) -> tuple[Gaussian, Linearised]:
        """Where to linearise first: about the prior, or about a fuller patient.

        A believed patient whom the pump sucks empty has no beat, while the one who is measured has.
        """
        try:
            return prior, linearise(prior, readings.names)
        except PhysicsError as error:
            missing = error
        for shift in self._fuller:
            about = Gaussian(prior.mean + shift, _NARROW * prior.root)
            try:
                return about, linearise(about, readings.names)
            except PhysicsError:
                continue
        raise missing

    def _plausible(self, found: Correction, readings: Readings) -> bool:
        limit = chi_square_quantile(self._settings.surprising, len(readings.names))
        return found.squared <= limit

    def _odd_one(self, found: Correction, readings: Readings) -> tuple[str, ...]:
        """The reading without which the others are plausible, if there is one."""
        if len(readings.names) < 3:
            return ()
        others = found.without_one()
        odd = int(np.argmin(others))
        limit = chi_square_quantile(self._settings.surprising, len(readings.names) - 1)
        name = readings.names[odd]
        return (name,) if others[odd] <= limit and name not in _ALONE else ()
