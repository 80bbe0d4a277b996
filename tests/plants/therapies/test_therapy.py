"""Therapies: rewards, costs, limits, CasADi expressions, files and refusals."""

import math
import pickle

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, strategies as st

from plants import (
    Death,
    Goal,
    InputError,
    Limit,
    Patient,
    Plant,
    Pump,
    Therapy,
    hinge,
    individual_therapy,
    steady_state,
)
from plants.quantities import DATA

from ..conftest import check_bad_file

_GOOD = {
    "map": 75.0,
    "cardiac_power_output": 0.8,
    "pcwp": 12.0,
    "lvedp": 10.0,
    "pressure_volume_area": 4000.0,
    "suction_margin": 5.0,
    "suction": 0.0,
    "hemolysis_rate": 0.9,
    "pump_flow": 3.0,
}
_BAD = _GOOD | {"map": 50.0, "pcwp": 30.0, "suction_margin": -2.0}


@pytest.fixture(scope="module")
def therapy():
    return Therapy.default().individual({"pressure_volume_area": 8000.0})


def _goal(**changes):
    return Goal(
        **({"signal": "map", "low": 65.0, "high": 90.0, "weight": 4.0, "scale": 10.0} | changes)
    )


def test_default_has_the_agreed_goals(therapy):
    ranges = {goal.signal: (goal.low, goal.high) for goal in therapy.goals}
    assert ranges == {
        "map": (65.0, 90.0),
        "cardiac_power_output": (0.6, None),
        "pcwp": (None, 18.0),
        "lvedp": (3.0, 18.0),
        "pressure_volume_area": (None, 6000.0),
        "suction_margin": (2.0, None),
        "suction": (None, 0.01),
        "hemolysis_rate": (None, 1.0),
    }
    assert therapy.signals == tuple(ranges)
    assert therapy.fallback_level == "P-6"
    assert (therapy.death.signal, therapy.death.low, therapy.death.seconds) == ("map", 30.0, 10.0)


def test_every_number_of_the_default_has_a_source_and_a_guess_says_so():
    therapy = Therapy.default()
    parts = [*therapy.goals, *therapy.limits, therapy.death, therapy]
    for part in parts:
        for name, entry in part.entries:
            assert getattr(part, name) == entry.value
            assert entry.source
            assert entry.tag in ("S", "D", "X")
            assert ("guess" in entry.source) == (entry.tag == "X")
    given_numbers = sum(
        value is not None
        for part in (*therapy.goals, *therapy.limits)
        for value in (part.low, part.high, getattr(part, "high_share", None))
    )
    stated = sum(name in ("low", "high", "high_share") for p in parts[:-2] for name, _ in p.entries)
    assert stated == given_numbers


def test_good_patient_costs_nothing_and_earns_every_weight(therapy):
    assert set(therapy.costs(_GOOD, 0.0).values()) == {0.0}
    assert therapy.cost(_GOOD) == 0.0
    earned = therapy.goal_rewards(_GOOD, 0.0)
    assert earned == {goal.signal: goal.weight for goal in therapy.goals} | {"effort": 0.0}
    assert all(therapy.in_range(_GOOD).values())
    assert all(therapy.within_limits(_GOOD).values())


def test_bad_patient_is_seen_by_every_reader(therapy):
    assert sum(therapy.goal_rewards(_BAD, 0.0).values()) < sum(
        goal.weight for goal in therapy.goals
    )
    assert therapy.cost(_BAD) > 0.0
    out = {"map", "pcwp", "suction_margin"}
    assert {name for name, inside in therapy.in_range(_BAD).items() if not inside} == out
    assert {name for name, cost in therapy.costs(_BAD, 0.0).items() if cost > 0} == out
    assert therapy.within_limits(_BAD)["suction_margin"] is False
    assert therapy.within_limits(_BAD)["pump_flow"] is True


