"""Cumulative incidence with competing risks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


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
    >>> from experiments.weaning.study.competing_risks import cumulative_incidence
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
