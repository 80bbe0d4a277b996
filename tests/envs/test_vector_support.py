"""The native batched environment: the numbers of as many scalar ones, and Gymnasium's contract."""

# ruff: noqa: NPY002 - whether the global generator is used is what is tested

import random
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from envs import SupportVectorEnv
from plants import Death, Event, InputError, Patient, Scenario, SpeedAction, Therapy

ID = "impellab/Support-v1"
MIXED = {
    "patient": ["shock-c", "shock-d", "shock-e"],
    "spread": 0.1,
    "cohort_size": 2,
    "scenario": ["none", "afterload-up", "hemorrhage"],
    "start": ["P-4", "P-8"],
    "dropout": 0.05,
}


def native(n=5, **arguments):
    return gymnasium.make_vec(ID, n, vectorization_mode="vector_entry_point", **arguments)


def scalars(n=5, **arguments):
    return gymnasium.make_vec(ID, n, vectorization_mode="sync", **arguments)


def assert_same_info(ours, other):
    assert ours.keys() == other.keys()
    for key, value in other.items():
        if isinstance(value, dict):
            assert_same_info(ours[key], value)
            continue
        assert ours[key].dtype == value.dtype, key
        if value.dtype.kind == "f":
            np.testing.assert_allclose(ours[key], value, rtol=1e-9, atol=1e-9, err_msg=key)
        else:
            assert ours[key].tolist() == value.tolist(), key


def assert_same_step(ours, other):
    for first, second in zip(ours[:-1], other[:-1], strict=True):
        assert first.dtype == second.dtype
        # Observations are rounded to single precision: a last bit may fall to either side.
        tolerance = 3e-7 if first.dtype == np.float32 else 1e-9
        np.testing.assert_allclose(first, second, rtol=tolerance, atol=tolerance)
    assert_same_info(ours[-1], other[-1])


def actions(space, steps, seed=0):
    space.seed(seed)
    return [space.sample() for _ in range(steps)]


FATAL = Scenario(
    "fatal",
    "",
    (Event("lv_contractility", 0.3, "step", 3.0), Event("systemic_resistance", 0.3, "step", 3.0)),
)
UNPHYSICAL = Scenario("emptied", "", (Event("volume", -3900.0, "ramp", 1.0, duration=20.0),))
QUICK_DEATH = Therapy.default().model_copy(
    update={"death": Death(signal="map", low=45.0, seconds=2.0)}
)


@pytest.mark.parametrize(
    ("arguments", "steps", "outcome"),
    [
        ({**MIXED, "max_episode_steps": 7}, 16, None),
        ({**MIXED, "action": "level", "period": 0.3, "tier": "console", "snr_db": 20.0}, 8, None),
        ({"tier": "full", "period": 4.0, "device": "2.5", "dropout": 0.2}, 8, None),
        ({"tier": "full", "noise_scale": 0.0, "max_episode_steps": 1}, 5, None),
        ({"scenario": [FATAL, "none"], "therapy": QUICK_DEATH}, 20, "death"),
        ({"patient": "healthy", "scenario": [UNPHYSICAL, "none"]}, 24, "unphysical"),
    ],
    ids=["mixed", "levels", "full", "one step", "death", "unphysical"],
)
def test_equals_the_scalar_environments_over_episodes_with_resets(arguments, steps, outcome):
    vector, other = native(**arguments), scalars(**arguments)
    assert vector.observation_space == other.observation_space
    assert vector.action_space == other.action_space
    assert vector.single_observation_space == other.single_observation_space
    assert vector.single_action_space == other.single_action_space
    assert_same_step(vector.reset(seed=3), other.reset(seed=3))
    ended, outcomes = 0, set()
    for action in actions(other.action_space, steps):
        ours, theirs = vector.step(action), other.step(action)
        assert_same_step(ours, theirs)
        ended += np.sum(theirs[2] | theirs[3])
        outcomes.update(theirs[4]["outcome"])
    if "max_episode_steps" in arguments:
        assert ended
    if outcome is not None:
        assert outcome in outcomes


def test_beats_that_end_with_a_period_end_in_both():
    """105 beats per minute end with every fourth period: rounding must not part the two."""
    arguments = {"patient": "shock-d", "scenario": ["none", "afterload-up"]}
    vector, other = (
        native(3, **arguments, max_episode_steps=44),
        scalars(3, **arguments, max_episode_steps=44),
    )
    vector.reset(seed=1), other.reset(seed=1)
    for action in actions(other.action_space, 48):
        assert_same_step(vector.step(action), other.step(action))


