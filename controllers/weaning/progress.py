"""Where a course of weaning stands: level, clock, failures and what was recognised."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from controllers.weaning.criteria import WeaningCriteria

# How long a level is not asked for that the console did not hold, h (a guess).
_CAPPED = 6.0
#: A dose of an inotrope counts for so long after it was given, h (a guess).
DRUGS_OF_LATE = 24.0


@dataclass
class Progress:
    """State of the machine between two looks.

    Attributes
    ----------
    levels : tuple of str
        Levels that may be held, slowest first.
    support : int
        Place of the level of support among them.
    place : int
        Place of the level in force.
    phase : str
        Phase of the last decision.
    hours, wait : float
        Time of the last look and what was to pass till the next, h.
    since : float
        When the present level was taken, h; at first when the pump began to run.
    began : float
        When the trial began, h; NaN out of a trial.
    failures : int
        Trials that failed.
    resting_until : float
        No step before this hour.
    bad_since : float
        When data ceased to be usable, h; NaN while they are.
    shift : float
        Correction of a clock that jumped back, h.
    capped, capped_until : int, float
        Place above which the console did not hold the level, and until when that counts.
    regurgitation_at_support : float
        Regurgitant fraction that echo showed at full support; NaN where it did not.
    inotrope_at : float
        Last hour at which an inotrope was given; NaN if none was.
    inotrope_doses : list of (float, float)
        Hours and doses (ug/kg/min) of the inotrope of late.
    inotrope_left : float
        Inotrope that is still ordered after it was taken down, ug/kg/min; NaN where none was.
    pressed_at : float
        When a low pressure was last met at full support, h.
    lost_since : float
        Since when the tracker is not trusted, h; NaN while it is.
    position_checked : float
        When an echo of the pump's position was asked for last, h.
    leak_shown : str
        Level at which the mitral valve was found to leak, by an echo or by a belief that lasted;
        "" if none was.
    standing : dict of str to float
        What stands now, and since when, h.
    findings : dict of str to float
        What was ever recognised, and when first, h.

    Examples
    --------
    >>> from controllers import WeaningCriteria
    >>> from controllers.weaning.progress import Progress
    >>> progress = Progress(("P-2", "P-3", "P-4"), support=2)
    >>> criteria = WeaningCriteria.load()
    >>> progress.fail(10.0, criteria), progress.fail(20.0, criteria)
    (14.0, 28.0)
    """

    levels: tuple[str, ...]
    support: int
    place: int = -1
    phase: str = "support"
    hours: float = math.nan
    wait: float = 1.0
    since: float = 0.0
    began: float = math.nan
    bad_since: float = math.nan
    failures: int = 0
    resting_until: float = -math.inf
    shift: float = 0.0
    capped: int = -1
    capped_until: float = -math.inf
    regurgitation_at_support: float = math.nan
    inotrope_at: float = math.nan
    inotrope_doses: list[tuple[float, float]] = field(default_factory=list)
    inotrope_left: float = math.nan
    pressed_at: float = -math.inf
    lost_since: float = math.nan
    position_checked: float = -math.inf
    leak_shown: str = ""
    standing: dict[str, float] = field(default_factory=dict)
    findings: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.place < 0:
            self.place = self.support

    @property
    def level(self) -> str:
        """The level in force."""
        return self.levels[self.place]

    @property
    def weaning(self) -> bool:
        """Whether support is below its full level."""
        return self.place < self.support

    def given(self, hours: float, dose: float) -> None:
        """Take down a dose of the inotrope."""
        kept = [one for one in self.inotrope_doses if one[0] >= hours - DRUGS_OF_LATE]
        self.inotrope_doses = [*kept, (hours, dose)]

    @property
    def inotrope_most(self) -> float:
        """The highest dose of the inotrope of late, ug/kg/min."""
        return max((dose for _, dose in self.inotrope_doses), default=0.0)

    def standing_for(self, least: Mapping[str, float]) -> tuple[str, ...]:
        """What has stood for its least time (h, 0 where not named) up to now."""
        return tuple(
            name
            for name, since in self.standing.items()
            if self.hours - since >= least.get(name, 0.0) - 1e-6
        )

    def next_wait(self, criteria: WeaningCriteria) -> float:
        """How long is waited after the next failure, h."""
        wait = criteria.number("retry") * 2.0**self.failures
        return min(wait, criteria.number("longest_retry"))

    def fail(self, hours: float, criteria: WeaningCriteria) -> float:
        """Take down a failure; gives the hour until which is waited."""
        self.resting_until = hours + self.next_wait(criteria)
        self.failures += 1
        return self.resting_until

    def move(self, place: int, hours: float) -> None:
        """Take another level."""
        if place != self.place:
            self.place, self.since = place, hours

    def cap(self, hours: float) -> None:
        """The console did not hold more than the present level: for a while it is not asked to."""
        self.capped, self.capped_until = self.place, hours + _CAPPED

    def ceiling(self, hours: float) -> int:
        """Place of the highest level that may be asked for."""
        top = len(self.levels) - 1
        return min(self.capped, top) if hours < self.capped_until else top

    def tick(self, hours: float, longest_gap: float) -> tuple[float, str]:
        """A time that never runs backwards, and what was wrong with the clock, or ""."""
        wrong = ""
        if self.hours - 1e-6 <= hours <= self.hours + self.wait + longest_gap:
            self.shift = 0.0  # the clock is right again
        now = hours + self.shift
        if not math.isfinite(now):
            now, wrong = self.hours + self.wait, f"the clock says {hours}"
        elif now < self.hours - 1e-6:
            wrong = f"the clock jumped back by {self.hours - now:.3g} h"
            self.shift += self.hours + self.wait - now
            now = self.hours + self.wait
        elif now > self.hours + self.wait + longest_gap:
            wrong = f"no look for {now - self.hours:.3g} h"
            self.since = now  # nobody saw how the level was borne
        if not math.isfinite(now):
            now = 0.0
        self.hours = now
        return now, wrong