def test_a_change_of_speed_costs_alike_up_and_down(therapy):
    up, down = (therapy.costs(_GOOD, change)["effort"] for change in (4000.0, -4000.0))
    assert up == down == pytest.approx(therapy.effort_weight * 16.0)
    assert therapy.goal_rewards(_GOOD, 4000.0)["effort"] == -up


def test_a_tenth_of_the_weight_is_left_at_the_scale():
    assert _goal().reward(55.0) == pytest.approx(0.4)


def test_squares_of_the_residuals_sum_to_the_cost(therapy):
    residuals = therapy.residuals(_BAD)
    assert tuple(residuals) == therapy.signals
    assert sum(r**2 for r in residuals.values()) == pytest.approx(therapy.cost(_BAD))
    distances = {
        g.signal: max(
            (-math.inf if g.low is None else g.low) - _BAD[g.signal],
            _BAD[g.signal] - (math.inf if g.high is None else g.high),
            0.0,
        )
        for g in therapy.goals
    }
    by_hand = sum(
        g.weight * 2.0 * (math.hypot(1.0, distances[g.signal] / g.scale) - 1.0)
        for g in therapy.goals
    )
    assert therapy.cost(_BAD) == pytest.approx(by_hand)
    assert sum(therapy.costs(_BAD, 0.0).values()) == pytest.approx(by_hand)


@given(st.floats(1e-6, 1e3), st.floats(1.01, 100.0))
def test_every_step_away_from_a_goal_costs_more(distance, further):
    goal = _goal()
    near, far = (
        goal.cost(goal.low - scales * goal.scale) for scales in (distance, further * distance)
    )
    assert 0.0 < near < far


def test_near_a_goal_the_cost_is_a_square_and_far_from_it_a_line():
    goal = _goal(weight=1.0, scale=1.0)
    assert goal.cost(65.0 - 1e-3) == pytest.approx(1e-6, rel=1e-5)
    assert goal.cost(65.0 - 101.0) - goal.cost(65.0 - 100.0) == pytest.approx(2.0, rel=1e-3)


@pytest.mark.parametrize("value", [-20.0, 40.0, 64.9, 70.0, 95.0, 250.0])
def test_the_slope_of_a_residual_is_that_of_differences(value):
    goal, step = _goal(), 1e-4
    difference = (goal.residual(value + step) - goal.residual(value - step)) / (2.0 * step)
    assert float(goal.residual_slope(value)) == pytest.approx(difference, abs=1e-7)


def test_a_share_is_of_what_the_patient_has_without_a_pump():
    default = Therapy.default()
    assert not default.is_individual
    with pytest.raises(InputError, match=r"pressure_volume_area.*Therapy.individual"):
        default.cost(_GOOD)
    small, large = (default.individual({"pressure_volume_area": x}) for x in (4000.0, 8000.0))
    assert small.is_individual
    assert small.cost(_GOOD) > large.cost(_GOOD) == 0.0
    with pytest.raises(InputError, match="pressure_volume_area"):
        default.individual({"map": 70.0})
    with pytest.raises(InputError, match=r"high_share.*no low or high"):
        _goal(high_share=0.5)


def test_a_therapy_in_a_patients_own_numbers():
    therapy, patient = Therapy.default(), Patient.load("shock-d")
    own = individual_therapy(therapy, patient)
    alone = steady_state(Plant(patient)).metrics["pressure_volume_area"]
    high = next(goal.high for goal in own.goals if goal.signal == "pressure_volume_area")
    assert high == pytest.approx(0.75 * alone)
    assert individual_therapy(own, Patient.load("healthy")) is own


@given(st.floats(-400.0, 400.0))
def test_hinge_is_the_distance_from_the_range(value):
    assert hinge(_goal(), value) == pytest.approx(max(65.0 - value, value - 90.0, 0.0), abs=1e-12)


