"""Measurements are read-only mappings that show nothing beyond their tier."""

import math
import pickle

import pytest

from plants import InputError, Measurement


@pytest.fixture
def measurement():
    return Measurement(2, "icu", {"map": 66, "pcwp": math.nan})


def test_reads_like_a_mapping(measurement):
    assert measurement["map"] == 66.0
    assert math.isnan(measurement["pcwp"])
    assert list(measurement) == ["map", "pcwp"]
    assert len(measurement) == 2
    assert "map" in measurement
    assert "lvedp" not in measurement
    assert measurement.get("lvedp") is None
    assert measurement.names == ("map", "pcwp")
    assert measurement.missing == ("pcwp",)
    assert (measurement.time, measurement.tier) == (2.0, "icu")
    assert dict(measurement)["map"] == 66.0
    assert "map=66" in repr(measurement)


def test_signal_outside_the_tier_names_the_tiers_signals(measurement):
    with pytest.raises(KeyError) as caught:
        measurement["lvedp"]
    assert isinstance(caught.value, InputError)
    message = str(caught.value)
    assert (
        message
        == "signal = 'lvedp' is not allowed; allowed: one of map, pcwp, which tier icu shows"
    )
    assert str(pickle.loads(pickle.dumps(caught.value))) == message


def test_is_read_only(measurement):
    with pytest.raises(AttributeError):
        measurement._time = 3.0
    with pytest.raises(AttributeError):
        del measurement._time
    with pytest.raises(TypeError):
        measurement["map"] = 3.0


def test_later_changes_of_the_given_values_do_not_reach_it():
    values = {"map": 66.0}
    measurement = Measurement(0.0, "icu", values)
    values["map"] = 0.0
    assert measurement["map"] == 66.0


def test_survives_pickling(measurement):
    copy = pickle.loads(pickle.dumps(measurement))
    assert (copy.time, copy.tier, copy.names) == (2.0, "icu", measurement.names)
    assert copy["map"] == 66.0


def test_time_must_be_finite():
    with pytest.raises(InputError, match="time"):
        Measurement(math.nan, "icu", {})
