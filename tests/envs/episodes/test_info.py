"""An info has the same entries at a reset, in every step and at the end, at any level and tier."""

import functools

import gymnasium
import numpy as np
import pytest

import envs
from envs.episodes.info import flat_vector_info
from plants import Event, InputError, Scenario

WEANING = {"cohort_size": 2, "complications": False, "case": ["full", "none"]}
EXPLANT, BRIDGE = 5, 6
TIERS = pytest.mark.parametrize("tier", ["console", "icu", "full"])
LEVELS = pytest.mark.parametrize("level", ["full", "flat"])


def shape(info):
    """Entries with their types, those of tables too."""
    return {
        name: shape(value) if isinstance(value, dict) else type(value)
        for name, value in info.items()
    }


@functools.cache
def infos_of_support(tier, level):
    """From a reset to the end of a patient who bleeds."""
    bleeding = Scenario("bleeding", "", (Event("volume", -4000.0, "ramp", 1.0, duration=30.0),))
    env = envs.SupportEnv(tier=tier, info_level=level, action="level", scenario=bleeding)
    infos, over = [env.reset(seed=1)[1]], False
    while not over:
        *_, over, _, info = env.step(6)
        infos.append(info)
    return infos


@functools.cache
def patients(tier):
    """Patients made once for both levels: what comes of a bridge decision takes a second."""
    return envs.WeaningEnv(tier=tier, **WEANING).draws.pool


@functools.cache
def infos_of_weaning(tier, level):
    """From a reset to a bridge decision, or at the other tiers to the explant."""
    env = gymnasium.make("impellab/Weaning-v0", tier=tier, info_level=level, start="P-2", **WEANING)
    env.unwrapped.draws.pool = patients(tier)
    actions = (2, 3, 1, BRIDGE if tier == "icu" else EXPLANT)
    return [env.reset(seed=1)[1], *(env.step(action)[4] for action in actions)]


def held(vector):
    """Actions that end nothing."""
    return np.full_like(vector.action_space.sample(), 2 if vector.action_space.dtype == int else 0)


@LEVELS
@TIERS
def test_entries_of_support_are_the_same(tier, level):
    infos = infos_of_support(tier, level)
    assert len(infos) > 5
    assert all(shape(info) == shape(infos[0]) for info in infos)
    assert infos[-1]["outcome"] in (("death", "unphysical") if level == "full" else (1.0, 2.0))


@LEVELS
@TIERS
def test_entries_of_weaning_are_the_same(tier, level):
    infos = infos_of_weaning(tier, level)
    assert all(shape(info) == shape(infos[0]) for info in infos)
    ended, number = ("bridge", 3.0) if tier == "icu" else ("explanted", 1.0)
    assert infos[-1]["outcome"] == (ended if level == "full" else number)


@TIERS
def test_a_flat_info_holds_numbers_alone(tier):
    for info in [*infos_of_support(tier, "flat"), *infos_of_weaning(tier, "flat")]:
        assert {type(value) for value in info.values()} == {np.float64}


def test_a_flat_info_tells_what_the_full_one_does():
    flat, full = infos_of_weaning("icu", "flat"), infos_of_weaning("icu", "full")
    for numbers, told in zip(flat, full, strict=True):
        assert numbers["metrics_map"] == told["metrics"]["map"]
        assert numbers["reward_terms_step"] == told["reward_terms"]["step"]
        assert f"P-{numbers['level']:.0f}" == told["level"]
        assert numbers["cormpo_stable"] == float(told["cormpo"]["stable"])


@pytest.mark.parametrize("name", ["impellab/Support-v1", "impellab/Weaning-v0"])
@LEVELS
@pytest.mark.parametrize("mode", ["NEXT_STEP", "SAME_STEP"])
def test_entries_of_a_vector_are_the_same(name, level, mode):
    arguments = WEANING if "Weaning" in name else {}
    vector = gymnasium.make_vec(
        name, 2, info_level=level, autoreset_mode=mode, max_episode_steps=2, **arguments
    )
    _, first = vector.reset(seed=1)
    for _ in range(4):
        *_, info = vector.step(held(vector))
        final = {key for key in info if "final_" in key}
        assert info.keys() - final == first.keys()
        for key in first:
            if level == "flat" and not key.startswith("_"):
                assert info[key].dtype == first[key].dtype == np.float64


@pytest.mark.parametrize("name", ["impellab/Support-v1", "impellab/Weaning-v0"])
@LEVELS
def test_a_native_vector_has_the_entries_of_gymnasiums(name, level):
    arguments = WEANING if "Weaning" in name else {}
    native, own = (
        gymnasium.make_vec(name, 2, vectorization_mode=mode, info_level=level, **arguments)
        for mode in ("vector_entry_point", "sync")
    )
    for first, second in (
        (native.reset(seed=2)[1], own.reset(seed=2)[1]),
        (native.step(held(native))[4], own.step(held(own))[4]),
    ):
        assert first.keys() == second.keys()


def test_levels_are_known():
    with pytest.raises(InputError, match="info_level"):
        gymnasium.make("impellab/Support-v1", info_level="flta")


def test_lanes_without_an_entry_are_masked():
    info = {"outcome": np.array(["death", None], object), "_outcome": np.array([True, False])}
    flat = flat_vector_info(info, {"outcome": ("alive", "death").index})
    assert flat["outcome"].tolist() == [1.0, 0.0]
    assert flat["_outcome"].tolist() == [True, False]
