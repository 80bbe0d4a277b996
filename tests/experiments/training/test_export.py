"""Policies of other libraries as policy folders: they act as the model they came from."""

import functools
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from controllers import PolicyController
from controllers.policy import policy_network, read_policy
from experiments.training import export_policy, job
from experiments.training.evaluation import make_environment
from plants import InputError

torch = pytest.importorskip("torch")
sb3 = pytest.importorskip("stable_baselines3")
contrib = pytest.importorskip("sb3_contrib")

LEVEL = {"action": "level"}
NET = {"net_arch": [8, 8]}


@functools.cache
def environment(action):
    return make_environment("impellab/Support-v1", {"action": action})


@pytest.fixture(autouse=True)
def unevaluated(monkeypatch):
    """The description of the environment without its episodes, which take seconds."""

    def evaluated(settings, act):
        task = environment(settings.arguments.get("action", "speed")).unwrapped
        description = {
            "tier": task.tier,
            "device": task.pump.name,
            "period": task.period,
            "action": task.actions.as_dict(),
            "signals": tuple(task.signals),
            "held_level": "P-6",
        }
        return description, {}

    monkeypatch.setattr(job, "evaluated", evaluated)


def observations():
    n = environment("speed").observation_space.shape[0]
    return np.random.default_rng(1).normal(0.0, 2.0, (20, n)).astype(np.float32)


def actions(folder):
    """What the network in a folder does, read as the controller reads it."""
    description = read_policy(folder)
    discrete = description.action["kind"] == "level"
    n = environment("level").action_space.n if discrete else 1
    network = policy_network(folder, description, int(n), discrete=discrete)
    inputs = description.normalisation.apply(observations())
    return network.predict(inputs, deterministic=True)[0]


def scattered(model):
    """Weights large enough for actions that differ, within the bounds and at them."""
    torch.manual_seed(3)
    with torch.no_grad():
        for value in model.policy.parameters():
            value.copy_(0.4 * torch.randn_like(value))
    return model


def made(library, name, action, **more):
    policy = "MlpPolicy"
    return scattered(
        getattr(library, name)(
            policy,
            environment(action),
            device="cpu",
            policy_kwargs=NET | more.pop("network", {}),
            **more,
        )
    )


MODELS = [
    (sb3, "PPO", "speed", {}),
    (sb3, "PPO", "level", {"network": {"activation_fn": torch.nn.ELU}}),
    (sb3, "A2C", "speed", {}),
    (sb3, "SAC", "speed", {"buffer_size": 1}),
    (sb3, "TD3", "speed", {"buffer_size": 1}),
    (sb3, "DQN", "level", {"buffer_size": 1}),
    (contrib, "TRPO", "speed", {}),
    (contrib, "TQC", "speed", {"buffer_size": 1}),
    (contrib, "QRDQN", "level", {"buffer_size": 1}),
]


@pytest.mark.parametrize(
    ("library", "name", "action", "more"), MODELS, ids=[f"{m[1]}-{m[2]}" for m in MODELS]
)
def test_a_model_and_its_file_act_as_before(tmp_path, library, name, action, more):
    model = made(library, name, action, **more)
    model.save(tmp_path / "model.zip")
    wanted = model.predict(observations(), deterministic=True)[0]
    assert len(np.unique(wanted)) > 1
    for k, source in enumerate((model, tmp_path / "model.zip")):
        folder = export_policy(source, tmp_path / f"policy{k}", arguments={"action": action})
        np.testing.assert_allclose(actions(folder), wanted, atol=1e-5)
        assert PolicyController(folder).name == f"policy:policy{k}"


class Agent(torch.nn.Module):
    """PPO for continuous actions as CleanRL has it."""

    def __init__(self, inputs):
        super().__init__()
        linear, tanh = torch.nn.Linear, torch.nn.Tanh
        self.critic = torch.nn.Sequential(linear(inputs, 8), tanh(), linear(8, 1))
        self.actor_mean = torch.nn.Sequential(linear(inputs, 8), tanh(), linear(8, 1))
        self.actor_logstd = torch.nn.Parameter(torch.zeros(1, 1))