@pytest.mark.parametrize("symbol", [ca.SX, ca.MX])
def test_cost_of_expressions_is_the_cost_of_numbers(therapy, symbol):
    symbols = {name: symbol.sym(name) for name in therapy.signals}
    function = ca.Function(
        "cost",
        list(symbols.values()),
        [therapy.cost(symbols), ca.vertcat(*therapy.residuals(symbols).values())],
    )
    for metrics in (_GOOD, _BAD):
        cost, residuals = function(*(metrics[name] for name in symbols))
        assert float(cost) == pytest.approx(therapy.cost(metrics))
        assert np.allclose(residuals.full().ravel(), list(therapy.residuals(metrics).values()))


def test_gradient_of_the_cost_is_finite_everywhere(therapy):
    x = ca.SX.sym("map")
    goal = _goal()
    gradient = ca.Function("g", [x], [ca.gradient(goal.residual(x) ** 2, x)])
    points = (-50.0, 60.0, 65.0, 70.0, 90.0, 95.0, 300.0)
    values = [float(gradient(point)) for point in points]
    assert all(math.isfinite(value) for value in values)
    assert values[2] == values[3] == values[4] == 0.0
    assert values[1] < 0.0 < values[5]


def test_batches_give_what_single_patients_give(therapy):
    batch = {name: np.array([_GOOD[name], _BAD[name]]) for name in _GOOD}
    change = np.array([0.0, 1000.0])
    for read in (therapy.costs, therapy.goal_rewards):
        together, good, bad = read(batch, change), read(_GOOD, 0.0), read(_BAD, 1000.0)
        for name, values in together.items():
            assert values == pytest.approx([good[name], bad[name]])
    assert therapy.cost(batch) == pytest.approx([therapy.cost(_GOOD), therapy.cost(_BAD)])
    assert therapy.in_range(batch)["map"].tolist() == [True, False]
    assert therapy.within_limits(batch)["suction_margin"].tolist() == [True, False]
    assert therapy.death.threatens({"map": np.array([29.0, 31.0])}).tolist() == [True, False]


def test_death_threatens_below_its_bound_only(therapy):
    assert therapy.death.threatens({"map": 29.9}) is True
    assert therapy.death.threatens({"map": 30.0}) is False


def test_lacking_or_lost_metric_is_named(therapy):
    lacking = {name: value for name, value in _GOOD.items() if name != "pcwp"}
    for call in (
        lambda: therapy.costs(lacking, 0.0),
        lambda: therapy.cost(lacking),
        lambda: therapy.in_range(lacking),
    ):
        with pytest.raises(InputError, match="pcwp"):
            call()
    with pytest.raises(InputError, match=r"map.*finite"):
        therapy.costs(_GOOD | {"map": math.nan}, 0.0)
    assert therapy.in_range(_GOOD | {"map": math.nan})["map"] is False


def test_therapy_is_frozen_hashable_and_survives_pickling(therapy):
    with pytest.raises(ValueError, match="frozen"):
        therapy.effort_weight = 3.0
    copy = pickle.loads(pickle.dumps(therapy))
    assert copy == therapy
    assert hash(copy) == hash(therapy)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"signal": "mean_pressure"}, "signal"),
        ({"low": None, "high": None}, "low"),
        ({"low": 95.0}, "low"),
        ({"high": 1e6}, "high"),
        ({"low": math.nan}, "low"),
        ({"low": "65"}, "low"),
        ({"weight": -1.0}, "weight"),
        ({"weight": math.inf}, "weight"),
        ({"scale": 0.0}, "scale"),
        ({"wieght": 1.0}, "wieght"),
    ],
)
def test_bad_goal_names_its_field(changes, field):
    with pytest.raises(InputError) as caught:
        _goal(**changes)
    assert caught.value.field == field


