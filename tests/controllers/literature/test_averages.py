"""Means of beats."""

from __future__ import annotations

import math

from controllers.literature import Quantities
from controllers.literature.averages import MovingMean, mean_beat


def test_a_cleared_mean_begins_anew():
    mean = MovingMean(3)
    mean.add(90.0)
    mean.clear()
    assert mean.add(30.0) == 30.0


def test_the_mean_of_beats_leaves_out_what_is_unknown():
    beats = [Quantities(flow=3.0), Quantities(flow=math.nan, lvedp=12.0), Quantities(flow=5.0)]
    mean = mean_beat(beats)
    assert (mean.flow, mean.lvedp) == (4.0, 12.0)
    assert math.isnan(mean.head)
