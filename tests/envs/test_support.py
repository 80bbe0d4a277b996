"""What an episode of impellab/Support-v1 does: rewards, ends, refusals, pictures."""

import math

import gymnasium
import matplotlib
import numpy as np
import pytest

import envs
from experiments.trials import Trial, run_trial, score
from plants import (
    Event,
    InputError,
    Patient,
    PhysicsError,
    Scenario,
    Simulator,
    Therapy,
    individual_therapy,
    steady_state,
)

HOLD = np.zeros(1, np.float32)


def deadly(low, seconds):
    therapy = Therapy.default()
    death = therapy.death.model_copy(update={"low": low, "seconds": seconds})
    return therapy.model_copy(update={"death": death})


@pytest.mark.parametrize(("blood", "beyond"), [(1.0, False), (2.0, True)])
def test_a_patient_with_whom_nobody_lives_is_labelled(blood, beyond):
    profile = Patient.load("rv-failure")
    volume = blood * profile["blood_volume"]
    patient = profile.replace("filled", source="test", tag="X", blood_volume=volume)
    env = envs.SupportEnv(patient, tier="full")
    assert env.reset(seed=0)[1]["beyond_life"] is beyond
    info = env.step(HOLD)[4]
    assert (info["beyond_life"], info["outcome"]) == (beyond, "alive")
    vector = envs.SupportVectorEnv(1, patient=patient, info_level="flat")
    assert vector.reset(seed=0)[1]["beyond_life"].tolist() == [float(beyond)]


def test_starts_in_the_steady_state_of_the_fallback_level():
    env = envs.SupportEnv("shock-e", device="CP", tier="full")
    observation, info = env.reset(seed=0)
    metrics = steady_state(env._simulator.plant, 39_000.0).metrics
    assert info["speed"] == 39_000.0
    assert info["metrics"]["map"] == pytest.approx(metrics["map"], abs=1e-3)
    index = env.signals.index("map")
    assert observation[index] == pytest.approx(metrics["map"], abs=1e-3)


def test_reward_is_one_less_the_cost_of_the_therapy():
    env = envs.SupportEnv("shock-d")
    _, start = env.reset(seed=0)
    therapy = individual_therapy(Therapy.default(), Patient.load("shock-d"))
    speed = env.actions.speed(HOLD)
    _, reward, _, _, info = env.step(HOLD)
    costs = therapy.costs(info["metrics"], speed - start["speed"])
    assert info["reward_terms"] == {name: -cost for name, cost in costs.items()} | {
        "life": 1.0,
        "death": 0.0,
    }
    assert reward == pytest.approx(1.0 - sum(costs.values()))
    assert info["in_range"] == therapy.in_range(info["metrics"])
    assert (info["speed"], info["time"], info["outcome"]) == (speed, 1.0, "alive")


def test_rewards_sum_to_the_cost_that_a_trial_reports():
    trial = Trial("shock-c", "5.5", "day", "fixed:P-5", duration=40.0, level="P-6")
    cost = score(run_trial(trial))[0]["therapy_cost"]
    env = envs.SupportEnv("shock-c", scenario="day", action="level", horizon=39)
    env.reset(seed=0)
    # What is seen at the begin of the last period is what the one before has led to.
    rewards = [env.step(5)[1] for _ in range(39)]
    assert sum(rewards) / 39 == pytest.approx(1.0 - cost, abs=1e-6)


def test_giving_a_patient_up_never_pays():
    lost = envs.SupportEnv("shock-e", therapy=deadly(low=200.0, seconds=1.0), horizon=20)
    kept = envs.SupportEnv("shock-e", therapy=deadly(low=1.0, seconds=1.0), horizon=20)
    totals = []
    for env in (lost, kept):
        env.reset(seed=0)
        over, total = False, 0.0
        for _ in range(20):
            _, reward, over, _, _ = env.step([-1.0])
            total += reward
            if over:
                break
        totals.append(total)
    price = Therapy.default().death.cost
    assert totals[0] == pytest.approx(env_first_reward() + 19 * (1.0 - price))
    assert totals[0] < totals[1]


def env_first_reward():
    env = envs.SupportEnv("shock-e", horizon=20)
    env.reset(seed=0)
    return env.step([-1.0])[1]


def test_speed_changes_cost_and_a_held_speed_does_not():
    env = envs.SupportEnv()
    env.reset(seed=0)
    assert env.step(HOLD)[4]["reward_terms"]["effort"] < 0
    assert env.step(HOLD)[4]["reward_terms"]["effort"] == 0


def test_more_support_is_worth_more_in_severe_shock():
    env = gymnasium.make("impellab/Support-v1", patient="shock-e", action="level")
    totals = {}
    for level in (2, 8):
        env.reset(seed=0)
        totals[level] = sum(env.step(level)[1] for _ in range(60))
    assert totals[8] > totals[2] + 60.0


