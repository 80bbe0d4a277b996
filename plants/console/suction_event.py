"""Suction as an event: it sets in, lasts and is released, with hysteresis between the two.

Read from the truth of each beat, the share of it in which the inlet was occluded. What a console
could know of it is another matter; see :mod:`controllers.suction.detector`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from plants.quantities import InputError, Parameter, check_number

#: Share of a beat with an occluded inlet from which suction sets in, and below which it is over.
#: Definitions of this project, not measurements: 2 % of a beat is some 12 ms of full occlusion,
#: which a motor current shows as a dip; 1 % is where the dip is gone.
SUCTION_ONSET, SUCTION_RELEASE = 0.02, 0.01

_SHARE = Parameter("share", "1", "share of a beat in suction", 0.0, 1.0)
_DURATION = Parameter("least_duration", "s", "shortest event that counts", 0.0, 3600.0)


@dataclass(frozen=True)
class SuctionEvent:
    """A stretch of beats in suction.

    Attributes
    ----------
    onset : float
        Begin of its first beat, s.
    release : float
        End of its last beat, s; infinite while it lasts.
    beats : int
        Beats so far.
    deepest : float
        Largest share of a beat with an occluded inlet.
    lowest_margin : float
        Lowest suction margin, mmHg.
    """

    onset: float
    release: float
    beats: int
    deepest: float
    lowest_margin: float

    @property
    def duration(self) -> float:
        """How long it lasted, s."""
        return self.release - self.onset


class SuctionEvents:
    """Turns the beats of a course, in their order, into events.

    A beat belongs to an event from the first one whose share reaches `onset` to the last one
    before a share below `release`.

    Parameters
    ----------
    onset, release : float
        Shares of a beat (0 to 1) at which suction sets in and is over.
    least_duration : float
        Events shorter than this (s) are dropped once they are over; none without it.

    Attributes
    ----------
    active : bool
        Whether the last beat was in suction.

    Raises
    ------
    InputError
        A share is outside 0 to 1, or the release is above the onset.

    Examples
    --------
    >>> from plants import SuctionEvents
    >>> events = SuctionEvents()
    >>> for k, share in enumerate((0.0, 0.015, 0.2, 0.015, 0.0)):
    ...     _ = events.beat(0.6 * k, 0.6, share, margin=2.0 - 10 * share)
    >>> events.labels
    (False, False, True, True, False)
    >>> [(e.onset, round(e.duration, 1), e.deepest) for e in events.events]
    [(1.2, 1.2, 0.2)]
    """

    def __init__(
        self,
        *,
        onset: float = SUCTION_ONSET,
        release: float = SUCTION_RELEASE,
        least_duration: float = 0.0,
    ):
        self.onset = check_number(onset, _SHARE, "onset", None)
        self.release = check_number(release, _SHARE, "release", None)
        if self.release > self.onset:
            raise InputError("release", release, f"at most the onset ({onset:g})")
        self.least_duration = check_number(least_duration, _DURATION, "least_duration", None)
        self.reset()

    def reset(self) -> None:
        """Forget everything: a new course begins."""
        self.active = False
        self._labels: list[bool] = []
        self._events: list[SuctionEvent] = []
        self._current: SuctionEvent | None = None
        self._end = -math.inf

    def beat(self, start: float, duration: float, suction: float, margin: float) -> bool:
        """Take the next beat.

        Parameters
        ----------
        start, duration : float
            Begin and length of the beat, s.
        suction : float
            Share of the beat with an occluded inlet; the metric ``suction``.
        margin : float
            Lowest ventricular pressure above the suction threshold, mmHg; the metric
            ``suction_margin``.

        Returns
        -------
        bool
            Whether the beat is in suction.

        Raises
        ------
        InputError
            The beat begins before the end of the last one or has no length, or the share is no
            finite number.
        """
        # Beats are stitched together from floating-point times.
        slack = 1e-6 * max(1.0, abs(start))
        if not math.isfinite(start) or start < self._end - slack:
            raise InputError("start", start, f"the end of the last beat ({self._end:g} s) or later")
        if not (math.isfinite(duration) and duration > 0):
            raise InputError("duration", duration, "a positive number of seconds")
        if not math.isfinite(suction):
            raise InputError("suction", suction, "a share of the beat, 0 to 1")
        self._end = start + duration
        self.active = suction >= (self.release if self.active else self.onset)
        self._labels.append(self.active)
        if self.active:
            self._extend(start, suction, margin)
        elif self._current is not None:
            self._close(start)
        return self.active

    @property
    def labels(self) -> tuple[bool, ...]:
        """Of every beat whether it is in suction; dropped events do not count."""
        return tuple(self._labels)

    @property
    def events(self) -> tuple[SuctionEvent, ...]:
        """The events so far; the last may still last."""
        return (*self._events, *([] if self._current is None else [self._current]))

    def _extend(self, start: float, suction: float, margin: float) -> None:
        before = self._current or SuctionEvent(start, math.inf, 0, suction, margin)
        deepest, lowest = max(before.deepest, suction), min(before.lowest_margin, margin)
        self._current = replace(
            before, beats=before.beats + 1, deepest=deepest, lowest_margin=lowest
        )

    def _close(self, time: float) -> None:
        assert self._current is not None
        e = self._current
        self._current = None
        if time - e.onset < self.least_duration:
            self._labels[-1 - e.beats : -1] = [False] * e.beats
            return
        self._events.append(replace(e, release=time))
