"""Pulsatility-ratio control: fuzzy rules on the pulsatility of the flow over that of the head."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from controllers.literature.beat_quantities import Quantities
from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.operating_points import speed_limits
from controllers.protocol import Briefing
from plants.quantities import SECONDS_PER_MINUTE, parameter_table

#: Peaks of the five sets (LN, N, Z, P, LP), as shares of the range of an input.
_PEAKS = np.linspace(-1.0, 1.0, 5)
#: Set of the output by the sets of the error (rows) and of its difference (columns).
_RULES = np.array(
    [[-2, -2, -1, -1, 0], [-2, -1, -1, 0, 1], [-1, -1, 0, 1, 1], [-1, 0, 1, 1, 2], [0, 1, 1, 2, 2]]
)
_ML_PER_S = 1000.0 / SECONDS_PER_MINUTE  # in 1 L/min
_TUNED = (
    ("error_range", "mL/(s.mmHg)", "error with the outermost set alone", 0.001, 10),
    ("difference_range", "mL/(s.mmHg)", "the same of its difference", 0.001, 10),
    ("step", "1", "largest change in a beat, share of the range of the speed", 0, 0.2),
)


class PulsatilityRatio(LiteratureController):
    """Holds the pulsatility of the flow over that of the head.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    With ``PR = (Q_max - Q_min) / (H_max - H_min)`` in mL/s per mmHg: ``e = PR - PR_ref`` and its
    difference ``de`` from one time to the next are each weighed in five triangular sets. A rule
    for each pair of sets names that of the change of speed, and the change is the mean of the
    centres of these, weighed by the product of the two. A ratio above the reference gives more
    speed. Published [1]_: ratio, sets, the table of rules, the ranges of ``e`` (0.3, for a variant
    that adapts) and ``de`` (1), and ``PR_ref`` of 0.51. Ours: the product, the width of the output
    (not printed), and extremes of a beat in place of filtered waveforms, wherefore ``PR_ref`` is
    that of the hand-over; ``pulsatility-ratio:published`` has 0.51.

    Nothing is integrated besides the speed itself, so that nothing winds up at a limit.

    Tier: all; below ``full`` flow and head follow from the motor current, so that the ratio is
    hardly more than the slope of the pump's own law at the flow of the beat. Known weakness: a
    ventricle without pulse leaves the ratio unknown, and the speed is held.

    References
    ----------
    .. [1] Choi and co-workers, fuzzy control of the pulsatility ratio, as given by Azizkhani and
       Chen (2022) (titles not seen).

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("pulsatility-ratio:published").settings["reference"]
    0.51
    """

    NAME = "pulsatility-ratio"
    SUMMARY = "flow pulsatility over head pulsatility, by fuzzy rules (Choi, Azizkhani 2022)"
    PARAMETERS = parameter_table(*_TUNED)
    PUBLISHED_PARAMETERS = parameter_table(
        ("reference", "mL/(s.mmHg)", "ratio that is wanted", 0, 10), *_TUNED
    )
    NEEDS = ("flow_max", "flow_min", "head_pulsatility")

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        low, high = speed_limits(briefing.pump)
        return _Law(self.settings, high - low)


class _Law(SpeedLaw):
    def __init__(self, settings: Mapping[str, float], span: float):
        self._settings = settings
        self._largest = settings["step"] * span
        self._reference = settings.get("reference", math.nan)
        self._error = math.nan

    def restart(self, speed: float) -> None:
        self._error = math.nan

    def hand_over(self, settled: Quantities, speed: float) -> None:
        if "reference" not in self._settings:
            self._reference = _ratio(settled)

    def next_speed(self, now: Moment) -> float:
        error = _ratio(now.beat) - self._reference
        if not math.isfinite(error):
            return math.nan
        difference = error - self._error if math.isfinite(self._error) else 0.0
        self._error = error
        rows = _memberships(error / self._settings["error_range"])
        columns = _memberships(difference / self._settings["difference_range"])
        # The memberships of an input add up to one, and so do the products.
        change = float(rows @ (_RULES / 2.0) @ columns) * self._largest
        return min(max(now.speed + change, now.low), now.high)


def _ratio(beat: Quantities) -> float:
    if not beat.head_pulsatility > 0:
        return math.nan
    return _ML_PER_S * (beat.flow_max - beat.flow_min) / beat.head_pulsatility


def _memberships(share: float) -> np.ndarray:
    """Memberships (5) in triangular sets; beyond the range the outermost alone."""
    width = _PEAKS[1] - _PEAKS[0]
    return np.maximum(0.0, 1.0 - np.abs(np.clip(share, -1.0, 1.0) - _PEAKS) / width)
