"""The one function that turns a value and its wanted range into a reward between 0 and 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from plants.quantities import InputError

#: What is left of the reward at the margin.
AT_MARGIN = 0.1


def tolerance(
    value: ArrayLike, low: float | None = None, high: float | None = None, *, margin: float = 0.0
) -> Any:
    """How well a value lies in its range: 1 inside, falling smoothly to 0 outside.

    Outside, the fall is a Gaussian of the distance to the nearer bound; at a distance of `margin`
    0.1 of it is left.

    Parameters
    ----------
    value : float or array
        Value or values, of any shape.
    low, high : float, optional
        The wanted range, both ends belong to it; without one that side is open.
    margin : float
        Distance at which 0.1 is left; 0 is a hard edge.

    Returns
    -------
    float or numpy.ndarray
        Between 0 and 1, of the shape of `value`; NaN where the value is NaN.

    Raises
    ------
    InputError
        `low` is above `high`, or the margin is negative or not finite.

    Examples
    --------
    >>> from plants import tolerance
    >>> tolerance(70.0, 65.0, 90.0, margin=10.0)
    1.0
    >>> round(tolerance(55.0, 65.0, 90.0, margin=10.0), 6)
    0.1
    """
    low = -math.inf if low is None else low
    high = math.inf if high is None else high
    if not low <= high:
        raise InputError("low", low, f"at most high = {high:g}")
    if not 0.0 <= margin < math.inf:
        raise InputError("margin", margin, "a finite number, 0 or more")
    x = np.asarray(value, dtype=float)
    distance = np.maximum(np.maximum(low - x, x - high), 0.0)
    if margin > 0.0:
        # AT_MARGIN ** (relative distance squared) is the Gaussian through (margin, AT_MARGIN).
        result = AT_MARGIN ** np.square(distance / margin)
    else:
        result = np.where(np.isnan(distance), np.nan, (distance == 0.0).astype(float))
    return float(result) if x.ndim == 0 else np.asarray(result)
