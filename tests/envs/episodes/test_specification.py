"""Specifications survive JSON and make an equal environment again."""

import json
from pathlib import Path

import gymnasium
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec

import plants
from envs import WeaningReward
from envs.episodes import from_json_form, json_form
from plants import Event, Goal, InputError, Patient, Pump, Scenario, Therapy

MINE = Patient.load("shock-d").replace("mine", heart_rate=95.0)
BLEEDING = Scenario("mine", "", (Event("volume", -300.0, "ramp", 5.0, duration=10.0),))
PUMP = Pump.load("CP").replace("my CP", head_a=Pump.load("CP")["head_a"] * 1.01)
THERAPY = Therapy.default().changed(
    goals=(Goal(signal="map", low=60.0, weight=3.0, scale=5.0), *Therapy.default().goals[1:])
)
FILE = Path(plants.__file__).parent / "data" / "patients" / "shock-e.toml"
SUPPORT = "impellab/Support-v1"
WEANING = {"cohort_size": 2, "complications": False, "case": ("full", "none")}
CASES = {
    "patient": (SUPPORT, {"patient": MINE}),
    "preset": (SUPPORT, {"patient": Patient.load("shock-e")}),
    "patients": (SUPPORT, {"patient": ("shock-d", MINE, FILE)}),
    "file": (SUPPORT, {"patient": FILE}),
    "scenario": (SUPPORT, {"scenario": [BLEEDING, None], "start": ("P-6", 30_000.0)}),
    "therapy": (SUPPORT, {"therapy": THERAPY}),
    "device": (SUPPORT, {"device": PUMP, "action": "level"}),
    "numbers": (SUPPORT, {"period": np.float64(2.0), "cohort_size": np.int64(3), "spread": 0.1}),
    "weaning": ("impellab/Weaning-v0", WEANING | {"begin": range(0, 3), "therapy": THERAPY}),
    "reward": ("impellab/Weaning-v0", WEANING | {"reward": WeaningReward(step=2.0)}),
    "hours": ("impellab/Weaning-v0", WEANING | {"event_hours": (1.0, 2.0), "events": "bleeding"}),
}


def seen(env):
    observation, _ = env.reset(seed=4)
    env.action_space.seed(1)
    return [observation.tolist(), *map(str, env.step(env.action_space.sample()))]


@pytest.mark.parametrize(("name", "arguments"), CASES.values(), ids=CASES)
def test_a_specification_survives_json(name, arguments):
    env = gymnasium.make(name, **arguments)
    text = env.spec.to_json()
    again = EnvSpec.from_json(text).make()
    assert again.spec.to_json() == text
    assert seen(again) == seen(env)
    assert again.unwrapped.therapy == env.unwrapped.therapy
    assert again.unwrapped.pump == env.unwrapped.pump


@pytest.mark.parametrize("mode", list(gymnasium.vector.AutoresetMode))
def test_a_specification_of_a_vector_survives_json(mode):
    arguments = {"patient": [MINE, "shock-e"], "autoreset_mode": mode}
    vector = gymnasium.make_vec(SUPPORT, num_envs=2, **arguments)
    again = gymnasium.make_vec(EnvSpec.from_json(vector.spec.to_json()))
    np.testing.assert_array_equal(again.reset(seed=1)[0], vector.reset(seed=1)[0])
    assert again.num_envs == 2
    assert again.metadata["autoreset_mode"] is mode


def test_a_preset_is_its_name_and_a_changed_one_is_not():
    assert json_form(Patient.load("shock-d")) == "shock-d"
    assert json_form(Therapy.default()) == "default"
    changed = json_form(Patient.load("shock-d").replace(heart_rate=99.0))
    assert changed["entries"]["heart_rate"]["value"] == 99.0


@pytest.mark.parametrize("value", [MINE, BLEEDING, PUMP, THERAPY, Pump.load("2.5").replace("mine")])
def test_values_survive_json(value):
    assert from_json_form(json.loads(json.dumps(json_form(value)))) == value


def test_other_tables_are_refused():
    with pytest.raises(InputError, match="Patient"):
        gymnasium.make(SUPPORT, patient={"type": "Patiant"})
    with pytest.raises(InputError):
        gymnasium.make(SUPPORT, patient={"type": "Patient", "name": "x", "colour": "red"})
    with pytest.raises(InputError, match="patient"):
        gymnasium.make(SUPPORT, patient={"name": "shock-d"})
    with pytest.raises(InputError, match="reward"):
        gymnasium.make("impellab/Weaning-v0", reward={"step": 2.0})
