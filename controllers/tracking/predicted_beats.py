"""Beats that have not happened: what a believed patient would do at other speeds and doses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.briefing import DRUGS, checked_doses, dose_vector
from controllers.tracking.forecast import Forecast
from controllers.tracking.hypothesis import Hypothesis
from controllers.tracking.model import PUMP_OUT, Setting, Told
from controllers.tracking.prediction import Predictor
from plants import InputError, Level

Array = NDArray[np.float64]

#: A speed (rpm), and for each drug the dose that is presumed or None where it is the present one.
Question = tuple[float, tuple[float | None, ...]]
_AS_GIVEN = (None,) * len(DRUGS)


@dataclass(frozen=True)
class Present:
    """From where it is foreseen.

    Attributes
    ----------
    hours : float
        Now, h; NaN before the first update.
    doses : ndarray, shape (2,)
        What is given, ug/kg/min.
    told : Told
        What else is known.
    heard : tuple of Hypothesis
        Explanations of the patient that are asked.
    """

    hours: float
    doses: Array
    told: Told
    heard: tuple[Hypothesis, ...]

    def presumed(self, drugs: Mapping[str, float] | None) -> tuple[float | None, ...]:
        """Doses as a question has them: None where they are the present ones."""
        doses = self.doses if drugs is None else dose_vector(checked_doses(drugs))
        return tuple(
            None if one == now else float(one) for one, now in zip(doses, self.doses, strict=True)
        )

    def setting(self, hypothesis: Hypothesis, question: Question) -> Setting:
        """Under what a beat is settled if an explanation holds."""
        speed, presumed = question
        doses = [now if one is None else one for one, now in zip(presumed, self.doses, strict=True)]
        told = replace(self.told, doses=np.array(doses))
        words = "" if presumed == _AS_GIVEN else f"{presumed}"
        return hypothesis.setting(speed, told, words)


class Foresight:
    """Asks for beats, and remembers what is asked look by look.

    Parameters
    ----------
    predictor : Predictor
        Finds them.
    """

    def __init__(self, predictor: Predictor):
        self._predictor = predictor
        self._asked: dict[Question, None] = {}
        self._expected: dict[Question, None] = {}

    def turn(self) -> None:
        """Another look: what was asked at the last one will be asked again."""
        self._expected, self._asked = self._asked, {}

    def prepare(self, present: Present) -> None:
        """Find the beats that are expected to be asked for side by side."""
        if not self._expected or math.isnan(present.hours):
            return
        asked = [(one, question) for one in present.heard for question in self._expected]
        self._expected = {}
        self._predictor.prepare(
            [one.belief for one, _ in asked], [present.setting(*pair) for pair in asked]
        )

    def foreseen(
        self,
        present: Present,
        levels: Sequence[Level | None],
        hours_ahead: float,
        drugs: Mapping[str, float] | None,
        *,
        exact: bool,
    ) -> list[Forecast]:
        """Forecasts at levels, or without the pump where one is None.

        Raises
        ------
        InputError
            A drug is unknown, or the time is negative.
        """
        if not (math.isfinite(hours_ahead) and hours_ahead >= 0):
            raise InputError("hours_ahead", hours_ahead, "a number of hours from 0 on")
        speeds = [PUMP_OUT if one is None else one.rpm for one in levels]
        presumed, heard, count = present.presumed(drugs), present.heard, len(levels)
        if hours_ahead == 0.0:
            self.prepare(present)
            self._asked |= dict.fromkeys((speed, presumed) for speed in speeds)
        beliefs = [one.later(hours_ahead) for one in heard]
        found = self._predictor.outputs(
            [belief for belief in beliefs for _ in levels],
            [present.setting(one, (speed, presumed)) for one in heard for speed in speeds],
            exact=exact,
        )
        return [
            Forecast(
                level,
                present.hours + hours_ahead,
                hours_ahead,
                [(one.weight, found[i * count + place]) for i, one in enumerate(heard)],
            )
            for place, level in enumerate(levels)
        ]
