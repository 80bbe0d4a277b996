"""A correction that tests first whether its readings are plausible.

Readings that are together further from their prediction than a consistent filter would see once in
a thousand updates have two possible causes. One reading may be wrong: then the others agree without
it, and it is left out. Or the patient has changed: then what may change abruptly is widened and met
anew. The second is taken where the first does not explain it or the same reading was already left
out the last time; if it does not explain them either, the readings contradict each other and
nothing is learned from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from controllers.tracking.filter.readings import Readings, ReadingTable
from controllers.tracking.filter.settings import TrackerSettings
from controllers.tracking.filter.square_root_filter import (
    Correction,
    Gaussian,
    Linearised,
    chi_square_quantile,
    corrected,
)
from controllers.tracking.model import StateSpace
from plants import PhysicsError

Linearise = Callable[[Gaussian, tuple[str, ...]], Linearised]

#: Readings that one update may leave out.
_MOST_REJECTED = 3
_CONTRADICTION = "the readings contradict each other: no patient explains them"
# Where to search for a beat when the nominal patient has none: fuller, with a stronger right and a
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
class MeasurementUpdate:
    """What an update made of its readings.

    Attributes
    ----------
    estimate : Gaussian
        After it; the prior where nothing was learned.
    nis : float
        Normalised innovation squared by the prior, of the readings that were not left out.
    readings : int
        How many those were.
    log_likelihood : float
        Of all readings by the prior, a constant apart.
    rejected : tuple of str
        Readings left out.
    jumped : bool
        Whether an abrupt change was assumed.
    reason : str
        Why nothing was learned, or "".
    """

    estimate: Gaussian
    nis: float
    readings: int
    log_likelihood: float
    rejected: tuple[str, ...] = ()
    jumped: bool = False
    reason: str = ""


class Corrector:
    """Corrects state estimates by readings.

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
        self._jump_root = np.diag(space.jump_sd)
        self._fuller = [space.shift_of(shift) for shift in _FULLER]

    def update(
        self,
        prior: Gaussian,
        readings: Readings,
        linearise: Linearise,
        rejected_before: frozenset[str] = frozenset(),
        *,
        contradicted_before: bool = False,
    ) -> MeasurementUpdate:
        """Correct an estimate, in doubt without some readings or with a wider prior.

        Parameters
        ----------
        prior : Gaussian
            The state estimate before the readings.
        readings : Readings
            At least one.
        linearise : callable
            ``(estimate, names) -> Linearised``.
        rejected_before : frozenset of str
            Readings that were left out the last time.
        contradicted_before : bool
            Whether no patient explained the readings the last time: then no reading is left out,
            one after the other, because that search takes seconds.

        Raises
        ------
        PhysicsError
            The nominal patient has no steady-state beat.
        """
        correction = self._corrected(prior, readings, linearise)
        likely = correction.log_likelihood
        if self._plausible(correction, readings):
            return MeasurementUpdate(
                correction.posterior, correction.nis, len(readings.names), likely
            )
        rejected = () if contradicted_before else self._outlier(correction, readings)
        if rejected and not set(rejected) & rejected_before:
            kept = readings.without(rejected)
            again = self._corrected(prior, kept, linearise)
            return MeasurementUpdate(again.posterior, again.nis, len(kept.names), likely, rejected)
        first = (correction.nis, len(readings.names), likely)
        wide = prior.widened(self._jump_root)
        kept, left_out = readings, tuple[str, ...]()
        while True:
            correction = self._corrected(wide, kept, linearise)
            if self._plausible(correction, kept):
                return MeasurementUpdate(correction.posterior, *first, left_out, jumped=True)
            outlier = kept.names[int(np.argmin(correction.leave_one_out()))]
            left_out = (*left_out, outlier)
            kept = kept.without([outlier])
            if contradicted_before or len(left_out) > _MOST_REJECTED or not kept.names:
                return MeasurementUpdate(prior, *first, left_out, reason=_CONTRADICTION)

    def _corrected(self, prior: Gaussian, readings: Readings, linearise: Linearise) -> Correction:
        """The correction, linearised anew about its result while that is far."""
        about, model = self._first_linearisation(prior, readings, linearise)
        for trial in range(1 + self._settings.relinearisations):
            if trial > 0:
                try:
                    model = linearise(about, readings.names)
                except PhysicsError:
                    break  # Around its result there is no beat to linearise about.
            noise = self._table.noise_sd(readings, model.value)
            correction = corrected(prior, model, readings.values, noise)
            moved = np.linalg.solve(about.root, correction.posterior.mean - about.mean)
            if np.max(np.abs(moved)) < self._settings.relinearisation_distance:
                break
            about = correction.posterior
        return correction

    def _first_linearisation(
        self, prior: Gaussian, readings: Readings, linearise: Linearise
    ) -> tuple[Gaussian, Linearised]:
        """Where to linearise first: about the prior, or about a fuller patient.

        A nominal patient whom the pump sucks empty has no beat, while the one who is measured has.
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

    def _plausible(self, correction: Correction, readings: Readings) -> bool:
        limit = chi_square_quantile(self._settings.plausibility, len(readings.names))
        return correction.nis <= limit

    def _outlier(self, correction: Correction, readings: Readings) -> tuple[str, ...]:
        """The reading without which the others are plausible, if there is one."""
        if len(readings.names) < 3:
            return ()
        others = correction.leave_one_out()
        outlier = int(np.argmin(others))
        limit = chi_square_quantile(self._settings.plausibility, len(readings.names) - 1)
        name = readings.names[outlier]
        return (name,) if others[outlier] <= limit and name not in _ALONE else ()
