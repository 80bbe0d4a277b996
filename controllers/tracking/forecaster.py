"""Beats that have not happened: what a nominal patient would do at other speeds and doses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from controllers.tracking.briefing import checked_doses, dose_vector
from controllers.tracking.forecast import Forecast
from controllers.tracking.model import NO_PUMP_SPEED, KnownInputs, OperatingCondition
from controllers.tracking.prediction import Predictor
from controllers.tracking.valve_hypotheses import Hypothesis
from plants import InputError, Level
from plants.quantities import Array
from plants.slow.laws import DRUGS

#: A speed (rpm), and for each drug the dose that is assumed or None where it is the present one.
Query = tuple[float, tuple[float | None, ...]]
_AS_GIVEN = (None,) * len(DRUGS)


@dataclass(frozen=True)
class ForecastOrigin:
    """What forecasts start from.

    Attributes
    ----------
    hours : float
        Now, h; NaN before the first update.
    doses : ndarray, shape (2,)
        What is given, ug/kg/min.
    inputs : KnownInputs
        What else is known.
    hypotheses : tuple of Hypothesis
        The hypotheses that are likely enough.
    """

    hours: float
    doses: Array
    inputs: KnownInputs
    hypotheses: tuple[Hypothesis, ...]

    def assumed_doses(self, drugs: Mapping[str, float] | None) -> tuple[float | None, ...]:
        """Doses as a question has them: None where they are the present ones."""
        doses = self.doses if drugs is None else dose_vector(checked_doses(drugs))
        return tuple(
            None if dose == now else float(dose)
            for dose, now in zip(doses, self.doses, strict=True)
        )

    def condition(self, hypothesis: Hypothesis, query: Query) -> OperatingCondition:
        """The operating condition if a hypothesis holds."""
        speed, assumed_doses = query
        doses = [
            now if dose is None else dose
            for dose, now in zip(assumed_doses, self.doses, strict=True)
        ]
        inputs = replace(self.inputs, doses=np.array(doses))
        words = "" if assumed_doses == _AS_GIVEN else f"{assumed_doses}"
        return hypothesis.condition(speed, inputs, words)


class Forecaster:
    """Forecasts, and remembers which were asked for at each update.

    Parameters
    ----------
    predictor : Predictor
        Finds them.
    """

    def __init__(self, predictor: Predictor):
        self._predictor = predictor
        self._asked: dict[Query, None] = {}
        self._expected: dict[Query, None] = {}

    def next_update(self) -> None:
        """The next update: what was asked for after the last one is expected again."""
        self._expected, self._asked = self._asked, {}

    def prepare(self, origin: ForecastOrigin) -> None:
        """Find the beats that are expected to be asked for side by side."""
        if not self._expected or math.isnan(origin.hours):
            return
        asked = [
            (hypothesis, query) for hypothesis in origin.hypotheses for query in self._expected
        ]
        self._expected = {}
        self._predictor.prepare(
            [hypothesis.estimate for hypothesis, _ in asked],
            [origin.condition(*pair) for pair in asked],
        )

    def forecasts(
        self,
        origin: ForecastOrigin,
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
        speeds = [NO_PUMP_SPEED if level is None else level.rpm for level in levels]
        assumed_doses, hypotheses = origin.assumed_doses(drugs), origin.hypotheses
        if hours_ahead == 0.0:
            self.prepare(origin)
            self._asked |= dict.fromkeys((speed, assumed_doses) for speed in speeds)
        estimates = [
            self._predictor.predicted(hypothesis.estimate, hours_ahead) for hypothesis in hypotheses
        ]
        outputs = self._predictor.outputs(
            [estimate for estimate in estimates for _ in levels],
            [
                origin.condition(hypothesis, (speed, assumed_doses))
                for hypothesis in hypotheses
                for speed in speeds
            ],
            exact=exact,
        )
        weights = [hypothesis.weight for hypothesis in hypotheses]
        return [
            Forecast(
                level,
                origin.hours + hours_ahead,
                hours_ahead,
                # The outputs come hypothesis by hypothesis.
                list(zip(weights, outputs[index :: len(levels)], strict=True)),
            )
            for index, level in enumerate(levels)
        ]
