"""A learned policy as a step policy: what the network sees, what it decides, and the rules."""

import io
import json
import zipfile

import numpy as np
import pytest

pytest.importorskip("stable_baselines3")

import torch
from gymnasium import spaces
from stable_baselines3.ppo.policies import MlpPolicy

from controllers import (
    PolicyController,
    WeaningBriefing,
    WeaningController,
    WeaningCriteria,
    WeaningState,
    step_policy,
)
from controllers.weaning.evidence import BedsideMeasurements, Forecasts
from controllers.weaning.policies import learned
from controllers.weaning.policies.learned import LearnedPolicy
from envs import WeaningEnv
from plants import Bedside, InputError, Measurement, Patient, Pump, Therapy
from plants.bedside import ACTIONS, BedsideObservation

NAMES = BedsideObservation("icu").names
# A patient with whom every rule agrees, by signal; what is not named is 0.
WELL = {
    "map": 75.0,
    "systolic": 110.0,
    "diastolic": 60.0,
    "pulse_pressure": 50.0,
    "heart_rate": 80.0,
    "cvp": 8.0,
    "mpap": 20.0,
    "pa_systolic": 30.0,
    "pa_diastolic": 12.0,
    "cardiac_output": 5.5,
    "pcwp": 12.0,
    "cardiac_index": 2.9,
    "cardiac_power_output": 0.9,
    "papi": 2.3,
    "displayed_flow": 3.0,
    "lactate": 1.0,
    "pfhb": 5.0,
    "hemoglobin": 11.0,
    "svo2": 0.7,
    "ejection_fraction": 0.5,
    "mitral_regurgitant_fraction": 0.05,
    "lvedv": 140.0,
    "renal_injury": 0.1,
    "motor_current": 700.0,
    "placement_signal": 75.0,
}


def written(folder, chances, **changes):
    """A policy that gives every action its probability whatever it sees."""
    folder.mkdir()
    n = len(NAMES)
    network = MlpPolicy(
        spaces.Box(-np.inf, np.inf, (n,), np.float32),
        spaces.Discrete(len(ACTIONS)),
        lambda _: 0.0,
        net_arch=[4],
    )
    with torch.no_grad():
        network.action_net.weight.zero_()
        network.action_net.bias.copy_(torch.log(torch.tensor(chances) + 1e-9))
    weights = io.BytesIO()
    torch.save(network.state_dict(), weights)
    with zipfile.ZipFile(folder / "model.zip", "w") as archive:
        archive.writestr("policy.pth", weights.getvalue())
    config = {
        "format": 1,
        "algorithm": "ppo",
        "tier": "icu",
        "device": "CP",
        "period": 1.0,
        "action": {"kind": "change", "names": list(ACTIONS)},
        "signals": list(NAMES),
        "policy_arguments": {"net_arch": [4]},
        "normalisation": {"mean": [0.0] * n, "variance": [1.0] * n, "epsilon": 1e-8, "clip": 10.0},
    }
    (folder / "config.json").write_text(json.dumps(config | changes))
    return folder


def controller(policy):
    weaning = WeaningController(policy, tracker=None)
    weaning.reset(WeaningBriefing(Patient.load("shock-d"), Pump.load("CP"), Therapy.default()))
    return weaning


def assess(weaning, hours, **changes):
    speed = Pump.load("CP").speed(weaning.progress.level)
    values = dict.fromkeys(NAMES[:-3], 0.0) | WELL | {"pump_speed": speed} | changes
    return weaning.decide(Measurement(3600.0 * hours, "icu", values), hours)


def test_lowers_support_and_takes_the_pump_out_when_the_network_says_so(tmp_path):
    folder = written(tmp_path / "eager", [0.5, 0.1, 0.05, 0.0, 0.0, 0.3, 0.05])
    weaning = controller(LearnedPolicy(folder))
    first = assess(weaning, 0.0)
    assert (first.phase, weaning.policy.name) == ("ready", "policy:eager")
    told = [reason for reason in first.reasons if "learned policy" in reason.text]
    assert (told[0].value, told[0].limit) == pytest.approx((0.5, 0.05), abs=1e-6)
    assert "would lower support, with probabilities of down 2 0.50, explant 0.30" in told[0].text
    hours, levels = 0.1, []
    for _ in range(6):
        decision = assess(weaning, hours)
        levels.append(decision.level)
        hours += decision.hours_to_next_assessment
    # Two levels a step, a ramp from P-4, and the explant is not the likeliest action.
    assert levels == ["P-6", "P-4", "P-3", "P-2", "P-2", "P-2"]
    assert weaning.log[-1].action == "hold"


def test_an_explant_that_is_likeliest_is_recommended(tmp_path):
    weaning = controller(
        LearnedPolicy(written(tmp_path / "p", [0.3, 0.0, 0.1, 0.2, 0.0, 0.4, 0.0]))
    )
    hours = 0.0
    for _ in range(8):
        decision = assess(weaning, hours)
        hours += decision.hours_to_next_assessment
        if decision.action == "explant":
            break
    assert (decision.action, decision.level) == ("explant", "P-2")


