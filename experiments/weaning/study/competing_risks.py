"""How courses end, as competing risks: the first event of each, and cumulative incidences."""

from __future__ import annotations

import math

from experiments.weaning.course import Course
from plants.bedside import HARMFUL_COMPLICATIONS

#: What may come first, in the order of figures.
EVENTS = ("explanted and well", "failed wean", "complication", "bridge decision", "death")
_ENDS = {"well": EVENTS[0], "failed": EVENTS[1], "died": EVENTS[4]}


def first_event(course: Course) -> tuple[str, float]:
    """What came first, and when, h; "" at the label's end where nothing did.

    A wean counts at the hour of the explant. A decision for a bridge counts from when it stood. On
    equal terms a complication comes first.

    Examples
    --------
    >>> from experiments.weaning.course import run_course
    >>> from experiments.weaning.course import WeaningTrial
    >>> from experiments.weaning.study.competing_risks import first_event
    >>> course = run_course(WeaningTrial(14, "fast-protocol", case="full"))
    >>> first_event(course) == ("explanted and well", course.hours)
    True
    """
    true_events = course.true_events
    candidates = [
        (true_events[name], EVENTS[2]) for name in HARMFUL_COMPLICATIONS if name in true_events
    ]
    if math.isfinite(course.bridge_hours):
        candidates.append((course.bridge_hours, EVENTS[3]))
    if course.outcome in _ENDS:
        candidates.append((course.hours, _ENDS[course.outcome]))
    if not candidates:
        return "", course.hours
    hours, event = min(candidates, key=lambda candidate: candidate[0])
    return event, hours
