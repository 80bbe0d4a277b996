"""Actions and the speeds they mean, for every device."""

import json
import math

import numpy as np
import pytest

from plants import InputError, LevelAction, Pump, SpeedAction, action_from, action_of


@pytest.mark.parametrize("device", Pump.names())
def test_speed_actions_span_the_running_speeds_of_a_device(device):
    pump = Pump.load(device)
    actions = SpeedAction.of(pump)
    slowest = pump.speed("P-2" if device == "RP" else "P-1")  # the RP has no P-1
    assert actions.speed([-1.0]) == slowest > 0
    assert actions.speed([1.0]) == pump.max_rpm
    assert actions.speed(np.zeros(1, np.float32)) == (slowest + pump.max_rpm) / 2


@pytest.mark.parametrize("device", Pump.names())
def test_level_actions_are_the_levels_of_a_device(device):
    pump = Pump.load(device)
    actions = LevelAction.of(pump)
    assert [actions.speed(k) for k in range(len(pump.levels))] == [x.rpm for x in pump.levels]


@pytest.mark.parametrize("kind", ["speed", "level"])
def test_the_action_of_a_speed_means_that_speed(kind):
    pump = Pump.load("CP")
    actions = action_of(pump, kind)
    for level in pump.levels[1:]:
        assert actions.speed(actions.action(level.rpm)) == pytest.approx(level.rpm, rel=1e-6)


def test_a_rounding_error_outside_the_range_is_the_end_of_it():
    actions = SpeedAction(1000.0, 2000.0)
    assert actions.speed([1.0 + 5e-7]) == 2000.0
    assert actions.speed([-1.0 - 5e-7]) == 1000.0


@pytest.mark.parametrize(
    "action", [[math.nan], [math.inf], [1.01], [-2.0], 0.5, [0.1, 0.2], [[0.0]], "P-6", None, []]
)
def test_refused_speed_actions(action):
    with pytest.raises(InputError, match="from -1 to 1"):
        SpeedAction(1000.0, 2000.0).speed(action)


@pytest.mark.parametrize(
    "action", [-1, 3, 1.0, math.nan, True, "1", None, [1, 2], np.array([True])]
)
def test_refused_level_actions(action):
    with pytest.raises(InputError, match="an integer from 0 to 2"):
        LevelAction((0.0, 1000.0, 2000.0)).speed(action)


@pytest.mark.parametrize("action", [1, np.int64(1), np.int8(1), np.array(1), np.array([1]), [1]])
def test_level_actions_may_be_any_integer(action):
    assert LevelAction((0.0, 1000.0)).speed(action) == 1000.0


@pytest.mark.parametrize("actions", [SpeedAction(1.0, 2.0), LevelAction((0.0, 1.0, 5.5))])
def test_actions_survive_json(actions):
    assert action_from(json.loads(json.dumps(actions.as_dict()))) == actions


@pytest.mark.parametrize(
    "content",
    [
        None,
        {},
        {"kind": "speed", "low": 1.0, "high": 2.0},
        {"kind": "speed", "low": 2.0, "high": 1.0, "unit": "rpm"},
        {"kind": "level", "speeds": 3, "unit": "rpm"},
        {"kind": "torque", "unit": "rpm"},
    ],
)
def test_refused_descriptions(content):
    with pytest.raises(InputError, match=r"x\.json"):
        action_from(content, source="x.json")


def test_unknown_kind():
    with pytest.raises(InputError, match="speed, level"):
        action_of(Pump.load("CP"), "torque")
