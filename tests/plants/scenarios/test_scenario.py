"""Scenarios: presets with their published amounts, combination of events, files and refusals."""

import itertools
import math
import pickle
import tomllib

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from plants import DISTURBANCES, Event, InputError, Pump, Scenario, disturbance_vector
from plants.quantities import DATA

from ..conftest import check_bad_file

_LATE = 1e4  # s; every preset is in full effect, or over, by then

_FULL_EFFECT = {
    "none": {},
    "preload-drop": {},
    "preload-rise": {},
    "afterload-up": {"systemic_resistance": 2600 / 1300},
    "afterload-down": {"systemic_resistance": 600 / 1300},
    "contractility-loss": {"lv_contractility": 0.5},
    "contractility-loss-total": {"lv_contractility": 0.05, "rv_contractility": 0.05},
    "hemorrhage": {},
    "hemorrhage-severe": {},
    "exercise": {
        "heart_rate": 80 / 60,
        "pulmonary_resistance": 40 / 100,
        "systemic_resistance": 670 / 1300,
    },
    "coronary-balloon": {},
    "pulmonary-resistance-up": {"pulmonary_resistance": 500 / 100},
    "pulmonary-resistance-down": {"pulmonary_resistance": 40 / 100},
    "extremes-a": {"pulmonary_resistance": 8.0, "systemic_resistance": 0.5},
    "extremes-b": {"pulmonary_resistance": 1 / 3, "systemic_resistance": 1.3},
    "valsalva": {},
    "too-deep": {},
    "too-shallow": {},
    "outlet-in-valve": {},
    "wall-contact": {},
    "mitral-contact": {},
}
# What passes: the amounts while it lasts, and how long that is (s).
_WHILE = {
    "valsalva": ({"intrathoracic_pressure": 40.0, "abdominal_pressure": 40.0}, 15.0),
    "too-deep": ({"inlet_depth": 40.0}, 20.0),
    "too-shallow": ({"inlet_depth": -60.0}, 20.0),
    "outlet-in-valve": ({"inlet_depth": 20.0}, 20.0),
    "wall-contact": ({"wall_contact": 1.0}, 20.0),
    "mitral-contact": ({"mitral_contact": 1.0}, 20.0),
}
_VOLUMES = {
    "preload-drop": -300.0,
    "preload-rise": 500.0,
    "exercise": 500.0,
    "hemorrhage": -500.0,
    "hemorrhage-severe": -700.0,
}


# Several disturbances one after the other, all of which pass: what acts at a time (s).
_SEVERAL = {
    "composite": {
        45.0: {"pulmonary_resistance": 5.0, "rv_contractility": 0.4},
        115.0: {"lv_contractility": 0.5},
        185.0: {"systemic_resistance": 0.6},
    },
    "day": {
        50.0: {"systemic_resistance": 1.5},
        120.0: {"lv_contractility": 0.5},
        190.0: {"lv_contractility": 2.0, "pulmonary_resistance": 5.0},
    },
    "act": {
        110.0: {"intrathoracic_pressure": 40.0, "abdominal_pressure": 40.0},
        150.0: {"systemic_resistance": 1.8},
        210.0: {"pulmonary_resistance": 4.0},
    },
}
_BLOOD = {
    "composite": {80.0: 0.0, 115.0: 300.0, 240.0: 0.0},
    "day": {50.0: -700.0, 120.0: 300.0, 190.0: -700.0},
    "act": {50.0: 500.0, 240.0: 0.0},
}


def test_presets_are_the_known_ones():
    assert set(Scenario.names()) == set(_FULL_EFFECT) | set(_SEVERAL)


