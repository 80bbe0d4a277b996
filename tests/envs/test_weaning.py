"""``impellab/Weaning-v0``: Gymnasium's contract, seeds, ends, events and reward."""

import re

import gymnasium
import numpy as np
import pytest
from hypothesis import given, strategies as st

import envs  # noqa: F401 - registers the ids
from envs import WeaningEnv, WeaningReward
from envs.weaning_draws import WeaningDraws
from plants import InputError
from plants.bedside import ACTIONS

ARGUMENTS = {"cohort_size": 2, "complications": False, "case": ["full", "none"]}
GOOD = {"map": 70.0, "heart_rate": 80.0, "pulse_pressure": 30.0}
DOWN_2, DOWN, STAY, UP, _, EXPLANT, BRIDGE = range(7)


@pytest.fixture(scope="module")
def pool():
    """Patients made once for all tests that do not ask for fresh ones."""
    return WeaningEnv(**ARGUMENTS).draws.pool


@pytest.fixture
def made(pool):
    def make(**changes):
        env = gymnasium.make("impellab/Weaning-v0", **(ARGUMENTS | changes))
        env.unwrapped.draws.pool = pool
        return env

    return make


def test_same_seed_same_episode_in_a_used_and_a_fresh_environment():
    def episode(env):
        seen = [env.reset(seed=5)[0]]
        seen += [env.step(action)[0] for action in (STAY, DOWN, DOWN_2, UP)]
        return np.array(seen)

    used = gymnasium.make("impellab/Weaning-v0", **ARGUMENTS)
    used.reset(seed=1)
    used.step(DOWN)
    np.random.seed(0)  # noqa: NPY002 - a global generator must not matter
    once = episode(used)
    np.testing.assert_array_equal(once, episode(used))
    np.testing.assert_array_equal(once, episode(gymnasium.make(used.spec)))


def test_one_seed_and_resets_give_the_same_episodes(made):
    def course(env):
        firsts = [env.reset(seed=3)[0]] + [env.reset()[0] for _ in range(3)]
        return np.array(firsts)

    first = course(made())
    np.testing.assert_array_equal(first, course(made()))
    assert len(np.unique(first, axis=0)) == 4


def test_an_option_changes_nothing_else_of_the_draw(made):
    env = made()
    case = env.reset(seed=8)[1]["case"]
    info = env.reset(seed=8, options={"patient": 1})[1]
    assert info["case"] == case
    noise = env.reset(seed=8, options={"patient": 1})[0]
    np.testing.assert_array_equal(noise, env.reset(seed=8, options={"patient": 1})[0])


def test_levels_change_by_two_at_most_and_stay_above_p2(made):
    env = made()
    env.reset(seed=1)
    levels = [env.step(DOWN_2)[4]["level"] for _ in range(4)]
    assert levels == ["P-6", "P-4", "P-2", "P-2"]


def test_observations_are_finite_and_inside_while_laboratory_values_are_held(made):
    env = made()
    seen, _ = env.reset(seed=2)
    lactate = env.unwrapped.signals.index("lactate")
    values = [seen[lactate]]
    for _ in range(7):
        seen, *_ = env.step(STAY)
        assert np.isfinite(seen).all()
        assert seen in env.observation_space
        values.append(seen[lactate])
    assert len(set(values[:6])) == 1  # every 6 h
    assert values[6] != values[5]


def test_an_explant_is_scored_with_what_follows(made):
    env = made(start="P-2")
    info = env.reset(seed=1, options={"patient": 3, "case": "none"})[1]
    assert info["case"] == "none"
    env.step(STAY)
    _, reward, terminated, truncated, info = env.step(EXPLANT)
    assert (terminated, truncated, info["result"]) == (True, False, "failed")
    assert info["reward_terms"]["end"] == WeaningReward().failed
    assert reward == pytest.approx(sum(info["reward_terms"].values()))
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(STAY)