def test_the_registered_length_of_an_episode_holds():
    assert gymnasium.make_vec(ID, 2).unwrapped.max_episode_steps == 240
    assert SupportVectorEnv(2).max_episode_steps is None


def test_autoreset_is_declared_and_is_that_of_the_next_step():
    vector = native(2, max_episode_steps=2)
    assert vector.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    vector.reset(seed=0)
    hold = np.zeros((2, 1), np.float32)
    vector.step(hold)
    last, _, terminated, truncated, info = vector.step(hold)
    assert not terminated.any()
    assert truncated.all()
    assert info["time"].tolist() == [2.0, 2.0]
    first, rewards, terminated, truncated, info = vector.step(np.full((2, 1), np.nan, np.float32))
    assert rewards.tolist() == [0.0, 0.0]
    assert not (terminated | truncated).any()
    assert info["time"].tolist() == [0.0, 0.0]
    assert info["reward_terms"]["map"].tolist() == [0.0, 0.0]
    assert not np.array_equal(first, last)


def run(vector, seed, resets=1, steps=3):
    """All that is seen of a few steps."""
    seen = []
    for number in range(resets):
        observations, info = vector.reset(seed=seed if number == 0 else None)
        seen += [observations, info["patient"].tolist(), info["scenario"].tolist()]
        for action in actions(vector.action_space, steps):
            observations, rewards, *_ = vector.step(action)
            seen += [observations, rewards]
    return [entry.tolist() if isinstance(entry, np.ndarray) else entry for entry in seen]


def test_seeds():
    vector = native(3, **MIXED)
    first = run(vector, 5, resets=2)
    assert run(vector, 5, resets=2) == first  # the same environment
    assert run(native(3, **MIXED), 5, resets=2) == first  # a fresh one
    assert run(native(3, **MIXED), 6, resets=2) != first
    assert first[0][0] != first[len(first) // 2][0]  # a reset without a seed goes on


def test_an_environment_does_not_depend_on_its_neighbours():
    """Seed s + i alone is environment i of seed s; other widths and counts change nothing."""
    many, single = native(6, **MIXED), native(1, **MIXED)
    observations, info = many.reset(seed=20)
    alone, info_alone = single.reset(seed=23)
    np.testing.assert_array_equal(observations[3], alone[0])
    assert info["patient"][3] == info_alone["patient"][0]
    for action in actions(many.action_space, 4):
        many_seen, many_rewards, *_ = many.step(action)
        seen, rewards, *_ = single.step(action[3:4])
        np.testing.assert_allclose(many_seen[3], seen[0], rtol=3e-7)
        np.testing.assert_allclose(many_rewards[3], rewards[0], rtol=1e-9)


def test_a_list_of_seeds():
    vector = native(3, **MIXED)
    observations, _ = vector.reset(seed=[7, 4, 9])
    for index, seed in enumerate([7, 4, 9]):
        alone, _ = native(1, **MIXED).reset(seed=seed)
        np.testing.assert_array_equal(observations[index], alone[0])
    assert vector.np_random_seed == (7, 4, 9)
    with pytest.raises(InputError, match="seed"):
        vector.reset(seed=[1, 2])


def test_global_generators_are_neither_used_nor_touched():
    vector = native(2, **MIXED)
    random.seed(1)
    np.random.seed(1)
    first = run(vector, 5)
    before = random.getstate(), np.random.get_state()[1].copy()
    assert run(vector, 5) == first
    assert random.getstate() == before[0]
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])


def test_a_mask_resets_some_and_leaves_the_others():
    vector, other = native(3, **MIXED), scalars(3, **MIXED)
    vector.reset(seed=2), other.reset(seed=2)
    action = actions(other.action_space, 1)[0]
    vector.step(action), other.step(action)
    mask = np.array([True, False, True])
    ours = vector.reset(options={"reset_mask": mask.copy(), "scenario": "exercise"})
    theirs = other.reset(options={"reset_mask": mask.copy(), "scenario": "exercise"})
    np.testing.assert_allclose(ours[0], theirs[0], rtol=3e-7)
    assert_same_info(ours[1], theirs[1])
    assert_same_step(vector.step(action), other.step(action))


def test_options_may_differ_from_environment_to_environment():
    vector = native(3)
    patients = ["shock-c", Patient.load("shock-e"), "healthy"]
    _, info = vector.reset(
        seed=0,
        options={"patient": patients, "scenario": [None, "hemorrhage", None], "start": "P-2"},
    )
    assert info["patient"].tolist() == ["shock-c", "shock-e", "healthy"]
    assert info["scenario"].tolist() == ["none", "hemorrhage", "none"]
    assert info["speed"].tolist() == [17_000.0] * 3
    with pytest.raises(InputError, match="list of 3"):
        vector.reset(options={"patient": ["shock-c"]})
    with pytest.raises(InputError, match="one of patient"):
        vector.reset(options={"colour": 1})


