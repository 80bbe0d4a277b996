"""Observations stay in their space whatever is done to the patient."""

import math

import numpy as np
from hypothesis import HealthCheck, given, settings, strategies as st

from envs import SupportEnv
from plants import DISTURBANCES, TIERS, Event, InputError, Scenario

_STEPS = DISTURBANCES.keys() - {"infusion"}


@st.composite
def events(draw):
    name = draw(st.sampled_from(sorted(_STEPS)))
    disturbance = DISTURBANCES[name]
    amount = draw(st.floats(disturbance.low, disturbance.high))
    return Event(name, amount, "step", draw(st.floats(0.0, 4.0)))


@st.composite
def bleeding(draw):
    return Event("volume", draw(st.floats(-4000, 4000)), "ramp", 0.5, duration=20.0)


@st.composite
def scenarios(draw):
    happening = tuple(draw(st.lists(st.one_of(events(), bleeding()), min_size=1, max_size=3)))
    try:
        return Scenario("extreme", "", happening)
    except InputError:  # Together they leave the range of a disturbance.
        return Scenario("extreme", "", happening[:1])


ENVS = {tier: SupportEnv("shock-d", tier=tier, dropout=0.1, noise_scale=5.0) for tier in TIERS}


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    scenario=scenarios(),
    patient=st.sampled_from(["healthy", "shock-d", "shock-e", "rv-failure"]),
    tier=st.sampled_from(TIERS),
    actions=st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=8),
    seed=st.integers(0, 2**31 - 1),
)
def test_observations_and_rewards(scenario, patient, tier, actions, seed):
    env = ENVS[tier]
    observation, _ = env.reset(seed=seed, options={"scenario": scenario, "patient": patient})
    assert observation in env.observation_space
    for action in actions:
        observation, reward, terminated, truncated, info = env.step(np.array([action], np.float32))
        assert observation in env.observation_space
        assert math.isfinite(reward)
        assert all(math.isfinite(term) for term in info["reward_terms"].values())
        assert not truncated
        if terminated:
            assert info["outcome"] in ("death", "unphysical")
            assert info["reason"]
            break