@pytest.mark.parametrize("name", sorted(_SEVERAL))
def test_several_disturbances_come_and_go(name):
    scenario = Scenario.load(name)
    neutral = Scenario.load("none").at(0.0)
    assert scenario.mean(0.0, 20.0) == neutral
    for time, amounts in _SEVERAL[name].items():
        acting = scenario.at(time)
        assert {key: acting[key] for key in amounts} == pytest.approx(amounts, rel=0.02)
    for time, volume in _BLOOD[name].items():
        assert scenario.mean(0.0, time)["infusion"] * time == pytest.approx(volume, abs=1e-6)
    for time in np.linspace(0.0, 240.0, 481):
        disturbance_vector(scenario.mean(time, time + 0.05))
    assert scenario.at(400.0) == pytest.approx(neutral, abs=1e-5)
    for event in scenario.events:
        assert "guess" in event.source
        assert event.tag in ("S", "D", "X")


@pytest.mark.parametrize("name", sorted(_FULL_EFFECT))
def test_preset_has_its_published_amounts(name):
    scenario = Scenario.load(name)
    assert scenario.name == name
    assert scenario.description
    expected = {d.name: d.neutral for d in DISTURBANCES.values()} | _FULL_EFFECT[name]
    assert scenario.at(_LATE) == pytest.approx(expected, abs=1e-6)
    given_mL = scenario.mean(0.0, _LATE)["infusion"] * _LATE
    assert given_mL == pytest.approx(_VOLUMES.get(name, 0.0))


@pytest.mark.parametrize("name", sorted(_FULL_EFFECT))
def test_preset_begins_undisturbed_and_stays_acceptable(name):
    scenario = Scenario.load(name)
    assert scenario.mean(0.0, 20.0) == Scenario.load("none").at(0.0)
    for t in np.linspace(0.0, 200.0, 401):
        disturbance_vector(scenario.mean(t, t + 0.05))
        disturbance_vector(scenario.at(t))


@pytest.mark.parametrize("name", sorted(_FULL_EFFECT))
def test_every_number_of_a_preset_has_a_source_and_a_guess_says_so(name):
    for event in Scenario.load(name).events:
        assert len(event.source) > 10
        assert "guess" in event.source  # the onset is one everywhere
        assert event.tag in ("S", "D", "X")


@pytest.mark.parametrize("name", sorted(_WHILE))
def test_a_passing_event_lasts_its_time(name):
    amounts, seconds = _WHILE[name]
    neutral = Scenario.load("none").at(0.0)
    scenario = Scenario.load(name)
    assert scenario.at(20.0) == scenario.at(20.0 + seconds - 0.1) == neutral | amounts
    assert scenario.at(20.0 + seconds) == neutral


@pytest.mark.parametrize("device", [name for name in Pump.names() if name != "RP"])
def test_positions_reach_what_they_are_named_for_on_every_left_pump(device):
    pump = Pump.load(device)
    # Far beyond the place at which the outlet, or the inlet, has left its chamber.
    far = 3 * pump["position_width"]
    assert Scenario.load("too-deep").at(25.0)["inlet_depth"] > pump["position_deep"] + far
    assert -Scenario.load("too-shallow").at(25.0)["inlet_depth"] > pump["position_shallow"] + far
    in_valve = Scenario.load("outlet-in-valve").at(25.0)["inlet_depth"]
    assert abs(in_valve - pump["position_deep"]) < 2 * pump["position_width"]


def test_balloon_lasts_a_minute_and_recovers():
    at = Scenario.load("coronary-balloon").at
    assert [at(t)["lv_contractility"] for t in (19.9, 20.0, 79.9)] == [1.0, 0.5, 0.5]
    assert at(110.0)["lv_contractility"] == pytest.approx(1.0 - 0.5 * math.exp(-1.0))


def test_pulse_of_intrathoracic_pressure_is_over_after_its_duration():
    strain = Event("intrathoracic_pressure", 40.0, "pulse", 20.0, duration=15.0)
    at = Scenario("strain", "", (strain,)).at
    pressures = [at(t)["intrathoracic_pressure"] for t in (19.9, 20.0, 34.9, 35.0)]
    assert pressures == [0.0, 40.0, 40.0, 0.0]


