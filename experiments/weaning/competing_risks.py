"""How courses end, as competing risks: the first event of each, and cumulative incidences."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.weaning.record import Course

#: What may come first, in the order of figures.
EVENTS = ("explanted and well", "failed wean", "complication", "bridge decision", "death")
#: Complications that count as an event; a pump that slips is none by itself.
COMPLICATIONS = ("bleeding", "limb", "hemolysis")
_ENDS = {"well": EVENTS[0], "failed": EVENTS[1], "died": EVENTS[4]}


def first_event(course: Course) -> tuple[str, float]:
    """What came first, and when, h; "" at the label's end where nothing did.

    A wean counts at the hour of the explant. A decision for a bridge counts from when it stood. On
    equal terms a complication comes first.

    Examples
    --------
    >>> from experiments.weaning.course import run_course
    >>> from experiments.weaning.trial import WeaningTrial
    >>> from experiments.weaning.competing_risks import first_event
    >>> course = run_course(WeaningTrial(11, "fast-protocol", case="full"))
    >>> first_event(course) == ("explanted and well", course.hours)
    True
    """
    happened = course.happened
    found = [(happened[name], EVENTS[2]) for name in COMPLICATIONS if name in happened]
    if math.isfinite(course.bridge_hours):
        found.append((course.bridge_hours, EVENTS[3]))
    if course.outcome in _ENDS:
        found.append((course.hours, _ENDS[course.outcome]))
    if not found:
        return "", course.hours
    hours, event = min(found, key=lambda one: one[0])
    return event, hours


def cumulative_incidence(
    events: Sequence[str], hours: Sequence[float], event: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Aalen-Johansen estimate of the cumulative incidence of one of several events.

    Parameters
    ----------
    events : sequence of str
        First event of each patient; "" where the observation ended without one (censored).
    hours : sequence of float
        When, h.
    event : str
        Which incidence is asked for.

    Returns
    -------
    times, incidence : ndarray of shape (k,)
        Steps: from each time on the incidence is that. The first time is 0.

    References
    ----------
    Aalen and Johansen 1978 Scand J Stat: the increment at t is the survival from every event just
    before t times the share of those at risk to whom the event comes at t.

    Examples
    --------
    >>> from experiments.weaning.competing_risks import cumulative_incidence
    >>> times, incidence = cumulative_incidence(["a", "", "b", "a"], [1.0, 2.0, 3.0, 4.0], "a")
    >>> incidence.tolist()
    [0.0, 0.25, 0.25, 0.625]
    """
    when = np.asarray(hours, float)
    times, values = [0.0], [0.0]
    survival = 1.0
    for time in np.unique(when[np.array([bool(one) for one in events], bool)]):
        at_risk = int((when >= time).sum())
        here = [one for one, hour in zip(events, when, strict=True) if one and hour == time]
        times.append(float(time))
        values.append(values[-1] + survival * here.count(event) / at_risk)
        survival *= 1.0 - len(here) / at_risk
    return np.array(times), np.array(values)
