"""A saved policy as a controller: the same speeds as in its environment, gaps and refusals."""

import json
import math
import shutil
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

from controllers import Controller, Outcome, PolicyController
from controllers.policy import Normalisation
from plants import InputError, Measurement, Pump, action_of, tier_table

from .. import conftest as shared

CP = Pump.load("CP")
SIGNALS = [sensor.signal for sensor in tier_table("icu")]


def written(folder, algorithm="ppo", kind="speed", **changes):
    """A policy folder with random weights, as the training writes it."""
    sb3 = pytest.importorskip("stable_baselines3")
    from gymnasium import Env, spaces

    class Empty(Env):
        observation_space = spaces.Box(-10.0, 10.0, (len(SIGNALS),), np.float32)
        action_space = spaces.Box(-1.0, 1.0, (1,), np.float32)

    if kind == "level":
        Empty.action_space = spaces.Discrete(len(CP.levels))
    arguments = {"net_arch": [8]}
    learner = getattr(sb3, algorithm.upper())(
        "MlpPolicy", Empty(), seed=3, device="cpu", policy_kwargs=dict(arguments)
    )
    folder.mkdir(parents=True, exist_ok=True)
    learner.save(folder / "model.zip")
    n = len(SIGNALS)
    config = {
        "format": 1,
        "algorithm": algorithm,
        "policy_arguments": arguments,
        "tier": "icu",
        "device": "CP",
        "period": 1.0,
        "action": action_of(CP, kind).as_dict(),
        "signals": SIGNALS,
        "normalisation": Normalisation((50.0,) * n, (400.0,) * n, 1e-8, 10.0).model_dump(),
    } | changes
    (folder / "config.json").write_text(json.dumps(config))
    return learner


briefing = partial(shared.briefing, pump=CP, start=42_000.0)


def seen(time=0.0, **changes):
    flows = {"displayed_flow": 3.0, "cardiac_output": 4.0, "ejection_fraction": 0.3}
    values = dict.fromkeys(SIGNALS, 60.0) | flows | changes
    return Measurement(time, "icu", values)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("policies") / "random"
    written(path)
    return path


@pytest.fixture
def controller(folder):
    controller = PolicyController(folder)
    controller.reset(briefing())
    return controller


def test_is_a_controller(controller):
    assert isinstance(controller, Controller)
    assert controller.name == "policy:random"


@pytest.mark.parametrize(
    ("algorithm", "kind"), [("ppo", "speed"), ("ppo", "level"), ("sac", "speed"), ("dqn", "level")]
)
def test_commands_what_the_learner_predicts(tmp_path, algorithm, kind):
    learner = written(tmp_path, algorithm, kind)
    controller = PolicyController(tmp_path)
    random = np.random.default_rng(0)
    for k in range(20):
        controller.reset(briefing())  # Each is another patient.
        values = dict(zip(SIGNALS, random.uniform(20, 80, len(SIGNALS)), strict=True))
        values |= {"ejection_fraction": 0.2, "displayed_flow": 3.0, "cardiac_output": 4.0}
        scaled = (np.array(list(values.values())) - 50.0) / 20.0
        action, _ = learner.predict(scaled.astype(np.float32), deterministic=True)
        command = controller.act(Measurement(float(k), "icu", values))
        # No further from the start than the motor comes in a period.
        expected = max(action_of(CP, kind).speed(action), 42_000.0 - CP["motor_rate_limit"])
        assert command.speed == pytest.approx(expected, rel=1e-5)
        assert command.status is None


def test_gives_the_speeds_it_gives_in_its_environment(folder):
    """run_course and the environment are two loops around the same plant, sensors and policy."""
    import envs

    env = envs.SupportEnv("shock-d", device="CP", scenario=None)
    observation, info = env.reset(seed=4)
    network = PolicyController(folder)
    network.reset(briefing(start=39_000.0))
    expected = []
    for _ in range(10):
        scaled = network._normalisation.apply(observation)
        action, _ = network._network.predict(scaled, deterministic=True)
        observation, *_, info = env.step(action)
        expected.append(info["speed"])
    course = shared.closed_loop(
        PolicyController(folder),
        briefing(start=39_000.0),
        seed=env._episode.sensor_seed,
        duration=10.0,
    )
    np.testing.assert_allclose(course.rollout["speed_command"], expected, rtol=1e-9)


def test_a_missing_value_is_held(controller):
    first = controller.act(seen(0.0, map=70.0))
    assert controller.act(seen(1.0, map=math.nan)) == first
    assert controller.act(seen(2.0, map=40.0)) != first


def test_a_signal_never_seen_means_the_fallback_level(controller):
    command = controller.act(seen(0.0, pcwp=math.nan))
    assert command.speed == CP.speed("P-6")
    assert command.status.outcome is Outcome.FALLBACK
    assert controller.act(seen(1.0)).status is None
    assert controller.act(seen(2.0, pcwp=math.nan)).status is None


def test_without_any_value_it_falls_back_after_a_second_and_recovers(controller):
    nothing = dict.fromkeys(SIGNALS, math.nan)
    assert controller.act(seen(0.0)).status is None
    assert controller.act(seen(0.5, **nothing)).status is None
    assert controller.act(seen(1.0, **nothing)).status is None
    command = controller.act(seen(1.5, **nothing))
    assert (command.speed, command.status.outcome) == (CP.speed("P-6"), Outcome.FALLBACK)
    assert controller.act(seen(2.0)).status is None


