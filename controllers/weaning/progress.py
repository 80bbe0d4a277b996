"""Where a course of weaning stands: level, clock, failed trials and what was recognised."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from controllers.weaning.criteria import WeaningCriteria
from plants.quantities import HOUR_SLACK


@dataclass
class Progress:
    """State of the machine between two assessments.

    Attributes
    ----------
    levels : tuple of str
        Levels that may be held, slowest first.
    support_index : int
        Index of the level of support among them.
    level_index : int
        Index of the level in force.
    phase : str
        Phase of the last decision.
    hours, interval : float
        Time of the last assessment and what was to pass till the next, h.
    level_since : float
        When the present level was taken, h; at first when the pump began to run.
    trial_began : float
        When the trial began, h; NaN out of a trial.
    failed_trials : int
        Trials that failed.
    no_step_before : float
        No step before this hour.
    faults_since : float
        When data ceased to be usable, h; NaN while they are.
    clock_correction : float
        Correction of a clock that jumped back, h.
    console_limit, console_limit_until : int, float
        Index above which the console did not hold the level, and until when that counts.
    regurgitation_at_support : float
        Regurgitant fraction that echo showed at full support; NaN where it did not.
    inotrope_at : float
        Last hour at which an inotrope was given; NaN if none was.
    inotrope_doses : list of (float, float)
        Hours and recent doses (ug/kg/min) of the inotrope.
    remaining_inotrope : float
        Inotrope that is still ordered after it was lowered, ug/kg/min; NaN where none was.
    low_pressure_at : float
        When a low pressure was last met at full support, h.
    tracker_untrusted_since : float
        Since when the tracker is not trusted, h; NaN while it is.
    position_checked_at : float
        When an echo of the pump's position was asked for last, h.
    leak_found_at : str
        Level at which the mitral valve was found to leak, by an echo or by a belief that lasted;
        "" if none was.
    present_since : dict of str to float
        What is present now, and since when, h.
    findings : dict of str to float
        What was ever recognised, and when first, h.

    Examples
    --------
    >>> from controllers import WeaningCriteria
    >>> from controllers.weaning.progress import Progress
    >>> progress = Progress(("P-2", "P-3", "P-4"), support_index=2)
    >>> criteria = WeaningCriteria.load()
    >>> progress.record_failure(10.0, criteria), progress.record_failure(20.0, criteria)
    (14.0, 28.0)
    """

    levels: tuple[str, ...]
    support_index: int
    level_index: int = -1
    phase: str = "support"
    hours: float = math.nan
    interval: float = 1.0
    level_since: float = 0.0
    trial_began: float = math.nan
    faults_since: float = math.nan
    failed_trials: int = 0
    no_step_before: float = -math.inf
    clock_correction: float = 0.0
    console_limit: int = -1
    console_limit_until: float = -math.inf
    regurgitation_at_support: float = math.nan
    inotrope_at: float = math.nan
    inotrope_doses: list[tuple[float, float]] = field(default_factory=list)
    remaining_inotrope: float = math.nan
    low_pressure_at: float = -math.inf
    tracker_untrusted_since: float = math.nan
    position_checked_at: float = -math.inf
    leak_found_at: str = ""
    present_since: dict[str, float] = field(default_factory=dict)
    findings: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.level_index < 0:
            self.level_index = self.support_index

    @property
    def level(self) -> str:
        """The level in force."""
        return self.levels[self.level_index]

    @property
    def weaning(self) -> bool:
        """Whether support is below its full level."""
        return self.level_index < self.support_index

    def record_inotrope(self, hours: float, dose: float, criteria: WeaningCriteria) -> None:
        """Note a dose of the inotrope; what is no longer recent is forgotten."""
        begin = hours - criteria.number("recent_inotrope_time")
        recent = [(when, earlier) for when, earlier in self.inotrope_doses if when >= begin]
        self.inotrope_doses = [*recent, (hours, dose)]

    @property
    def highest_recent_inotrope(self) -> float:
        """The highest dose of the inotrope of late, ug/kg/min."""
        return max((dose for _, dose in self.inotrope_doses), default=0.0)

    def present_for(self, least: Mapping[str, float]) -> tuple[str, ...]:
        """What has been present for its least time (h, 0 where not named)."""
        return tuple(
            name
            for name, since in self.present_since.items()
            if self.hours - since >= least.get(name, 0.0) - HOUR_SLACK
        )

    def next_retry_wait(self, criteria: WeaningCriteria) -> float:
        """How long is waited after the next failure, h."""
        wait = criteria.number("first_retry_wait") * 2.0**self.failed_trials
        return min(wait, criteria.number("longest_retry_wait"))

    def record_failure(self, hours: float, criteria: WeaningCriteria) -> float:
        """Note a failure; gives the hour until which is waited."""
        self.no_step_before = hours + self.next_retry_wait(criteria)
        self.failed_trials += 1
        return self.no_step_before

    def change_level(self, level_index: int, hours: float) -> None:
        """Take another level."""
        if level_index != self.level_index:
            self.level_index, self.level_since = level_index, hours

    def limit_to_present_level(self, hours: float, criteria: WeaningCriteria) -> None:
        """The console did not hold more than the present level: for a while it is not asked to."""
        self.console_limit = self.level_index
        self.console_limit_until = hours + criteria.number("console_limit_time")

    def highest_allowed_index(self, hours: float) -> int:
        """Index of the highest level that may be asked for."""
        top = len(self.levels) - 1
        return min(self.console_limit, top) if hours < self.console_limit_until else top

    def advance_clock(self, hours: float, longest_gap: float) -> tuple[float, str]:
        """A time that never runs backwards, and what was wrong with the clock, or ""."""
        wrong = ""
        if self.hours - HOUR_SLACK <= hours <= self.hours + self.interval + longest_gap:
            self.clock_correction = 0.0  # the clock is right again
        now = hours + self.clock_correction
        if not math.isfinite(now):
            now, wrong = self.hours + self.interval, f"the clock says {hours}"
        elif now < self.hours - HOUR_SLACK:
            wrong = f"the clock jumped back by {self.hours - now:.3g} h"
            self.clock_correction += self.hours + self.interval - now
            now = self.hours + self.interval
        elif now > self.hours + self.interval + longest_gap:
            wrong = f"no look for {now - self.hours:.3g} h"
            self.level_since = now  # nobody saw how the level was borne
        if not math.isfinite(now):
            now = 0.0
        self.hours = now
        return now, wrong
