"""What a patient would do at another level, with the uncertainty of the estimate carried along."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from controllers.tracking.filter import (
    Estimate,
    JointEstimate,
    PredictedOutputs,
    mixture_moments,
    model_sd,
    output_rows,
)
from controllers.tracking.model import OUTPUTS
from plants import SIGNALS, Level

#: Signals that are forecast.
FORECAST: tuple[str, ...] = tuple(name for name in OUTPUTS.names if name in SIGNALS)
_ROWS = output_rows(FORECAST)


class Forecast(JointEstimate):
    """Estimates of the signals of a steady-state beat at a level; see :class:`JointEstimate`.

    Parameters
    ----------
    level : Level or None
        The level; None is without the pump.
    hours : float
        To which hour the forecast belongs.
    hours_ahead : float
        How long after the last update that is.
    parts : sequence of (float, PredictedOutputs)
        Of each hypothesis its weight and the outputs.

    Attributes
    ----------
    exact : float
        Share of the sigma points whose beat was found and not only extrapolated.
    reason : str
        Why there is no forecast, or "".
    known : bool
        Whether there is a forecast. Its values are NaN where there is none, and so are their
        probabilities.
    """

    def __init__(
        self,
        level: Level | None,
        hours: float,
        hours_ahead: float,
        parts: Sequence[tuple[float, PredictedOutputs]],
    ):
        self._parts = tuple(parts)
        weights = np.array([weight for weight, _ in parts])
        mean, columns = mixture_moments(
            weights / weights.sum(),
            np.array([outputs.value[_ROWS] for _, outputs in parts]),
            [
                np.concatenate([outputs.first[_ROWS], outputs.rest[_ROWS]], axis=1)
                for _, outputs in parts
            ],
        )
        own = [model_sd(name, value) for name, value in zip(FORECAST, mean, strict=True)]
        root = np.concatenate([columns, np.diag(own)], axis=1)
        spreads = np.linalg.norm(root, axis=1)
        estimates = [
            _estimate(name, float(value), float(spread))
            for name, value, spread in zip(FORECAST, mean, spreads, strict=True)
        ]
        super().__init__(estimates, root, hours)
        self.level, self.hours_ahead = level, hours_ahead
        self.exact = min(outputs.exact for _, outputs in parts)
        self.reason = next((outputs.reason for _, outputs in parts if outputs.reason), "")

    @functools.cached_property
    def explanations(self) -> tuple[tuple[float, Forecast], ...]:
        """Each hypothesis with its probability, and its own forecast."""
        total = sum(weight for weight, _ in self._parts)
        if len(self._parts) < 2:
            return ((1.0, self),)
        return tuple(
            (weight / total, Forecast(self.level, self.hours, self.hours_ahead, [(1.0, outputs)]))
            for weight, outputs in self._parts
        )

    @property
    def known(self) -> bool:
        """Whether there is a forecast."""
        return not self.reason


def _estimate(name: str, centre: float, spread: float) -> Estimate:
    signal = SIGNALS[name]
    return Estimate(name, signal.unit, centre, spread, low=signal.low, high=signal.high)
