"""Autoreset, masks and refusals of the native vectors, beside those of Gymnasium's own."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import envs
from plants import InputError

ARGUMENTS = {
    "impellab/Support-v1": {"action": "level"},
    "impellab/Weaning-v0": {"cohort_size": 2, "complications": False, "case": ["full", "none"]},
}
NAMES = pytest.mark.parametrize("name", ARGUMENTS)
MODES = pytest.mark.parametrize("mode", list(AutoresetMode))
ACTIONS = np.array([2, 3])


def native(name, mode=AutoresetMode.NEXT_STEP, **arguments):
    return envs.make_vec(name, 2, autoreset_mode=mode, **ARGUMENTS[name], **arguments)


def gymnasiums(name, mode, **arguments):
    return gymnasium.make_vec(
        name,
        2,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": mode},
        **ARGUMENTS[name],
        **arguments,
    )


def assert_same(ours, theirs):
    """Equal but for the rounding of the lanes, whatever the nesting."""
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key in ours:
            assert_same(ours[key], theirs[key])
    elif isinstance(ours, tuple) or (isinstance(ours, np.ndarray) and ours.dtype.hasobject):
        for own, other in zip(ours, theirs, strict=True):
            assert_same(own, other)
    elif ours is None or isinstance(ours, str):
        assert ours == theirs
    else:
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@NAMES
@MODES
def test_each_mode_is_that_of_gymnasiums_own_vectors(name, mode):
    ours, theirs = (make(name, mode, max_episode_steps=2) for make in (native, gymnasiums))
    assert ours.metadata["autoreset_mode"] is theirs.metadata["autoreset_mode"] is mode
    assert_same(ours.reset(seed=3), theirs.reset(seed=3))
    for _ in range(5):
        step = ours.step(ACTIONS)
        assert_same(step, theirs.step(ACTIONS))
        ended = step[2] | step[3]
        if mode is AutoresetMode.DISABLED and ended.any():
            ours_begun, theirs_begun = (
                env.reset(options={"reset_mask": ended.copy()}) for env in (ours, theirs)
            )
            assert_same(ours_begun, theirs_begun)


@NAMES
def test_same_step_gives_the_end_and_the_begin(name):
    vector = native(name, "SAME_STEP", max_episode_steps=2)
    vector.reset(seed=1)
    vector.step(ACTIONS)
    seen, _, terminated, truncated, info = vector.step(ACTIONS)
    assert (truncated & ~terminated).all()
    assert info["_final_obs"].all()
    passed = "time" if "Support" in name else "hours"
    assert info["final_info"][passed].tolist() == [2.0, 2.0]
    assert info[passed].tolist() == [0.0, 0.0]
    assert any(terms.all() for terms in info["final_info"]["reward_terms"].values())
    final = np.stack(list(info["final_obs"]))
    assert final.shape == seen.shape
    assert np.any(final != seen)
    assert not vector.step(ACTIONS)[3].any()  # the count of steps began anew too


@NAMES
def test_only_what_has_ended_is_begun_in_the_same_step(name):
    vector = native(name, "SAME_STEP", max_episode_steps=3)
    vector.reset(seed=1)
    vector.step(ACTIONS)
    vector.reset(options={"reset_mask": np.array([False, True])})
    vector.step(ACTIONS)
    _, _, _, truncated, info = vector.step(ACTIONS)
    assert truncated.tolist() == info["_final_info"].tolist() == [True, False]
    assert info["final_obs"][1] is None
    passed = "time" if "Support" in name else "hours"
    assert info[passed].tolist() == [0.0, 2.0]


@NAMES
def test_disabled_refuses_a_step_of_what_has_ended(name):
    vector = native(name, "Disabled", max_episode_steps=1)
    vector.reset(seed=1)
    vector.step(ACTIONS)
    with pytest.raises(gymnasium.error.ResetNeeded, match=r"\[0, 1\]"):
        vector.step(ACTIONS)
    vector.reset(options={"reset_mask": np.array([True, False])})
    with pytest.raises(gymnasium.error.ResetNeeded, match=r"\[1\]"):
        vector.step(ACTIONS)
    vector.reset(options={"reset_mask": np.array([False, True])})
    vector.step(ACTIONS)


@NAMES
def test_unknown_modes_are_refused(name):
    with pytest.raises(InputError, match="SAME_STEP"):
        native(name, "SAME_STEPS")
    with pytest.raises(InputError, match="autoreset_mode"):
        native(name, None)


BAD = [
    ([2, np.nan], "actions[1]"),
    ([2, np.inf], "actions[1]"),
    ([2, 99], "actions[1]"),
    ([2, -1], "actions[1]"),
    ([2, None], "actions[1]"),
    ([2, 1.5], "actions[1]"),
    ([2, [1, 1]], "actions[1]"),
    (np.array([[2, 1], [1, 2]]), "actions[0]"),
    ([2], "actions"),
    ([2, 2, 2], "actions"),
    (2, "actions"),
    (None, "actions"),
]


@NAMES
@MODES
def test_a_refused_action_moves_nothing(name, mode):
    vector = native(name, mode)
    vector.reset(seed=1)
    before = vector.snapshot()
    expected = vector.step(ACTIONS)[0]
    # What is refused is the same in every mode; that nothing moves is looked at in each.
    for bad, named in BAD if mode is AutoresetMode.NEXT_STEP else BAD[::5]:
        vector.restore(before)
        with pytest.raises(InputError) as refused:
            vector.step(bad)
        assert refused.value.field == named, bad
        np.testing.assert_array_equal(vector.step(ACTIONS)[0], expected)


@pytest.mark.parametrize("bad", [[np.nan], [np.inf], [1.5], [0.0, 0.0]], ids=str)
def test_refused_speeds_move_nothing(bad):
    vector = gymnasium.make_vec("impellab/Support-v1", 2)
    vector.reset(seed=1)
    with pytest.raises(InputError) as refused:
        vector.step([[0.0], bad])
    assert refused.value.field == "actions[1]"
    assert vector._batch.times.tolist() == [0.0, 0.0]


@NAMES
@pytest.mark.parametrize(
    "actions", [np.array([[2], [3]]), [np.array([2]), 3], [2, 3], np.array([2, 3], np.int8)]
)
def test_any_integers_are_actions(name, actions):
    vector = native(name)
    vector.reset(seed=1)
    first = vector.step(actions)[0]
    vector.reset(seed=1)
    np.testing.assert_array_equal(vector.step(ACTIONS)[0], first)


@NAMES
def test_tensors_are_actions(name):
    torch = pytest.importorskip("torch")
    vector = native(name)
    vector.reset(seed=1)
    first = vector.step(torch.tensor([2, 3]))[0]
    vector.reset(seed=1)
    np.testing.assert_array_equal(vector.step(ACTIONS)[0], first)


@NAMES
def test_seeds_and_generators_are_told_as_gymnasiums_own_vectors_do(name):
    vector, other = native(name), gymnasiums(name, AutoresetMode.NEXT_STEP)
    drawn = vector.np_random_seed  # of what was never reset
    assert len(set(drawn)) == 2
    assert vector.np_random_seed == drawn
    vector.reset(seed=7), other.reset(seed=7)
    assert vector.np_random_seed == other.np_random_seed == (7, 8)
    ours, theirs = vector.np_random, other.np_random
    assert [each.bit_generator.state for each in ours] == [
        each.bit_generator.state for each in theirs
    ]