def test_bad_part_of_a_therapy_is_found():
    rest = {
        "name": "mine",
        "effort_weight": 0.0,
        "fallback_level": "P-2",
        "death": Death(signal="map", low=30.0, seconds=10.0),
    }
    with pytest.raises(InputError) as caught:
        Therapy(goals=(_goal(), _goal()), **rest)
    assert caught.value.field == "goals[1].signal"
    with pytest.raises(InputError) as caught:
        Therapy(goals=({"signal": "map", "weight": 1.0, "scale": 1.0},), **rest)
    assert caught.value.field == "goals[0].low"
    with pytest.raises(InputError) as caught:
        Therapy(goals=(), **rest | {"death": {"signal": "mop", "low": 1.0, "seconds": 1.0}})
    assert caught.value.field == "death.signal"
    with pytest.raises(InputError) as caught:
        Limit(signal="pump_flow")
    assert caught.value.field == "low"


def test_unknown_therapy_lists_the_known_ones():
    assert Therapy.names() == ("default", "v0")
    with pytest.raises(InputError, match="default"):
        Therapy.load("gentle")


def _default_text():
    return (DATA / "therapies" / "default.toml").read_text()


def test_file_works_like_the_preset(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(_default_text())
    assert Therapy.load(path) == Therapy.default()


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("low = { value = 65.0", "low = { value = 6500.0", "goals[0].low.value = 6500.0"),
        ("low = { value = 65.0", "low = { value = 95.0", "goals[0].low = 95.0"),
        (
            'low = { value = 65.0, unit = "mmHg"',
            'low = { value = 65.0, unit = "kPa"',
            "goals[0].low.unit",
        ),
        ("scale = { value = 15.0", "scale = { value = 0.0", "goals[0].scale.value = 0.0"),
        ("weight = { value = 1.0", "weight = { value = -1.0", "goals[0].weight.value = -1.0"),
        ('signal = "cardiac_power_output"', 'signal = "cpo"', "goals[1].signal = 'cpo'"),
        (
            'signal = "suction_margin"\nlow = { value = 2.0',
            'signal = "map"\nlow = { value = 2.0',
            "goals[5].signal = 'map'",
        ),
        ("[effort_weight]", "[effort]", "effort"),
        ("value = 0.02", "value = -0.02", "effort_weight.value = -0.02"),
        ('value = "P-6"', "value = 6", "fallback_level.value = 6"),
        ("low = { value = 30.0", "floor = { value = 30.0", "death.floor"),
        ('name = "default"', "", "name"),
        ('signal = "pump_flow"', "signal = 3", "limits[0].signal = 3"),
    ],
)
def test_bad_file_names_file_key_and_value(tmp_path, old, new, where):
    text = _default_text()
    assert old in text
    check_bad_file(Therapy.load, tmp_path / "mine.toml", text.replace(old, new, 1), where)


def test_every_device_has_the_fallback_level(therapy):
    for name in Pump.names():
        assert Pump.load(name).speed(therapy.fallback_level) > 0.0


WEANING = """

[[weaning]]
part = "right_ventricle"
signal = "cvp"
high = { value = 10.0, unit = "mmHg", source = "guess: a cautious team", tag = "X" }
"""


def test_a_therapy_may_hold_criteria_of_weaning(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(_default_text() + WEANING)
    ((part, limit),) = Therapy.load(path).weaning
    assert (part, limit.signal, limit.low, limit.high) == ("right_ventricle", "cvp", None, 10.0)
    assert dict(limit.entries)["high"].source == "guess: a cautious team"
    assert Therapy.default().weaning == ()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (WEANING * 2, r"weaning\[1\].signal"),
        (WEANING.replace('part = "right_ventricle"', ""), r"weaning\[0\].part"),
        (WEANING.replace("mmHg", "kPa"), r"weaning\[0\].high.unit"),
        (WEANING.replace("[[weaning]]", "[weaning]"), "weaning"),
    ],
)
def test_a_bad_criterion_of_weaning_names_its_key(tmp_path, text, where):
    path = tmp_path / "mine.toml"
    path.write_text(_default_text() + text)
    with pytest.raises(InputError, match=where):
        Therapy.load(path)