def test_intermittent_signals_are_held_and_renewed():
    env = envs.SupportEnv()
    output, wedge = env.signals.index("cardiac_output"), env.signals.index("pcwp")
    rows = [env.reset(seed=0)[0]] + [env.step(HOLD)[0] for _ in range(61)]
    outputs = [row[output] for row in rows]
    assert len(set(outputs[:60])) == 1
    assert outputs[60] != outputs[59]
    assert len({row[wedge] for row in rows}) == 1
    assert len({row[env.signals.index("map")] for row in rows}) > 50


def test_lost_values_keep_the_observation_in_its_space():
    env = envs.SupportEnv(dropout=0.5)
    observation, _ = env.reset(seed=0)
    for _ in range(20):
        assert observation in env.observation_space
        observation = env.step(HOLD)[0]


@pytest.mark.parametrize("tier", ["console", "icu"])
def test_a_flow_that_the_console_takes_away_keeps_its_last_value(tier):
    env = envs.SupportEnv("shock-c", tier=tier, scenario="too-deep")
    flow, current = env.signals.index("displayed_flow"), env.signals.index("motor_current")
    rows = [env.reset(seed=0)[0]] + [env.step(HOLD)[0] for _ in range(50)]
    flows = np.array([row[flow] for row in rows])
    # The catheter lies too deep from 20 s to 40 s, and the pump goes on.
    assert len(set(flows[22:40])) == 1
    assert len(set(flows[:20])) == 20
    assert len(set(flows[42:])) == 9
    assert len({row[current] for row in rows[22:40]}) > 10
    assert all(row in env.observation_space for row in rows)


def test_a_pump_that_stands_still_has_no_flow_to_show():
    env = envs.SupportEnv("shock-c", tier="console", start="P-0", noise_scale=0.0)
    flow = env.signals.index("displayed_flow")
    assert env.reset(seed=0)[0][flow] == 0.0
    rows = [env.step(HOLD) for _ in range(3)]
    assert rows[-1][0][flow] == pytest.approx(rows[-1][4]["metrics"]["displayed_flow"], rel=1e-6)
    assert rows[-1][0][flow] > 1.0


def test_death_needs_the_whole_time_without_a_break():
    env = envs.SupportEnv(therapy=deadly(low=200.0, seconds=5.0))
    env.reset(seed=0)
    ends = [env.step(HOLD)[2:5] for _ in range(5)]
    assert [end[0] for end in ends] == [False] * 4 + [True]
    assert [end[1] for end in ends] == [False] * 5
    assert ends[-1][2]["outcome"] == "death"
    assert "map below 200" in ends[-1][2]["reason"]


def test_a_recovery_begins_the_count_anew(monkeypatch):
    env = envs.SupportEnv(therapy=deadly(low=30.0, seconds=3.0))
    env.reset(seed=0)
    truth = env._simulator.metrics()
    pressures = iter([20.0, 20.0, 40.0, 20.0, 20.0, 20.0])
    monkeypatch.setattr(Simulator, "metrics", lambda self: truth | {"map": next(pressures)})
    assert [env.step(HOLD)[2] for _ in range(6)] == [False] * 5 + [True]


def test_bleeding_out_ends_the_episode_with_a_finite_reward():
    bleeding = Event("volume", -4000.0, "ramp", 1.0, duration=30.0)
    env = gymnasium.make("impellab/Support-v1", scenario=Scenario("bleeding", "", (bleeding,)))
    env.reset(seed=0)
    over = False
    while not over:
        observation, reward, terminated, truncated, info = env.step(HOLD)
        over = terminated or truncated
        assert math.isfinite(reward)
        assert observation in env.observation_space
    assert terminated
    assert not truncated
    assert info["outcome"] in ("death", "unphysical")
    assert info["reason"]


def test_leaving_the_physical_range_is_a_labelled_end(monkeypatch):
    env = envs.SupportEnv()
    before, _ = env.reset(seed=0)

    def fail(self, speed, seconds):
        raise PhysicsError("lv_volume is -3 mL, below 0")

    monkeypatch.setattr(Simulator, "advance", fail)
    observation, reward, terminated, truncated, info = env.step(HOLD)
    np.testing.assert_array_equal(observation, before)
    assert (terminated, truncated, info["outcome"]) == (True, False, "unphysical")
    assert info["reason"] == "lv_volume is -3 mL, below 0"
    terms = info["reward_terms"]
    assert terms.keys() == {"life", "death", "effort", *env.therapy.signals}
    assert terms["death"] == (1.0 - env.therapy.death.cost) * 239
    assert reward == pytest.approx(sum(terms.values()))
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(HOLD)


