"""Control periods: how they fill a duration, and how long what is seen in them lasts.

Every loop that goes by control periods (:func:`plants.simulate`, environments, trials, coronary
interventions) takes these rules. What is seen once a period stands for the whole period.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from plants.quantities import InputError

#: Times are sums and ratios of decimal numbers: 0.3 s are three periods of 0.1 s, not four.
RELATIVE_ROUNDING = 1e-9
#: Control periods of trials and environments are whole multiples of this, s: of the integration
#: step, and of the interval at which waveforms are recorded.
PERIOD_UNIT = 0.01


def is_whole_multiple(period: float) -> bool:
    """Whether a control period is one or more of :data:`PERIOD_UNIT`; False for NaN.

    Examples
    --------
    >>> from plants.simulation import is_whole_multiple
    >>> is_whole_multiple(0.3), is_whole_multiple(0.305), is_whole_multiple(0.0)
    (True, False, False)
    """
    units = period / PERIOD_UNIT
    return math.isfinite(units) and units >= 1 - 1e-9 and abs(units - round(units)) <= 1e-6


def period_lengths(duration: float, period: float) -> list[float]:
    """Lengths of the control periods that fill a duration; the last is short where one must be.

    Parameters
    ----------
    duration, period : float
        Length of the course and control period, s.

    Returns
    -------
    list of float
        Lengths, s; all are `period` but perhaps the last, and they add up to `duration`.

    Raises
    ------
    InputError
        The period is not a positive number, or the duration is shorter than a period.

    Examples
    --------
    >>> from plants.simulation import period_lengths
    >>> period_lengths(10.0, 4.0), len(period_lengths(10.0, 0.1))
    ([4.0, 4.0, 2.0], 100)
    """
    if not 0 < period < float("inf"):
        raise InputError("period", period, "a positive number of seconds")
    if not period <= duration < float("inf"):
        raise InputError("duration", duration, f"at least one control period ({period:g} s)")
    count = math.ceil(duration / period * (1.0 - RELATIVE_ROUNDING))
    last = duration - (count - 1) * period
    short = last < period * (1.0 - count * RELATIVE_ROUNDING)
    return [period] * (count - 1) + [last if short else period]


def whole_periods(duration: float, period: float) -> int:
    """Number of control periods in a duration that must be a whole number of them.

    Raises
    ------
    InputError
        It is not, or as for :func:`period_lengths`.

    Examples
    --------
    >>> from plants.simulation import whole_periods
    >>> whole_periods(12.0, 4.0)
    3
    >>> whole_periods(10.0, 4.0)
    Traceback (most recent call last):
    ...
    plants.InputError: duration = 10.0 is not allowed; allowed: a whole number of control periods...
    """
    lengths = period_lengths(duration, period)
    if lengths[-1] != period:
        allowed = f"a whole number of control periods of {period:g} s"
        raise InputError("duration", duration, allowed)
    return len(lengths)


def time_lived(periods: int, duration: float, period: float) -> float:
    """How long the first periods of a course last together, s.

    Examples
    --------
    >>> from plants.simulation import time_lived
    >>> time_lived(2, 10.0, 4.0), time_lived(3, 10.0, 4.0)
    (8.0, 10.0)
    """
    return min(periods * period, duration)


def suction_time(shares: ArrayLike, seconds: ArrayLike) -> float:
    """Time in suction, s: the share of the beat in suction, over the time that it stands for.

    Parameters
    ----------
    shares : array_like, shape (n,)
        The metric ``suction``, 0 to 1.
    seconds : array_like, shape (n,) or ()
        How long each lasted, s.
    """
    return float(np.sum(np.asarray(shares, dtype=float) * np.asarray(seconds, dtype=float)))