def test_above_p2_an_explant_is_a_step_of_two_levels(made):
    env = made()
    env.reset(seed=1)
    _, _, terminated, _, info = env.step(EXPLANT)
    assert not terminated
    assert (info["level"], info["reward_terms"]["end"]) == ("P-6", 0.0)


def test_a_bridge_decision_is_right_for_who_does_not_recover(made):
    env = made()
    env.reset(seed=1, options={"patient": 3, "case": "none"})
    _, _, terminated, _, info = env.step(BRIDGE)
    assert terminated
    assert (info["outcome"], info["result"]) == ("bridge", "failed")
    assert info["reward_terms"]["end"] == WeaningReward().bridge


def test_a_bridge_decision_is_wrong_for_who_will_recover(made):
    env = made()
    env.reset(seed=1, options={"patient": 11, "case": "full"})
    fork = env.unwrapped.bedside.fork()
    assert fork.explant() == "failed"  # now it would, later not
    _, _, _, _, info = env.step(BRIDGE)
    assert info["result"] == "well"
    assert info["reward_terms"]["end"] == WeaningReward().premature_bridge


def test_the_label_truncates(made):
    env = made(interval=24.0)
    env.reset(seed=1, options={"patient": 1, "case": "full"})
    ends = [env.step(STAY)[2:4] for _ in range(4)]
    assert ends == [(False, False)] * 3 + [(False, True)]


def test_episodes_may_begin_later(made):
    env = made(begin=24)
    _, info = env.reset(seed=1, options={"patient": 1, "case": "full"})
    assert info["hours"] == 24.0
    held = made()
    held.reset(seed=1, options={"patient": 1, "case": "full"})
    for _ in range(24):
        *_, info_held = held.step(STAY)
    assert info["metrics"] == pytest.approx(info_held["metrics"])


@pytest.mark.parametrize(
    ("events", "signal", "sign"),
    [
        ("relapse", "factor_lv_contractility", -1),
        ("ischemia", "factor_lv_contractility", -1),
        ("bleeding", "blood_volume", -1),
        ("drug-change", "inotrope_effect", 1),
        ("fluid", "blood_volume", 1),
        ("position", "pump_flow", -1),
    ],
)
def test_events_happen_from_their_hour_on(made, events, signal, sign):
    known = {"patient": 1, "case": "full"}
    env, calm = made(events=events, event_hours=(1.5, 1.5)), made()
    info = env.reset(seed=4, options=known)[1]
    assert info["events"] == events
    calm.reset(seed=4, options=known)
    pairs = [(env.step(STAY)[4]["metrics"], calm.step(STAY)[4]["metrics"]) for _ in range(2)]
    assert pairs[0][0] == pairs[0][1]
    struck, quiet = (course[signal] for course in pairs[1])
    assert sign * (struck - quiet) > 1e-3 * abs(quiet)


def test_events_are_drawn_with_their_hour(made):
    env = made(events=["none", "bleeding"], event_hours=(10.0, 20.0))
    drawn = []
    for seed in range(12):
        drawn.append(env.reset(seed=seed)[1]["events"])
        onset = env.unwrapped.bedside.events.next_change(0.0)
        if drawn[-1] == "bleeding":
            assert 10.0 <= onset <= 20.0
    assert set(drawn) == {"none", "bleeding"}


def test_bad_actions_and_arguments_are_refused(made):
    env = made()
    env.reset(seed=0)
    for action in (7, -1, 0.5, float("nan"), None):
        with pytest.raises(InputError):
            env.unwrapped.step(action)
    for arguments in (
        {"case": "nobody"},
        {"start": "P-20"},
        {"device": "RP"},
        {"cohort_size": 0},
        {"cohort_first": 9_500},
        {"begin": 96},
        {"begin": 0.5},
        {"events": "plague"},
        {"event_hours": (5.0, 1.0)},
        {"event_hours": 3},
        {"render_mode": "human"},
        {"info_level": "short"},
    ):
        with pytest.raises(InputError):
            WeaningEnv(**arguments)
    with pytest.raises(InputError, match="options"):
        env.reset(options={"colour": "red"})
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.unwrapped.step(STAY)