def test_an_action_that_is_refused_names_its_environment_and_moves_none():
    vector = native(3)
    vector.reset(seed=0)
    good = np.zeros((3, 1), np.float32)
    for bad in (np.nan, 1.5):
        wrong = good.copy()
        wrong[1] = bad
        with pytest.raises(InputError, match=r"actions\[1\]"):
            vector.step(wrong)
    with pytest.raises(InputError, match="3 actions"):
        vector.step(good[:2])
    assert vector.step(good)[4]["time"].tolist() == [1.0] * 3
    levels = native(2, action="level")
    levels.reset(seed=0)
    for wrong in (np.array([0, 99]), np.array([0.0, 1.5]), [0, None]):
        with pytest.raises(InputError, match=r"actions\[1\]|actions\[0\]"):
            levels.step(wrong)


def test_actions_at_and_just_past_the_ends_are_those_of_the_scalar_environment():
    vector, other = native(3), scalars(3)
    vector.reset(seed=0), other.reset(seed=0)
    for action in (np.array([[-1.0], [1.0], [1.0 + 5e-7]]), np.array([[1], [0], [-1]])):
        ours, theirs = vector.step(action), other.step(action)
        assert ours[4]["speed"].tolist() == theirs[4]["speed"].tolist()
    assert isinstance(vector.unwrapped._scalar.actions, SpeedAction)


def test_nothing_goes_before_a_reset_or_after_a_close():
    vector = native(2)
    with pytest.raises(gymnasium.error.ResetNeeded):
        vector.step(np.zeros((2, 1), np.float32))
    vector.reset(seed=0)
    with pytest.raises(InputError, match="nobody"):
        vector.reset(options={"patient": "nobody"})
    with pytest.raises(gymnasium.error.ResetNeeded):
        vector.step(np.zeros((2, 1), np.float32))
    vector.close()
    with pytest.raises(gymnasium.error.ClosedEnvironmentError):
        vector.reset()


@pytest.mark.parametrize("count", [0, -1, True, 1.5])
def test_bad_numbers_of_environments_are_refused(count):
    with pytest.raises(InputError, match="num_envs"):
        SupportVectorEnv(count)


def test_what_is_given_back_is_not_written_to_later():
    vector = native(2)
    observations, info = vector.reset(seed=0)
    kept = observations.copy(), info["metrics"]["map"].copy(), info["time"].copy()
    hold = np.ones((2, 1), np.float32)
    seen, rewards, _, _, later = vector.step(hold)
    rows = seen.copy(), rewards.copy(), later["metrics"]["map"].copy()
    vector.step(hold)
    for first, second in zip(
        (
            observations,
            info["metrics"]["map"],
            info["time"],
            seen,
            rewards,
            later["metrics"]["map"],
        ),
        (*kept, *rows),
        strict=True,
    ):
        np.testing.assert_array_equal(first, second)


def test_pictures_are_those_of_the_scalar_environment():
    vector, other = native(2, render_mode="rgb_array"), scalars(2, render_mode="rgb_array")
    vector.reset(seed=0), other.reset(seed=0)
    action = np.full((2, 1), 0.5, np.float32)
    vector.step(action), other.step(action)
    for first, second in zip(vector.render(), other.render(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert native(2).render() == (None, None)


def test_is_what_make_vec_gives_and_runs_in_the_wrappers_of_gymnasium():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vector = gymnasium.make_vec(ID, 2, max_episode_steps=2)
    assert isinstance(vector.unwrapped, SupportVectorEnv)
    assert vector.spec.id == ID
    wrapped = gymnasium.wrappers.vector.RecordEpisodeStatistics(vector)
    wrapped.reset(seed=0)
    total = sum(wrapped.step(np.zeros((2, 1), np.float32))[1] for _ in range(1))
    _, rewards, _, _, info = wrapped.step(np.zeros((2, 1), np.float32))
    np.testing.assert_allclose(info["episode"]["r"], total + rewards)


def test_single_precision_is_close():
    single, other = native(4, precision="single"), native(4, threads=2)
    single.reset(seed=0), other.reset(seed=0)
    for action in actions(single.action_space, 5):
        ours, theirs = single.step(action), other.step(action)
    np.testing.assert_allclose(ours[4]["metrics"]["map"], theirs[4]["metrics"]["map"], rtol=1e-4)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-3, atol=1e-3)
