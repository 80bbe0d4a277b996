"""Many ``impellab/Weaning-v0`` beside the scalar ones."""

import gymnasium
import numpy as np
import pytest

import envs
from envs import WeaningVectorEnv
from plants import InputError

ARGUMENTS = {"cohort_size": 2, "complications": False, "case": ["full", "none"]}
STAY, DOWN, BRIDGE = 2, 1, 6


@pytest.fixture(scope="module")
def vector():
    return gymnasium.make_vec("impellab/Weaning-v0", num_envs=2, **ARGUMENTS)


def test_the_batch_is_the_scalar_environments(vector):
    assert isinstance(vector, WeaningVectorEnv)
    seen, info = vector.reset(seed=3)
    scalars = [gymnasium.make("impellab/Weaning-v0", **ARGUMENTS) for _ in range(2)]
    for i, env in enumerate(scalars):
        observation, alone = env.reset(seed=3 + i)
        np.testing.assert_array_equal(seen[i], observation)
        assert info["case"][i] == alone["case"]
    for actions in ([DOWN, STAY], [BRIDGE, DOWN]):
        seen, rewards, terminated, truncated, info = vector.step(np.array(actions))
        assert not truncated.any()
        for i, env in enumerate(scalars):
            observation, reward, over, _, alone = env.step(actions[i])
            np.testing.assert_array_equal(seen[i], observation)
            assert (rewards[i], terminated[i]) == (reward, over)
            assert info["level"][i] == alone["level"]
            assert info["reward_terms"]["step"][i] == alone["reward_terms"]["step"]
    # The next step begins the episode that has ended anew, as the scalar one's own reset does.
    seen, rewards, terminated, _, info = vector.step(np.array([DOWN, STAY]))
    np.testing.assert_array_equal(seen[0], scalars[0].reset()[0])
    assert (rewards[0], terminated[0], info["hours"][0]) == (0.0, False, 0.0)
    assert info["hours"][1] == 3.0


def test_autoreset_is_declared(vector):
    assert vector.metadata["autoreset_mode"] is gymnasium.vector.AutoresetMode.NEXT_STEP
    assert envs.WeaningEnv.metadata["render_modes"] == ["rgb_array"]


def test_a_mask_resets_some(vector):
    vector.reset(seed=1)
    vector.step(np.array([DOWN, DOWN]))
    seen, info = vector.reset(options={"reset_mask": np.array([True, False])})
    hours = vector.signals.index("hours")
    assert seen[:, hours].tolist() == [0.0, 1.0]
    assert info["_level"].tolist() == [True, False]


def test_episodes_are_cut_off_after_some_decisions():
    short = gymnasium.make_vec("impellab/Weaning-v0", num_envs=1, max_episode_steps=2, **ARGUMENTS)
    short.reset(seed=0)
    ends = [short.step(np.array([STAY]))[2:4] for _ in range(2)]
    assert [(bool(a[0]), bool(b[0])) for a, b in ends] == [(False, False), (False, True)]


def test_bad_input_is_refused(vector):
    vector.reset(seed=0)
    with pytest.raises(InputError, match="actions"):
        vector.step(np.array([STAY]))
    with pytest.raises(InputError, match="seed"):
        vector.reset(seed=[1, 2, 3])
    for count in (0, True, 1.5):
        with pytest.raises(InputError, match="num_envs"):
            WeaningVectorEnv(count)
