"""What a reading may be in a living patient."""

import math

import pytest

from plants import SIGNALS, InputError
from plants.quantities import DATA, Plausibility, load_toml, plausibility
from plants.sensors import tier_table

LISTED = sorted(load_toml(DATA / "plausibility.toml")[0])


@pytest.mark.parametrize("name", LISTED)
def test_ranges_of_life_lie_within_the_declared_ones(name):
    life, declared = plausibility(name), SIGNALS[name]
    assert declared.low <= life.low < life.high <= declared.high
    assert 0 < life.change <= life.high - life.low
    assert life.tag == "X"


def test_every_pressure_and_flow_at_the_bedside_has_one():
    shown = {s.signal for s in tier_table("icu") if SIGNALS[s.signal].unit in ("mmHg", "L/min")}
    assert shown == {name for name in LISTED if name != "heart_rate"}


def test_a_signal_without_one_may_be_anything_declared():
    life = plausibility("lvedv")
    assert (life.low, life.high, life.change) == (0.0, 800.0, math.inf)
    assert life.believes(800.0)
    assert not life.believes(801.0)


@pytest.mark.parametrize(("value", "believed"), [(20.0, True), (19.9, False), (250.1, False)])
def test_bounds_are_believed(value, believed):
    assert plausibility("heart_rate").believes(value) is believed


@pytest.mark.parametrize(
    ("field", "value"), [("high", 900.0), ("low", 300.0), ("change", 0.0), ("unit", "kPa")]
)
def test_nonsense_is_refused(field, value):
    row = plausibility("map").model_dump() | {field: value}
    with pytest.raises(InputError, match="is not allowed"):
        Plausibility(**row)


def test_an_unknown_signal_is_refused():
    with pytest.raises(InputError, match="mpa"):
        plausibility("mpa")
