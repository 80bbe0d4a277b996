"""Which readings are believed."""

from __future__ import annotations

import math

from plants import SIGNALS, Measurement
from plants.quantities import plausibility

#: A reading far from those before is believed when others near it have come for this long; s (a
#: guess: two readings at a period of a second, and several at shorter ones).
PERSISTENCE = 0.5


def plausible(measurement: Measurement) -> Measurement:
    """The measurement without the readings that cannot be; those are missing (NaN).

    Examples
    --------
    >>> from controllers.supervision import plausible
    >>> from plants import Measurement
    >>> plausible(Measurement(0.0, "icu", {"map": 7e7, "cvp": 9.0})).missing
    ('map',)
    """
    refused = [name for name, value in measurement.items() if not _believed(name, value)]
    return _without(measurement, refused)


class PlausibilityGate:
    """Takes away readings outside the range of life, and single ones far from those before.

    The ranges, and the changes that are believed at once, are those of
    :func:`plants.quantities.plausibility`. A larger change is believed when it lasts for
    :data:`PERSISTENCE`.

    Examples
    --------
    >>> from controllers.supervision import PlausibilityGate
    >>> from plants import Measurement
    >>> gate = PlausibilityGate()
    >>> pressures = (70.0, 200.0, 71.0, 140.0, 142.0)
    >>> [gate.accept(Measurement(float(t), "icu", {"map": p}), float(t))["map"]
    ...  for t, p in enumerate(pressures)]
    [70.0, nan, 71.0, nan, 142.0]
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the readings of before."""
        self._last: dict[str, float] = {}
        self._candidates: dict[str, tuple[float, float]] = {}  # since when, and the last of them

    def accept(self, measurement: Measurement, time: float) -> Measurement:
        """The measurement with NaN for what is not believed.

        Parameters
        ----------
        measurement : Measurement
            As the sensors gave it.
        time : float
            Now by the clock of the controller, s.
        """
        refused = [n for n, v in measurement.items() if not self._accepted(n, v, time)]
        return _without(measurement, refused)

    def _accepted(self, name: str, value: float, time: float) -> bool:
        if not _believed(name, value):
            return False
        largest = plausibility(name).change if name in SIGNALS else math.inf
        if abs(value - self._last.get(name, value)) > largest:
            since, near = self._candidates.get(name, (time, value))
            if abs(value - near) > largest:
                since = time
            self._candidates[name] = (since, value)
            if time - since < PERSISTENCE:
                return False
        self._candidates.pop(name, None)
        self._last[name] = value
        return True


def _believed(name: str, value: float) -> bool:
    return plausibility(name).believes(value) if name in SIGNALS else math.isfinite(value)


def _without(measurement: Measurement, refused: list[str]) -> Measurement:
    # Most often nothing but what is missing anyhow.
    if all(math.isnan(measurement[name]) for name in refused):
        return measurement
    values = dict(measurement) | dict.fromkeys(refused, math.nan)
    return Measurement(measurement.time, measurement.tier, values)
