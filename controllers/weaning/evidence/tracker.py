"""What weaning needs of a tracker of the patient's recovery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from controllers.tracking.filter import Estimate
from plants import Measurement

#: What is believed of quantities, by name.
Estimates = Mapping[str, Estimate]


class Innovation(Protocol):
    """How a tracker met a measurement."""

    @property
    def consistent(self) -> bool: ...
    @property
    def reason(self) -> str: ...


class Tracker(Protocol):
    """What is needed of a tracker; :class:`controllers.tracking.tracker.RecoveryTracker` is one.

    Where it has them, its `without_pump`, `leaking` and `stretched_without_pump` are asked as well.
    """

    def update(
        self,
        measurement: Measurement,
        level: str,
        hours: float,
        *,
        drugs: Mapping[str, float] | None = None,
        volume_given: float = 0.0,
    ) -> Innovation:
        """Take in a measurement."""
        ...

    def forecasts(
        self,
        levels: Iterable[str] | None = None,
        hours_ahead: float = 0.0,
        *,
        drugs: Mapping[str, float] | None = None,
    ) -> Mapping[str, Estimates]:
        """What is expected at levels."""
        ...

    @property
    def estimate(self) -> Estimates:
        """What is believed of the patient."""
        ...