def test_actions_have_their_documented_numbers():
    rows = re.findall(
        r"\| (\d) +\| (down 2|down 1|stay|up 1|up 2|explant|bridge) ", WeaningEnv.__doc__
    )
    assert [(int(number), name) for number, name in rows] == list(enumerate(ACTIONS))


@given(st.lists(st.integers(-2, 2), min_size=1, max_size=20))
def test_a_way_down_and_up_again_earns_nothing(changes):
    reward = WeaningReward()
    there_and_back = [*changes, -sum(changes)]
    assert sum(reward.steps(change, GOOD) for change in there_and_back) == pytest.approx(0.0)


def test_steps_down_count_in_a_stable_hour_only():
    assert WeaningReward().steps(-2, GOOD) > 0.0
    assert WeaningReward().steps(-2, GOOD | {"map": 50.0}) == 0.0


def test_draws_name_their_cohort(pool):
    env = WeaningEnv(cohort_first=600, cohort_size=400)
    assert isinstance(env.draws, WeaningDraws)
    assert (env.draws.patients[0], env.draws.patients[-1]) == (600, 999)


@pytest.mark.parametrize("action", [np.array([DOWN]), np.array(DOWN), [DOWN], np.int8(DOWN)])
def test_an_action_may_be_any_integer(made, action):
    env = made()
    env.reset(seed=1)
    assert env.step(action)[4]["level"] == "P-7"


def test_an_action_may_be_a_tensor(made):
    torch = pytest.importorskip("torch")
    env = made()
    env.reset(seed=1)
    assert env.step(torch.tensor([DOWN]))[4]["level"] == "P-7"
    assert env.step(torch.tensor(DOWN))[4]["level"] == "P-6"


def masked(env):
    """The actions that are masked."""
    masks = env.get_wrapper_attr("action_masks")()
    assert masks.dtype == bool
    return set(np.flatnonzero(~masks).tolist())


def test_masked_actions_are_those_that_another_one_does(made):
    env = made()
    env.reset(seed=1)
    assert masked(env) == {4, EXPLANT}  # from P-8 one level up is left, and nothing comes out
    env.step(UP)
    assert masked(env) == {UP, 4, EXPLANT}
    for _ in range(3):
        env.step(DOWN_2)
    assert masked(env) == {DOWN_2, EXPLANT}  # at P-3
    env.step(DOWN)
    assert masked(env) == {DOWN_2, DOWN}


def test_a_course_without_masked_actions_changes_the_level_as_told(made):
    env = made(start="P-4")
    env.reset(seed=2)
    random = np.random.default_rng(0)
    for _ in range(12):
        allowed = [k for k in range(5) if k not in masked(env)]
        action, before = int(random.choice(allowed)), env.unwrapped.bedside.level
        info = env.step(action)[4]
        change = int(info["level"][2:]) - int(before[2:])
        assert change == info["cormpo"]["change"] == (-2, -1, 0, 1, 2)[action]


def test_masks_need_an_episode():
    with pytest.raises(gymnasium.error.ResetNeeded):
        WeaningEnv(**ARGUMENTS).action_masks()


def test_masks_reach_through_vectors():
    vector = gymnasium.make_vec("impellab/Weaning-v0", 2, **ARGUMENTS)
    vector.reset(seed=1)
    vector.step([UP, STAY])
    masks = vector.action_masks()
    assert masks.tolist() == [[True] * 3 + [False] * 3 + [True], [True] * 4 + [False] * 2 + [True]]
    for each, own in zip(vector.call("action_masks"), masks, strict=True):
        np.testing.assert_array_equal(each, own)
    assert vector.get_attr("interval") == (1.0, 1.0)
