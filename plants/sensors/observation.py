"""The observation of a learned policy: a measurement as one flat vector without gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from plants.quantities import InputError, signal

Vector = NDArray[np.float32]


class SampleAndHold:
    """Holds the last value of every signal, so that there is one at every instant.

    An environment and the controller that runs a policy trained in it build their vectors with
    this one class, from the same measurements.

    Parameters
    ----------
    signals : iterable of str
        Names of :data:`~plants.SIGNALS`, in the order of the vector.

    Attributes
    ----------
    signals : tuple of str
        The names.
    low, high : ndarray of float32, shape (n,)
        Bounds of the vector: those of the signals, in their units.

    Raises
    ------
    InputError
        A name is no signal, is given twice, or there is none.

    Examples
    --------
    >>> from plants import Measurement
    >>> from plants import SampleAndHold
    >>> held = SampleAndHold(["map", "pcwp"])
    >>> held.update(Measurement(0.0, "icu", {"map": 66.0, "pcwp": 21.0})).tolist()
    [66.0, 21.0]
    >>> held.update(Measurement(1.0, "icu", {"map": 67.0, "pcwp": float("nan")})).tolist()
    [67.0, 21.0]
    """

    def __init__(self, signals: Iterable[str]):
        self.signals = tuple(signals)
        if not self.signals or len(set(self.signals)) < len(self.signals):
            raise InputError("signals", self.signals, "one name or more, each once")
        chosen = [signal(name) for name in self.signals]
        self.low = np.array([each.low for each in chosen], dtype=np.float32)
        self.high = np.array([each.high for each in chosen], dtype=np.float32)
        self.reset()

    def reset(self) -> None:
        """Forget every value."""
        self._values = np.full(len(self.signals), np.nan)

    @property
    def missing(self) -> tuple[str, ...]:
        """Signals that have had no value since the reset."""
        unseen = np.isnan(self._values)
        return tuple(name for name, gone in zip(self.signals, unseen, strict=True) if gone)

    def update(self, measurement: Mapping[str, float]) -> Vector:
        """Take in a measurement.

        Parameters
        ----------
        measurement : mapping of str to float
            At least the signals of the vector; NaN, or an infinite value, is no value.

        Returns
        -------
        ndarray of float32, shape (n,)
            A new vector, within the bounds. A signal that has had no value yet stands at 0, or at
            the bound nearest to it.

        Raises
        ------
        InputError
            A signal is not in the measurement.
        """
        try:
            new = np.array([measurement[name] for name in self.signals], dtype=float)
        except KeyError:
            lacking = [name for name in self.signals if name not in measurement]
            allowed = f"a measurement with {', '.join(lacking)}"
            raise InputError("measurement", tuple(measurement), allowed) from None
        self._values = np.where(np.isfinite(new), new, self._values)
        seen = np.where(np.isnan(self._values), 0.0, self._values)
        return np.clip(seen, self.low, self.high).astype(np.float32)