def test_events_on_a_factor_multiply_and_others_add():
    scenario = Scenario(
        "both",
        "",
        (
            Event("systemic_resistance", 2.0, "step", 10.0),
            Event("systemic_resistance", 3.0, "step", 20.0),
            Event("intrathoracic_pressure", 5.0, "step", 10.0),
            Event("intrathoracic_pressure", -8.0, "step", 20.0),
            Event("volume", 100.0, "ramp", 0.0, duration=10.0),
            Event("infusion", 1.0, "step", 0.0),
        ),
    )
    assert scenario.at(30.0)["systemic_resistance"] == 6.0
    assert scenario.mean(0.0, 30.0)["systemic_resistance"] == pytest.approx((1 + 2 + 6) / 3)
    assert scenario.at(30.0)["intrathoracic_pressure"] == -3.0
    assert scenario.mean(0.0, 20.0)["infusion"] == pytest.approx((110.0 + 10.0) / 20.0)


def test_mean_of_a_product_is_not_the_product_of_means():
    ramp = Event("systemic_resistance", 3.0, "ramp", 0.0, duration=10.0)
    scenario = Scenario("two", "", (ramp, ramp))
    exact = sum((1 + 2 * (i + 0.5) / 1e5) ** 2 for i in range(100_000)) / 1e5
    assert scenario.mean(0.0, 10.0)["systemic_resistance"] == pytest.approx(exact, rel=1e-9)


@settings(max_examples=50, deadline=None)
@given(
    st.floats(-1000.0, 1000.0),
    st.sampled_from(["ramp", "first_order"]),
    st.floats(10.0, 100.0),
    st.lists(st.floats(0.0, 300.0), min_size=2, max_size=20),
)
def test_volume_given_does_not_depend_on_how_time_is_cut(amount, shape, span, cuts):
    key = "duration" if shape == "ramp" else "time_constant"
    event = Event("volume", amount, shape, 20.0, **{key: span})
    cuts = sorted(cuts)
    parts = sum(event.mean(a, b) * (b - a) for a, b in itertools.pairwise(cuts))
    whole = event.mean(cuts[0], cuts[-1]) * (cuts[-1] - cuts[0])
    assert parts == pytest.approx(whole, abs=1e-8)


def test_mean_over_no_time_is_the_value():
    event = Event("heart_rate", 2.0, "ramp", 0.0, duration=10.0)
    assert event.mean(5.0, 5.0) == event.at(5.0) == 1.5
    assert Scenario("one", "", (event,)).mean(5.0, 5.0)["heart_rate"] == 1.5


@pytest.mark.parametrize(("t0", "t1"), [(1.0, 0.0), (math.nan, 1.0), (0.0, math.inf)])
def test_mean_over_a_nonsense_interval_is_refused(t0, t1):
    with pytest.raises(InputError):
        Scenario.load("exercise").mean(t0, t1)
    with pytest.raises(InputError):
        Scenario.load("exercise").events[0].mean(t0, t1)


def test_amount_at_the_edge_of_the_range_stays_acceptable():
    edges = tuple(Event("heart_rate", 0.2**0.5, "first_order", 0.0, None, 3.0) for _ in range(2))
    scenario = Scenario("edge", "", edges)
    for t in np.linspace(100.0, 2000.0, 50):
        disturbance_vector(scenario.mean(t, t + 0.7))


