"""Sample-and-hold: bounds, gaps, order and refusals."""

import math

import numpy as np
import pytest

from plants import SIGNALS, InputError, SampleAndHold


def test_bounds_are_those_of_the_signals_and_values_at_them_are_inside():
    held = SampleAndHold(SIGNALS)
    assert held.signals == tuple(SIGNALS)
    np.testing.assert_array_equal(held.low, np.float32([x.low for x in SIGNALS.values()]))
    np.testing.assert_array_equal(held.high, np.float32([x.high for x in SIGNALS.values()]))
    assert np.all(held.update({name: x.low for name, x in SIGNALS.items()}) >= held.low)
    assert np.all(held.update({name: x.high for name, x in SIGNALS.items()}) <= held.high)


@pytest.mark.parametrize("gap", [math.nan, math.inf, -math.inf])
def test_a_gap_keeps_the_last_value(gap):
    held = SampleAndHold(["map", "pcwp"])
    held.update({"map": 66.0, "pcwp": 20.0})
    assert held.update({"map": 67.0, "pcwp": gap}).tolist() == [67.0, 20.0]


def test_a_signal_never_seen_is_zero_or_the_nearest_bound():
    held = SampleAndHold(["map", "heart_rate"])
    seen = held.update({"map": math.nan, "heart_rate": math.nan})
    assert seen.tolist() == [0.0, SIGNALS["heart_rate"].low]
    assert held.missing == ("map", "heart_rate")
    held.update({"map": 60.0, "heart_rate": math.nan})
    assert held.missing == ("heart_rate",)


def test_values_are_clipped_but_held_as_they_were_seen():
    held = SampleAndHold(["map"])
    assert held.update({"map": 1e9}).tolist() == [SIGNALS["map"].high]
    assert held.update({"map": math.nan}).tolist() == [SIGNALS["map"].high]


def test_every_vector_is_new():
    held = SampleAndHold(["map"])
    first = held.update({"map": 60.0})
    first[0] = -1.0
    assert held.update({"map": math.nan}).tolist() == [60.0]
    assert first.dtype == np.float32


def test_reset_forgets():
    held = SampleAndHold(["map"])
    held.update({"map": 60.0})
    held.reset()
    assert held.missing == ("map",)


@pytest.mark.parametrize("names", [[], ["map", "map"], ["nonsense"]])
def test_refused_names(names):
    with pytest.raises(InputError):
        SampleAndHold(names)


def test_a_measurement_without_a_signal_is_refused():
    with pytest.raises(InputError, match="pcwp"):
        SampleAndHold(["map", "pcwp"]).update({"map": 60.0})