def test_metrics_that_are_not_finite_are_no_reward(monkeypatch):
    env = envs.SupportEnv()
    env.reset(seed=0)
    truth = env._simulator.metrics()
    monkeypatch.setattr(Simulator, "metrics", lambda self: truth | {"pcwp": math.nan})
    _, reward, terminated, _, info = env.step(HOLD)
    assert terminated
    assert math.isfinite(reward)
    assert "pcwp" in info["reason"]


def test_a_step_before_a_reset_is_refused():
    with pytest.raises(gymnasium.error.ResetNeeded):
        envs.SupportEnv().step(HOLD)


@pytest.mark.parametrize(
    ("kind", "action"),
    [("speed", [math.nan]), ("speed", [1.5]), ("speed", 0), ("level", 10), ("level", 0.5)],
)
def test_an_action_outside_the_space_is_refused_and_changes_nothing(kind, action):
    env = envs.SupportEnv(action=kind)
    env.reset(seed=0)
    with pytest.raises(InputError, match="action"):
        env.step(action)
    assert env._simulator.time == 0.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"patient": "nobody"}, "shock-d"),
        ({"patient": []}, "patient"),
        ({"spread": 0.9}, "spread"),
        ({"cohort_size": 0}, "cohort_size"),
        ({"cohort_size": 2.5}, "cohort_size"),
        ({"device": None}, "device"),
        ({"device": "none"}, "device"),
        ({"device": "XX"}, "CP"),
        ({"device": "RP"}, "left ventricle"),
        ({"device": "CP+RP"}, "one pump for the left ventricle"),
        ({"scenario": "nothing"}, "hemorrhage"),
        ({"start": "P-12"}, "P-9"),
        ({"start": 1e6}, "33000"),
        ({"start": True}, "start"),
        ({"tier": "gold"}, "icu"),
        ({"reward": "goal"}, "cost, goals"),
        ({"horizon": 0}, "from 1"),
        ({"action": "torque"}, "level"),
        ({"period": 0.0}, "period"),
        ({"period": 0.125}, "period"),
        ({"period": math.nan}, "period"),
        ({"period": "a"}, "period"),
        ({"therapy": "none"}, "default"),
        ({"noise_scale": -1.0}, "noise_scale"),
        ({"dropout": 2.0}, "dropout"),
        ({"render_mode": "human"}, "rgb_array"),
    ],
)
def test_refused_arguments(arguments, message):
    with pytest.raises(InputError, match=message):
        envs.SupportEnv(**arguments)


@pytest.mark.parametrize(
    "options", [{"patients": "shock-d"}, {"patient": "nobody"}, {"scenario": 3}, {"start": "P-x"}]
)
def test_refused_options(options):
    env = envs.SupportEnv()
    with pytest.raises(InputError):
        env.reset(seed=0, options=options)
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(HOLD)


def test_options_take_objects_too():
    env = envs.SupportEnv(spread=0.1)
    weak = Patient.load("shock-d").replace("weak", lv_ees=0.3)
    mild = Scenario("mild", "", (Event("systemic_resistance", 0.9, "step", 1.0),))
    _, info = env.reset(seed=0, options={"patient": weak, "scenario": mild, "start": 30_000.0})
    assert (info["patient"], info["scenario"], info["speed"]) == ("weak", "mild", 30_000.0)


@pytest.mark.parametrize("period", [0.1, 0.25, 2.0])
def test_other_periods_keep_the_time(period):
    env = envs.SupportEnv(period=period)
    env.reset(seed=0)
    for k in range(4):
        info = env.step(HOLD)[4]
        assert info["time"] == pytest.approx((k + 1) * period)


@pytest.mark.parametrize("device", ["2.5", "5.0", "5.5", "LD"])
def test_other_devices(device):
    env = envs.SupportEnv("hfref", device=device)
    env.reset(seed=0)
    _, reward, terminated, *_ = env.step(np.ones(1, np.float32))
    assert math.isfinite(reward)
    assert not terminated
    assert env._driver.speed == env.pump.max_rpm


def test_pictures():
    env = gymnasium.make("impellab/Support-v1", render_mode="rgb_array")
    env.reset(seed=0)
    first = env.render()
    env.step(HOLD)
    second = env.render()
    assert first.shape == second.shape == (480, 640, 3)
    assert first.dtype == np.uint8
    assert np.any(first != second)
    assert envs.SupportEnv().render() is None


def test_a_picture_shows_any_name_whatever_the_users_settings():
    env = envs.SupportEnv(
        Patient.load("shock-d").replace("$\\x/\x1b[31m$"), render_mode="rgb_array"
    )
    env.reset(seed=0)
    usual = env.render()
    with matplotlib.rc_context({"text.usetex": True, "axes.facecolor": "red"}):
        assert np.array_equal(env.render(), usual)
    assert usual.std() > 0
