"""What a patient would do at another level, with the uncertainty of the estimate carried along."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.filter import Belief, Beliefs, Outputs, mixed, model_sd
from controllers.tracking.model import OUTPUTS
from plants import SIGNALS, Level

Array = NDArray[np.float64]

#: Signals that are forecast.
FORECAST: tuple[str, ...] = tuple(name for name in OUTPUTS if name in SIGNALS)
_ROWS = np.array([OUTPUTS.index(name) for name in FORECAST])


class Forecast(Beliefs):
    """Beliefs of the signals of a settled beat at a level; see :class:`Beliefs`.

    Parameters
    ----------
    level : Level or None
        The level; None is without the pump.
    hours : float
        To which hour the forecast belongs.
    hours_ahead : float
        How long after the last update that is.
    parts : sequence of (float, Outputs)
        Of each explanation of the patient its weight and the outputs.

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
        parts: Sequence[tuple[float, Outputs]],
    ):
        self._parts = tuple(parts)
        weights = np.array([weight for weight, _ in parts])
        mean, columns = mixed(
            weights / weights.sum(),
            np.array([one.value[_ROWS] for _, one in parts]),
            [np.concatenate([one.first[_ROWS], one.rest[_ROWS]], axis=1) for _, one in parts],
        )
        own = [model_sd(name, value) for name, value in zip(FORECAST, mean, strict=True)]
        root = np.concatenate([columns, np.diag(own)], axis=1)
        beliefs = [
            Belief(
                name,
                SIGNALS[name].unit,
                float(value),
                float(spread),
                low=SIGNALS[name].low,
                high=SIGNALS[name].high,
            )
            for name, value, spread in zip(
                FORECAST, mean, np.linalg.norm(root, axis=1), strict=True
            )
        ]
        super().__init__(beliefs, root, hours)
        self.level, self.hours_ahead = level, hours_ahead
        self.exact = min(one.exact for _, one in parts)
        self.reason = next((one.reason for _, one in parts if one.reason), "")

    @functools.cached_property
    def explanations(self) -> tuple[tuple[float, Forecast], ...]:
        """Each explanation of the patient with its probability, and what it expects by itself."""
        total = sum(weight for weight, _ in self._parts)
        if len(self._parts) < 2:
            return ((1.0, self),)
        return tuple(
            (weight / total, Forecast(self.level, self.hours, self.hours_ahead, [(1.0, one)]))
            for weight, one in self._parts
        )

    @property
    def known(self) -> bool:
        """Whether there is a forecast."""
        return not self.reason