@pytest.mark.parametrize(
    "changes",
    [{"cvp": 19.0, "papi": 0.4, "pcwp": 10.0}, {"cardiac_index": float("nan")}],
    ids=["right ventricle", "bad data"],
)
def test_what_forbids_a_step_still_does(tmp_path, changes):
    weaning = controller(LearnedPolicy(written(tmp_path / "p", [1.0, *[0.0] * 6])))
    levels = {assess(weaning, hours, **changes).level for hours in (0.0, 0.1, 1.0, 2.0)}
    assert levels <= {"P-8", "P-9"}


@pytest.mark.parametrize(
    "changes", [{"mitral_regurgitant_fraction": 0.6}, {"inotrope_effect": 4.0}], ids=str
)
def test_what_forbids_an_explant_still_does(tmp_path, changes):
    weaning = controller(LearnedPolicy(written(tmp_path / "p", [0.0] * 5 + [1.0, 0.0])))
    hours = 0.0
    for _ in range(12):
        decision = assess(weaning, hours, **changes)
        hours += decision.hours_to_next_assessment
        assert decision.action != "explant"


def test_deterioration_calls_for_support_whatever_the_network_says(tmp_path):
    weaning = controller(LearnedPolicy(written(tmp_path / "p", [1.0, *[0.0] * 6])))
    assess(weaning, 0.0)
    assert assess(weaning, 0.1).level == "P-6"
    assert assess(weaning, 1.1, map=45.0).action == "up"


@pytest.mark.parametrize("action", ["stay", "up 1", "up 2", "bridge"])
def test_other_actions_hold_the_level(tmp_path, action):
    chances = [float(name == action) for name in ACTIONS]
    weaning = controller(LearnedPolicy(written(tmp_path / "p", chances)))
    assert {assess(weaning, hours).action for hours in (0.0, 1.0, 2.0)} == {"hold"}


def test_the_network_sees_what_it_saw_in_the_environment(tmp_path, monkeypatch):
    policy = LearnedPolicy(written(tmp_path / "p", [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]))
    inputs, measured, measure = [], [], Bedside.measure

    def chances(network, normalised, n):
        inputs.append(normalised)
        return np.eye(n)[ACTIONS.index("stay")]

    monkeypatch.setattr(learned, "action_probabilities", chances)
    monkeypatch.setattr(
        Bedside, "measure", lambda self: measured.append(measure(self)) or measured[-1]
    )
    env = WeaningEnv(cohort_size=1, case="full", complications=False)
    observation, _ = env.reset(seed=1)
    criteria = WeaningCriteria.load()
    measurements, forecasts = BedsideMeasurements(criteria), Forecasts(None)
    for hour in range(9):
        level = env.bedside.level
        measurements.add(measured[-1], float(hour), level, env.pump.speed(level))
        if hour != 6:  # new laboratory values, at an assessment that does not ask the policy
            now = WeaningState(
                float(hour),
                1.0,
                (level,),
                0,
                measurements.values,
                measurements,
                forecasts,
                criteria,
            )
            policy.ready(now)
            np.testing.assert_array_equal(inputs[-1], policy._normalisation.apply(observation))
        observation, *_ = env.step(ACTIONS.index("down 1" if hour == 3 else "stay"))
    assert len(inputs) == 8


def test_a_value_that_came_between_is_not_lost(tmp_path):
    policy = LearnedPolicy(written(tmp_path / "p", [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]))
    weaning = controller(policy)
    assess(weaning, 0.0)
    weaning.measurements.add(Measurement(600.0, "icu", {"lactate": 3.0}), 0.2, "P-8", 44_000.0)
    assess(weaning, 1.0, lactate=float("nan"))
    vector = policy._observation._held._values
    assert vector[NAMES.index("lactate")] == 3.0


def test_a_signal_without_any_value_holds(tmp_path):
    policy = LearnedPolicy(written(tmp_path / "p", [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]))
    weaning = controller(policy)
    decision = assess(weaning, 0.0, lvedv=float("nan"))
    assert decision.action == "hold"
    assert "policy:p has had no value of lvedv yet" in decision.words
    # Another patient begins anew.
    assess(weaning, 1.0)
    weaning.reset(weaning.briefing)
    assert "no value of lvedv" in assess(weaning, 0.0, lvedv=float("nan")).words


def test_by_name_and_refusals(tmp_path):
    folder = written(tmp_path / "p", [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert step_policy(f"policy:{folder}").name == "policy:p"
    with pytest.raises(InputError, match=r"config\.json"):
        step_policy(f"policy:{tmp_path / 'nowhere'}")
    with pytest.raises(InputError, match="policy:FOLDER"):
        step_policy("learned")
    with pytest.raises(InputError, match="speed"):
        PolicyController(folder)
    with pytest.raises(InputError, match="weans"):
        LearnedPolicy("results/policies/support-ppo")
    other = written(tmp_path / "q", [1.0] + [0.0] * 6, signals=["map"])
    with pytest.raises(InputError, match="signals"):
        LearnedPolicy(other)
