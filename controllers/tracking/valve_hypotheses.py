"""The two hypotheses of a tracker side by side: a tight mitral valve, and a leaking one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from controllers.tracking.filter import Gaussian, MeasurementUpdate
from controllers.tracking.hypothesis import (
    CERTAIN_LEAK_FRACTION,
    MIN_WEIGHT,
    Hypothesis,
    mix,
    prior_weight,
    update_weights,
)
from controllers.tracking.prediction import Predictor

# A hypothesis less probable than this is not asked for forecasts.
_UNLIKELY = 0.02


class ValveHypotheses:
    """Both hypotheses, their weights, and whether a leak was seen.

    Parameters
    ----------
    prior : Gaussian
        State estimate before anything was measured, the same under both.
    predictor : Predictor
        What the readings would be.

    Attributes
    ----------
    tight, leaking : Hypothesis
        The valve is tight for good, or leaks beyond a stretch.
    """

    def __init__(self, prior: Gaussian, predictor: Predictor):
        self.tight, self.leaking = (
            Hypothesis(
                leaks=leaks, weight=prior_weight(leaks=leaks), estimate=prior, predictor=predictor
            )
            for leaks in (False, True)
        )
        self._both = (self.tight, self.leaking)
        self._leak_seen = False

    def __iter__(self) -> Iterator[Hypothesis]:
        return iter(self._both)

    @property
    def likely(self) -> tuple[Hypothesis, ...]:
        """Those that are likely enough to be asked."""
        return tuple(hypothesis for hypothesis in self._both if hypothesis.weight > _UNLIKELY)

    def mix(self, hours: float) -> None:
        """Let each turn into the other over some hours, unless a leak was seen."""
        if not self._leak_seen:
            mix(self._both, hours)

    def update_weights(self, fraction: float, updates: Sequence[MeasurementUpdate]) -> None:
        """Weigh the hypotheses by their updates.

        Parameters
        ----------
        fraction : float
            Mitral regurgitant fraction that an echo found; NaN where there was none.
        updates : sequence of MeasurementUpdate
            One for each hypothesis.
        """
        self._leak_seen = self._leak_seen or fraction >= CERTAIN_LEAK_FRACTION
        if self._leak_seen:
            # A valve that was seen to leak is not tight for good, however tight it is now.
            self.tight.weight, self.leaking.weight = MIN_WEIGHT, 1.0 - MIN_WEIGHT
        elif not all(update.jumped for update in updates):
            # What no hypothesis predicted tells nothing of the valve: the patient has changed.
            update_weights(self._both, updates)
