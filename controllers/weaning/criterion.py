"""A criterion of weaning: a range for a signal, and what a value says to it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from controllers.weaning.decision import Reason
from plants import SIGNALS

# A dose that fades away for ever is told as none.
_NOTHING = 1e-6


@dataclass(frozen=True)
class Criterion:
    """A range for a signal.

    Attributes
    ----------
    signal : str
        Its name.
    low, high : float
        The range, in the signal's unit.
    needed : bool
        Whether it refuses; otherwise it is shown only.
    source, tag : str
        Where it came from.

    Examples
    --------
    >>> from controllers import Criterion
    >>> criterion = Criterion("cvp", high=12.0, source="Randhawa 2021", tag="S")
    >>> criterion.judge(14.0).text
    'central venous pressure 14 mmHg, at most 12'
    >>> criterion.judge(float("nan")).met
    False
    """

    signal: str
    low: float = -math.inf
    high: float = math.inf
    needed: bool = True
    source: str = ""
    tag: str = "X"

    def holds(self, value: float) -> bool:
        """Whether the value is known and in the range."""
        return self.low <= value <= self.high

    def judge(self, value: float, where: str = "") -> Reason:
        """What a value says, for example at a level."""
        declared = SIGNALS[self.signal]
        unit = "" if declared.unit == "1" else f" {declared.unit}"
        low_side = value < self.low or math.isinf(self.high)
        limit = self.low if low_side else self.high
        shown = 0.0 if abs(value) < _NOTHING else value
        known = f"{shown:.3g}{unit}" if math.isfinite(value) else "unknown"
        text = f"{declared.meaning} {known}{where}, at {'least' if low_side else 'most'} {limit:g}"
        return Reason(text, self.signal, value, limit, met=self.holds(value))
