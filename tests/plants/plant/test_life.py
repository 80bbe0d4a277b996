"""Metrics with which no patient lives: a label that every outcome carries."""

import numpy as np
import pytest

from plants import SIGNALS, InputError, Patient, Plant, steady_state
from plants.plant import (
    LifeRange,
    LifeWatch,
    beyond_life,
    beyond_life_text,
    range_of_life,
    within_life,
)


def overloaded(patient="rv-failure"):
    """A failing right ventricle overfilled with blood: the plant settles, and nobody lives so."""
    profile = Patient.load(patient)
    volume = 2.2 * profile["blood_volume"]
    return profile.replace("overloaded", source="test", tag="X", blood_volume=volume)


@pytest.mark.parametrize("name", range_of_life())
def test_the_range_of_life_is_within_the_declared_one(name):
    life, declared = range_of_life()[name], SIGNALS[name]
    assert declared.low <= life.low < life.high <= declared.high
    assert (life.signal, life.unit, life.tag) == (name, declared.unit, "X")


@pytest.mark.parametrize("name", range_of_life())
def test_either_end_is_life_and_what_is_beyond_is_none(name):
    life = range_of_life()[name]
    assert beyond_life({name: life.low}) == beyond_life({name: life.high}) == ()
    (above,) = beyond_life({name: life.high + 1.0})
    (below,) = beyond_life({name: life.low - 1.0})
    assert above == (name, life.high + 1.0, life.high, life.unit)
    assert below == (name, life.low - 1.0, life.low, life.unit)
    assert "above" in str(above)
    assert "below" in str(below)


def test_a_plant_that_settles_where_nobody_lives_says_so():
    steady = steady_state(Plant(overloaded()))
    told = {each.signal: each for each in steady.beyond_life}
    assert told.keys() == {"cvp", "pcwp", "lvedp"}
    assert told["cvp"].value == steady.metrics["cvp"] > 60.0
    assert told["cvp"].limit == range_of_life()["cvp"].high


@pytest.mark.parametrize("patient", ["healthy", "rv-failure", "shock-e"])
def test_the_built_in_patients_live(patient):
    assert steady_state(Plant(patient)).beyond_life == ()


def test_a_course_tells_its_worst_beat():
    watch = LifeWatch()
    for central, arterial in ((8.0, 70.0), (61.0, 8.0), (92.0, 4.0), (55.0, 9.0)):
        watch.look({"cvp": central, "map": arterial})
    assert {each.signal: each.value for each in watch.beyond} == {"cvp": 92.0, "map": 4.0}
    assert beyond_life_text(watch.beyond) == "map 4 mmHg, below 10; cvp 92 mmHg, above 50"


def test_many_patients_are_told_apart_as_each_alone():
    metrics = {
        "map": np.array([70.0, 5.0, 70.0, np.nan, 250.0]),
        "cvp": np.array([8.0, 8.0, 92.0, np.nan, 8.0]),
    }
    alone = [
        beyond_life({name: float(values[k]) for name, values in metrics.items()}) for k in range(5)
    ]
    assert within_life(metrics).tolist() == [not beyond for beyond in alone]
    assert within_life(metrics).tolist() == [True, False, False, True, False]


@pytest.mark.parametrize(("field", "value"), [("high", 900.0), ("low", 60.0), ("unit", "kPa")])
def test_nonsense_is_refused(field, value):
    with pytest.raises(InputError, match="is not allowed"):
        LifeRange(**(range_of_life()["cvp"].model_dump() | {field: value}))


def test_only_metrics_of_a_beat_have_one():
    with pytest.raises(InputError, match="lactate"):
        LifeRange("lactate", "mmol/L", 0.0, 30.0, "a guess", "X")