def test_events_that_leave_the_range_together_are_refused():
    twice = (Event("heart_rate", 3.0, "step", 5.0), Event("heart_rate", 3.0, "step", 50.0))
    with pytest.raises(InputError, match=r"events\[0\] and events\[1\] together, heart_rate"):
        Scenario("too much", "", twice)
    apart = (
        Event("heart_rate", 3.0, "pulse", 5.0, 10.0),
        Event("heart_rate", 3.0, "pulse", 50.0, 10.0),
    )
    Scenario("one after the other", "", apart)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (("preload", 1.0, "step", 0.0), "disturbance"),
        (("heart_rate", 9.0, "step", 0.0), "amount"),
        (("heart_rate", math.nan, "step", 0.0), "amount"),
        (("heart_rate", 2.0, "sudden", 0.0), "shape"),
        (("heart_rate", 2.0, "step", -1.0), "onset"),
        (("heart_rate", 2.0, "step", 0.0, 5.0), "duration"),
        (("heart_rate", 2.0, "ramp", 0.0), "duration"),
        (("heart_rate", 2.0, "ramp", 0.0, 0.0), "duration"),
        (("heart_rate", 2.0, "ramp", 0.0, 5.0, 5.0), "time_constant"),
        (("heart_rate", 2.0, "first_order", 0.0), "time_constant"),
        (("heart_rate", 2.0, "pulse", 0.0), "duration"),
        (("volume", -500.0, "step", 0.0), "shape"),
        (("volume", -500.0, "pulse", 0.0, 5.0), "shape"),
        (("volume", -500.0, "ramp", 0.0, 1.0), "duration"),
        (("volume", -500.0, "first_order", 0.0, None, 1.0), "time_constant"),
        (("heart_rate", 2.0, "step", 0.0, None, None, ""), "source"),
        (("heart_rate", 2.0, "step", 0.0, None, None, "mine", "Q"), "tag"),
    ],
)
def test_bad_event_names_its_key(arguments, key):
    with pytest.raises(InputError) as caught:
        Event(*arguments)
    assert caught.value.field == key
    assert caught.value.allowed


def test_scenario_survives_pickling():
    scenario = Scenario.load("exercise")
    scenario.mean(0.0, 30.0)
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy == scenario
    assert copy.mean(0.0, 30.0) == scenario.mean(0.0, 30.0)


def test_scenario_is_frozen():
    with pytest.raises(AttributeError):
        Scenario.load("none").name = "other"  # type: ignore[misc]


_FILE = """
name = "mine"
description = "two things at once"

[[events]]
disturbance = "volume"
amount = -250
unit = "mL"
shape = "ramp"
onset = 10
duration = 20.0
source = "a guess"
tag = "X"

[[events]]
disturbance = "heart_rate"
amount = 1.5
unit = "1"
shape = "step"
onset = 10.0
source = "a guess"
tag = "X"
"""


def test_file_works_like_a_preset(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(_FILE)
    for given_as in (path, str(path)):
        scenario = Scenario.load(given_as)
        assert scenario.name == "mine"
        assert scenario.mean(0.0, 40.0)["infusion"] == pytest.approx(-250 / 40)
        assert scenario.at(11.0)["heart_rate"] == 1.5


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("amount = 1.5", "amount = 15.0", "events[1].amount = 15.0"),
        ("amount = 1.5", 'amount = "much"', "events[1].amount = 'much'"),
        ('unit = "mL"', 'unit = "L"', "events[0].unit = 'L'"),
        ('shape = "step"', 'shape = "stepp"', "events[1].shape = 'stepp'"),
        ('disturbance = "volume"', 'disturbance = "vol"', "events[0].disturbance = 'vol'"),
        ("duration = 20.0", "lasting = 20.0", "events[0].lasting"),
        ("duration = 20.0", "", "events[0].duration"),
        ("onset = 10.0", "", "events[1].onset"),
        ('tag = "X"', 'tag = "maybe"', "events[0].tag = 'maybe'"),
        ('name = "mine"', "", "name"),
        ('name = "mine"', "name = 3", "name = 3"),
        ('description = "two things at once"', "description = 3", "description = 3"),
        ("[[events]]", "[events]", "toml"),
        ("amount = 1.5", "amount = ", "toml"),
        ('disturbance = "volume"', "disturbance = []", "events[0].disturbance = []"),
    ],
)
def test_bad_file_names_file_event_key_and_value(tmp_path, old, new, where):
    check_bad_file(Scenario.load, tmp_path / "mine.toml", _FILE.replace(old, new, 1), where)


def test_events_that_are_no_list_are_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nevents = 3\n')
    with pytest.raises(InputError, match="events = 3"):
        Scenario.load(path)


def test_unknown_preset_lists_the_known_ones():
    with pytest.raises(InputError, match=r"hemorrage.*afterload-up.*hemorrhage.*none"):
        Scenario.load("hemorrage")


def test_preset_files_have_no_numbers_beyond_those_read():
    for path in (DATA / "scenarios").glob("*.toml"):
        assert tomllib.loads(path.read_text())["name"] == path.stem
