"""Published protocols of weaning, as step policies; they go by measurements alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from controllers.weaning.decision import Reason
from controllers.weaning.policies.situation import Situation

# Five minutes, h.
_RAMP = 5.0 / 60.0
# A wide margin for clinicians (guesses): mmHg and L/min/m2 above what readiness asks for.
_MAP_MARGIN, _INDEX_MARGIN = 10.0, 0.3


@dataclass(frozen=True)
class Protocol:
    """Steps of a size at intervals, while the criteria hold.

    Attributes
    ----------
    name : str
        For tables.
    levels : int
        Levels of a step.
    interval : float
        Time at a level before the next step, h.
    trial : float
        Time at the lowest level before the explant, h.
    again : str
        Criteria that must hold for the next step.
    margin : bool
        Whether a step of one level grows to two when pressure and flow have a wide margin.
    patience : float
        Longest time at the lowest level without the criteria, h; NaN is that of the criteria.

    Examples
    --------
    >>> from controllers.weaning.policies.protocols import slow_protocol
    >>> slow_protocol().interval, slow_protocol().levels
    (12.0, 2)
    """

    name: str
    levels: int
    interval: float
    trial: float
    again: str = "step"
    margin: bool = False
    patience: float = math.nan
    needs_tracker: bool = False

    @property
    def look(self) -> float:
        """Time between looks, h."""
        return min(self.interval, 1.0)

    def ready(self, now: Situation) -> tuple[Reason, ...]:
        """The published criteria at the level of support, and organs that recover."""
        return (*now.criteria.judge("ready", now.values), now.seen.resolving())

    def step(self, now: Situation) -> tuple[int, tuple[Reason, ...]]:
        """The next step when its time has come."""
        held, reasons = _held(now, self.interval), now.criteria.judge(self.again, now.values)
        if not held.met or not all(one.met for one in reasons):
            return 0, (held, *reasons)
        return (2 if self.margin and self._wide(now) else self.levels), (held, *reasons)

    def explant(self, now: Situation) -> tuple[Reason, ...]:
        """The published criteria at the lowest level, held for a while."""
        where = f" at {now.level}"
        return (_held(now, self.trial), *now.criteria.judge("explant", now.values, where))

    def _wide(self, now: Situation) -> bool:
        ready, values = now.criteria["ready"], now.values
        return (
            values["map"] >= ready["map"].low + _MAP_MARGIN
            and values["cardiac_index"] >= ready["cardiac_index"].low + _INDEX_MARGIN
        )


def _held(now: Situation, least: float) -> Reason:
    # Looks come at times that floating point adds up.
    met = now.held >= least - 1e-6
    return Reason(
        f"{now.level} held for {now.held:.3g} h, at least {least:.3g}",
        "",
        now.held,
        least,
        met=met,
        waits=True,
    )


def fast_protocol() -> Protocol:
    """Two levels every two hours (labels ask for 2 levels at intervals; fast end)."""
    return Protocol("fast-protocol", 2, 2.0, 2.0)


def slow_protocol() -> Protocol:
    """Two levels every twelve hours."""
    return Protocol("slow-protocol", 2, 12.0, 12.0)


def ramp_test() -> Protocol:
    """A level every 5 min; power at P-2 decides (2023-24, n = 43); then an hour there (guess)."""
    return Protocol("ramp-test", 1, _RAMP, 1.0, patience=1.0)


def clinician() -> Protocol:
    """Rules of thumb (guess): a level every 4 h under all criteria of readiness."""
    return Protocol("clinician", 1, 4.0, 4.0, again="ready", margin=True)