def test_reset_forgets_the_last_run(controller):
    controller.act(seen(0.0))
    controller.reset(briefing())
    assert controller.act(seen(0.0, map=math.nan)).status.outcome is Outcome.FALLBACK


def test_act_before_reset(folder):
    with pytest.raises(RuntimeError, match="reset"):
        PolicyController(folder).act(seen())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tier": "console"}, "tier = 'console'.*'icu'"),
        ({"pump": Pump.load("5.5")}, "device = '5.5'.*'CP'"),
        ({"period": 0.5}, "period = 0.5.*1.0"),
        ({"pump": CP.replace(max_speed=46_500.0)}, None),
    ],
)
def test_briefings_it_was_not_trained_for(folder, changes, message):
    controller = PolicyController(folder)
    if message is None:
        controller.reset(briefing(**changes))
        return
    with pytest.raises(InputError, match=message):
        controller.reset(briefing(**changes))


def test_a_measurement_of_a_lower_tier_is_refused(controller):
    with pytest.raises(InputError, match="map"):
        controller.act(Measurement(0.0, "console", {"pump_speed": 1.0}))


@pytest.mark.parametrize("name", ["config.json", "model.zip"])
def test_incomplete_folder(folder, tmp_path, name):
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / name).unlink()
    with pytest.raises(InputError, match=f"{name} is missing"):
        PolicyController(copy)


def test_no_folder(tmp_path):
    with pytest.raises(InputError, match="is missing"):
        PolicyController(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2},
        {"algorithm": "ddpg"},
        {"action": {"kind": "speed"}},
        {"signals": ["map", "nonsense"]},
        {"normalisation": {"mean": [0.0], "variance": [1.0], "epsilon": 0.0, "clip": 10.0}},
        {"normalisation": "none"},
    ],
    ids=str,
)
def test_descriptions_that_cannot_be_understood(folder, tmp_path, changes):
    copy = shutil.copytree(folder, tmp_path / "copy")
    config = json.loads((copy / "config.json").read_text()) | changes
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError):
        PolicyController(copy)


def test_all_mistakes_of_a_description_are_told_at_once(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    config = json.loads((copy / "config.json").read_text())
    config |= {"algorithm": "pop", "period": "1 s", "tierr": config.pop("tier")}
    config["normalisation"]["variance"][0] = -1.0
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError) as refused:
        PolicyController(copy)
    text = str(refused.value)
    assert text.count("config.json: ") == 5
    for told in (
        "algorithm = 'pop'",
        "did you mean ppo?",
        "period = '1 s'",
        "config.json: tier ",
        "missing",
        "did you mean tier?",
        "normalisation.variance[0] = -1.0",
    ):
        assert told in text, told


def test_a_normalisation_of_other_signals_is_refused(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    config = json.loads((copy / "config.json").read_text())
    del config["normalisation"]["mean"][0]
    (copy / "config.json").write_text(json.dumps(config))
    n = len(SIGNALS)
    told = rf"normalisation.mean = '\({n - 1} numbers\)'.*one number for each of the {n} signals"
    with pytest.raises(InputError, match=told):
        PolicyController(copy)


def test_a_byte_order_mark_is_no_part_of_a_description(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "config.json").write_bytes(b"\xef\xbb\xbf" + (copy / "config.json").read_bytes())
    assert PolicyController(copy).name == "policy:copy"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "{", "[" * 200_000, '{"a":' * 100_000, " " * 2**21]
)
def test_descriptions_that_are_no_description(folder, tmp_path, text):
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "config.json").write_text(text)
    with pytest.raises(InputError, match=r"config\.json"):
        PolicyController(copy)


@pytest.mark.parametrize("deep", ["[" * 10_000, '{"a":' * 500 + "1" + "}" * 500])
def test_a_description_nested_too_deeply_is_refused(folder, tmp_path, deep):
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "config.json").write_text(deep)
    with pytest.raises(InputError, match=r"config\.json") as refused:
        PolicyController(copy)
    assert len(str(refused.value)) < 500


def test_a_spread_of_nothing_is_refused(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    config = json.loads((copy / "config.json").read_text())
    config["normalisation"] |= {"variance": [0.0] * len(SIGNALS), "epsilon": 0.0}
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match=r"variance\[0\] = 0"):
        PolicyController(copy)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_weights_that_are_not_finite_are_refused(tmp_path, bad):
    learner = written(tmp_path)
    learner.policy.action_net.bias.data[0] = bad
    learner.save(tmp_path / "model.zip")
    with pytest.raises(InputError, match="bias is not finite"):
        PolicyController(tmp_path).reset(briefing())


@pytest.mark.parametrize("broken", ["zip", "shape"])
def test_weights_that_do_not_fit(folder, tmp_path, broken):
    copy = shutil.copytree(folder, tmp_path / "copy")
    if broken == "zip":
        (copy / "model.zip").write_bytes(b"nothing")
    else:
        config = json.loads((copy / "config.json").read_text())
        config["policy_arguments"] = {"net_arch": [9]}
        (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="weights that fit"):
        PolicyController(copy).reset(briefing())


def test_without_torch_the_error_says_what_to_install(folder, monkeypatch):
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else find(name)
    )
    with pytest.raises(InputError, match=r"torch installed: pip install 'impellab\[rl\]'"):
        PolicyController(folder)


def test_importing_and_making_it_does_not_import_torch(folder):
    code = (
        "import sys; from controllers import PolicyController;"
        f"PolicyController({str(folder)!r}); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