def test_an_agent_of_cleanrl(tmp_path):
    torch.manual_seed(0)
    seen = observations()
    agent = Agent(seen.shape[1])
    torch.save(agent.state_dict(), tmp_path / "agent.cleanrl_model")
    with torch.no_grad():
        wanted = np.clip(agent.actor_mean(torch.as_tensor(seen)).numpy(), -1.0, 1.0)
    for k, source in enumerate((agent, agent.state_dict(), tmp_path / "agent.cleanrl_model")):
        np.testing.assert_allclose(
            actions(export_policy(source, tmp_path / f"{k}")), wanted, atol=1e-5
        )


def test_a_folder_of_rl_zoo_brings_its_statistics(tmp_path):
    from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

    model = made(sb3, "PPO", "speed")
    zoo = tmp_path / "ppo" / "Support_1"
    (zoo / "Support").mkdir(parents=True)
    model.save(zoo / "best_model.zip")
    model.save(zoo / "Support.zip")
    env = VecNormalize(DummyVecEnv([lambda: environment("speed")]), clip_obs=3.0)
    n = len(env.obs_rms.mean)
    env.obs_rms.mean, env.obs_rms.var = np.linspace(-1.0, 1.0, n), np.linspace(0.5, 2.0, n)
    env.save(str(zoo / "Support" / "vecnormalize.pkl"))
    wanted = model.predict(env.normalize_obs(observations()), deterministic=True)[0]
    for k, given in enumerate((None, env)):
        folder = export_policy(zoo, tmp_path / f"policy{k}", normalisation=given)
        np.testing.assert_allclose(actions(folder), wanted, atol=1e-5)
        assert read_policy(folder).normalisation.clip == 3.0


class Malicious:
    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


def test_files_of_others_run_nothing(tmp_path):
    trace, path = tmp_path / "it ran", tmp_path / "model.zip"
    model = made(sb3, "PPO", "speed")
    model.custom = Malicious(trace)
    model.save(path)  # In its data, which is not unpickled.
    export_policy(path, tmp_path / "policy")
    statistics = tmp_path / "vecnormalize.pkl"
    statistics.write_bytes(pickle.dumps(Malicious(trace)))
    with pytest.raises(InputError, match="normalisation"):
        export_policy(path, tmp_path / "other", normalisation=statistics)
    torch.save({"actor.0.weight": Malicious(trace)}, tmp_path / "agent.pt")
    with pytest.raises(InputError, match="weights alone"):
        export_policy(tmp_path / "agent.pt", tmp_path / "other")
    assert not trace.exists()
    assert not (tmp_path / "other").exists()


def test_what_cannot_be_exported_is_told(tmp_path):
    folder = tmp_path / "policy"
    recurrent = contrib.RecurrentPPO("MlpLstmPolicy", environment("speed"), device="cpu")
    model = made(sb3, "PPO", "speed")
    state = Agent(3).state_dict()
    for source, more, told in [
        (recurrent, {}, "fully connected layers .*lstm"),
        (model, {"arguments": LEVEL}, "to 10 actions; it is one from"),
        (made(sb3, "DQN", "level", buffer_size=1), {}, "continuous actions"),
        (state, {}, "it is one from 3"),
        (state | {"action_scale": torch.tensor(2.0)}, {}, "actions from -1 to 1"),
        ({"weight": torch.zeros(1)}, {}, "fully connected"),
        (3, {}, "a torch module"),
        (tmp_path / "nothing.zip", {}, "weights alone"),
        (tmp_path, {}, "0 are there"),
        (model, {"activation": "sine"}, "activation"),
        (model, {"environment": "impellab/Nothing-v0"}, "environment"),
        (model, {"normalisation": 3}, "normalisation"),
    ]:
        with pytest.raises(InputError, match=told):
            export_policy(source, folder, **more)
        assert not folder.exists()


def test_the_command_answers_as_json(tmp_path, monkeypatch, capfd):
    from experiments.cli import run_command

    monkeypatch.chdir(tmp_path)
    made(sb3, "PPO", "level").save(tmp_path / "model.zip")
    words = ["export", "--model", "model.zip", "--folder", "policy", "--json", "--arguments"]
    assert run_command([*words, '{"action": "level"}']) == 0
    assert json.loads(capfd.readouterr().out)["policy"] == str(tmp_path / "policy")
    assert run_command([*words, "{"]) == 2
    assert run_command([*words, "{}"]) == 2
    assert "a folder that is not there yet" in capfd.readouterr().err.splitlines()[-1]
