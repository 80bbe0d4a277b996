"""When a therapy says that a patient has died, by what is seen once a control period.

Every loop (:func:`plants.simulate`, environments, trials, coronary interventions, the bedside)
takes this rule, so that the same course gets the same verdict everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from plants.quantities import SIGNALS, Array
from plants.simulation.periods import RELATIVE_ROUNDING
from plants.therapies import Death


class DeathWatch:
    """How long a patient, or each of a batch, has been close to death without a break.

    A period in which the signal of the therapy's death is too low counts in full, so that death
    comes with the first period by whose end the whole time is over: after
    ``ceil(death.seconds / period)`` periods, at least one.

    Parameters
    ----------
    death : Death
        Of the therapy.
    lanes : int, optional
        Number of patients of a batch; by default there is one.

    Attributes
    ----------
    seconds : ndarray of float, shape () or (lanes,)
        Time below the bound so far, s.

    Examples
    --------
    >>> from plants import Death
    >>> from plants.simulation import DeathWatch
    >>> watch = DeathWatch(Death(signal="map", low=45.0, seconds=10.0))
    >>> [watch.died({"map": map_}, 4.0) for map_ in (40.0, 40.0, 50.0, 40.0, 40.0, 40.0)]
    [False, False, False, False, False, True]
    """

    def __init__(self, death: Death, lanes: int | None = None):
        self.death = death
        self.seconds: Array = np.zeros(() if lanes is None else lanes)

    def reset(self, lanes: Any = ...) -> None:
        """Nobody, or none of some lanes, has been close to death yet."""
        self.seconds[lanes] = 0.0

    def died(self, metrics: Mapping[str, Any], seconds: float, lanes: Any = True) -> Any:
        """Take a period in; whether the patient, or who of the batch, has died by its end.

        Parameters
        ----------
        metrics : mapping of str to float or ndarray, shape (lanes,)
            What is true in the period, at least the signal of the death.
        seconds : float
            Length of the period, s.
        lanes : ndarray of bool, shape (lanes,)
            For which of the batch it has passed; by default for all.

        Returns
        -------
        bool or ndarray of bool, shape (lanes,)
            True where death has come.
        """
        low = self.death.threatens(metrics)
        counted = np.where(low, self.seconds + seconds, 0.0)
        self.seconds = np.where(lanes, counted, self.seconds)
        enough = self.seconds >= self.death.seconds * (1.0 - RELATIVE_ROUNDING)
        dead = lanes & low & enough
        return bool(dead) if self.seconds.ndim == 0 else dead


def fall_text(death: Death, metrics: Mapping[str, float]) -> str:
    """What a patient died of, in words, where one look stands for hours."""
    return f"{death.signal} fell to {metrics[death.signal]:.0f}"


def fall_cause(death: Death) -> str:
    """The same in words that are equal for all patients."""
    return f"{death.signal} too low"


def death_text(death: Death, seconds: float | None = None) -> str:
    """What a patient died of, in words; by default with the time that the therapy names."""
    unit, lasting = SIGNALS[death.signal].unit, death.seconds if seconds is None else seconds
    return f"{death.signal} below {death.low:g} {unit} for {lasting:g} s"
