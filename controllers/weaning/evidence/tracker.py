"""What weaning needs of a tracker of the patient's recovery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from controllers.tracking.filter import Estimate, Innovation
from plants import Measurement


class Estimates(Protocol):
    """What is expected of quantities, by name."""

    @property
    def explanations(self) -> Sequence[tuple[float, Estimates]]:
        """Each explanation of the patient with its probability; itself where there is but one."""
        ...

    def __getitem__(self, name: str, /) -> Estimate: ...
    def items(self) -> Iterable[tuple[str, Estimate]]: ...


class Tracker(Protocol):
    """What is needed of a tracker; :class:`controllers.tracking.tracker.RecoveryTracker` is one."""

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

    def without_pump(
        self, hours_ahead: float = 0.0, *, drugs: Mapping[str, float] | None = None
    ) -> Estimates:
        """What is expected with the pump out."""
        ...

    def stretched_without_pump(self, *, drugs: Mapping[str, float] | None = None) -> float:
        """Regurgitant fraction without the pump if the mitral valve leaks at first."""
        ...

    @property
    def leaking(self) -> float:
        """Probability that the mitral valve leaks when the ventricle is stretched."""
        ...

    @property
    def estimate(self) -> Mapping[str, Estimate]:
        """What is believed of the patient."""
        ...
