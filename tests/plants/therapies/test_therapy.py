"""Therapies: rewards, costs, limits, CasADi expressions, files and refusals."""

import math
import pickle

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, strategies as st

from plants import Death, Goal, InputError, Limit, Pump, Therapy, hinge
from plants.quantities import DATA

from ..conftest import check_bad_file

_GOOD = {
    "map": 75.0,
    "cardiac_power_output": 0.8,
    "pcwp": 12.0,
    "lvedp": 10.0,
    "pressure_volume_area": 4000.0,
    "suction_margin": 5.0,
    "hemolysis_rate": 1.0,
    "pump_flow": 3.0,
}
_BAD = _GOOD | {"map": 50.0, "pcwp": 30.0, "suction_margin": -2.0}


@pytest.fixture(scope="module")
def therapy():
    return Therapy.default()


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
        "pressure_volume_area": (None, 5000.0),
        "suction_margin": (1.0, None),
        "hemolysis_rate": (None, 1.9),
    }
    assert therapy.signals == tuple(ranges)
    assert therapy.fallback_level == "P-6"
    assert (therapy.death.signal, therapy.death.low, therapy.death.seconds) == ("map", 30.0, 10.0)


def test_every_number_of_the_default_has_a_source_and_a_guess_says_so(therapy):
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
        for value in (part.low, part.high)
    )
    stated = sum(name in ("low", "high") for p in parts[:-2] for name, _ in p.entries)
    assert stated == given_numbers


def test_good_patient_earns_every_weight_and_costs_nothing(therapy):
    terms = therapy.terms(_GOOD, 0.0)
    assert {name: terms[name] for name in therapy.signals} == {
        goal.signal: goal.weight for goal in therapy.goals
    }
    assert terms["effort"] == 0.0
    assert therapy.reward(_GOOD, 0.0) == sum(goal.weight for goal in therapy.goals)
    assert therapy.cost(_GOOD) == 0.0
    assert all(therapy.in_range(_GOOD).values())
    assert all(therapy.within_limits(_GOOD).values())


def test_bad_patient_is_seen_by_every_reader(therapy):
    assert therapy.reward(_BAD, 0.0) < therapy.reward(_GOOD, 0.0)
    assert therapy.cost(_BAD) > 0.0
    out = {name for name, inside in therapy.in_range(_BAD).items() if not inside}
    assert out == {"map", "pcwp", "suction_margin"}
    assert therapy.within_limits(_BAD)["suction_margin"] is False
    assert therapy.within_limits(_BAD)["pump_flow"] is True


def test_reward_is_the_sum_of_its_terms(therapy):
    terms = therapy.terms(_BAD, -4000.0)
    assert therapy.reward(_BAD, -4000.0) == pytest.approx(sum(terms.values()))
    assert terms["effort"] == pytest.approx(-therapy.effort_weight * 16.0)


def test_a_tenth_of_the_weight_is_left_at_the_scale():
    assert _goal().reward(55.0) == pytest.approx(0.4)


def test_squares_of_the_residuals_sum_to_the_cost(therapy):
    residuals = therapy.residuals(_BAD)
    assert tuple(residuals) == therapy.signals
    assert sum(r**2 for r in residuals.values()) == pytest.approx(therapy.cost(_BAD))
    by_hand = sum(
        g.weight * (max((g.low or -1e9) - _BAD[g.signal], 0) / g.scale) ** 2
        + g.weight * (max(_BAD[g.signal] - (g.high or 1e9), 0) / g.scale) ** 2
        for g in therapy.goals
    )
    assert therapy.cost(_BAD) == pytest.approx(by_hand)


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
    rewards = therapy.reward(batch, change)
    assert rewards.shape == (2,)
    assert rewards == pytest.approx([therapy.reward(_GOOD, 0.0), therapy.reward(_BAD, 1000.0)])
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
        lambda: therapy.terms(lacking, 0.0),
        lambda: therapy.cost(lacking),
        lambda: therapy.in_range(lacking),
    ):
        with pytest.raises(InputError, match="pcwp"):
            call()
    with pytest.raises(InputError, match=r"map.*finite"):
        therapy.terms(_GOOD | {"map": math.nan}, 0.0)
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
    assert Therapy.names() == ("default",)
    with pytest.raises(InputError, match="default"):
        Therapy.load("gentle")


def _default_text():
    return (DATA / "therapies" / "default.toml").read_text()


def test_file_works_like_the_preset(tmp_path, therapy):
    path = tmp_path / "mine.toml"
    path.write_text(_default_text())
    assert Therapy.load(path) == therapy


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
            'signal = "suction_margin"\nlow = { value = 1.0',
            'signal = "map"\nlow = { value = 1.0',
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
