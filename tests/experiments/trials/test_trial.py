"""Trials and what they are judged by."""

import math

import numpy as np
import pytest

from controllers import Command, Outcome, SolveStatus
from experiments.trials import (
    FAILED,
    TRIAL_METRICS,
    Trial,
    TrialResult,
    check_controller,
    run_trial,
    score,
    short_name,
    solver_statistics,
    suction_events,
)
from experiments.trials.finished import run_safely
from plants import Conditions, InputError, Patient, Therapy, individual, individual_therapy
from plants.simulation import DIED, LEFT, metric_series

from ..conftest import kept_and_read

HELD = Trial(level="P-8", duration=10.0)


@pytest.fixture(scope="module")
def held():
    return run_trial(HELD)


def test_the_key_tells_trials_apart():
    assert Trial().key == Trial().key
    assert len({Trial(seed=seed).key for seed in range(20)}) == 20


def test_a_held_level_costs_no_effort(held):
    metrics, outcome, reason = score(held)
    assert (outcome, reason) == ("completed", "")
    assert set(metrics) == set(TRIAL_METRICS)
    assert metrics["effort"] == 0.0
    assert metrics["survived_seconds"] == 10.0
    assert metrics["solves"] == 0.0
    assert math.isnan(metrics["solve_ms_max"])
    assert metrics["map"] == pytest.approx(float(np.mean(held.rollout["map"][1:])))


def test_the_cost_is_that_of_the_therapy(held):
    therapy = individual_therapy(Therapy.default(), Patient.load(HELD.patient))
    row = {name: float(metric_series(held.rollout, name)[-1]) for name in therapy.signals}
    metrics, _, _ = score(held)
    assert metrics["therapy_cost"] == pytest.approx(therapy.cost(row), rel=1e-2)
    assert metrics["goal_cost"] == pytest.approx(metrics["therapy_cost"])


def test_effort_is_part_of_the_cost():
    run = run_trial(Trial(level="P-6", controller="fixed:P-8", duration=5.0))
    metrics, _, _ = score(run)
    step = run.pump.speed("P-8") - run.pump.speed("P-6")
    price = run.therapy.effort_weight * (1e-3 * step) ** 2 / 4
    assert metrics["therapy_cost"] - metrics["goal_cost"] == pytest.approx(price)


def test_suction_for_more_than_three_beats_is_an_event():
    suction = np.array([0.1, 0.1, 0.0, 0.1, 0.1, 0.1, 0.1, 0.0, 0.2, 0.2, 0.2])
    # At 75 beats a minute three periods of a second are 3.75 beats.
    assert suction_events(suction, np.full(11, 75.0), 1.0) == 2
    assert suction_events(suction, np.full(11, 40.0), 1.0) == 0
    assert suction_events(np.zeros(5), np.full(5, 90.0), 1.0) == 0


def test_the_first_step_from_the_start_speed_is_effort():
    run = run_trial(Trial(level="P-6", controller="fixed:P-8", duration=5.0))
    metrics, _, _ = score(run)
    assert metrics["effort"] == pytest.approx(5.0)


def spy(folder, *checks):
    """A controller in a file that checks its briefing ``b`` and what it is shown."""
    path = folder / "spy.py"
    path.write_text(
        "from controllers import Command\n"
        "class Spy:\n"
        "    name = 'spy'\n"
        "    def reset(self, briefing):\n"
        "        self.briefing = briefing\n"
        "    def act(self, measurement):\n"
        "        b = self.briefing\n"
        + "".join(f"        assert {check}\n" for check in checks)
        + "        return Command(b.start_speed)\n"
    )
    return f"{path}:Spy"


def test_the_individual_differs_and_the_controller_is_not_told(tmp_path):
    controller = spy(
        tmp_path,
        "b.patient.name == 'shock-d' and b.tier == 'console'",
        "b.start_speed == b.pump.speed('P-6') and b.seed == 5",
        "'map' not in measurement.names",
    )
    run = run_trial(
        Trial(controller=controller, tier="console", level="P-6", seed=5, spread=0.2, duration=2.0)
    )
    assert run.patient == individual("shock-d", seed=5, spread=0.2)
    assert run.patient != Patient.load("shock-d")


def test_a_command_that_is_no_number_is_held_and_counted(tmp_path):
    path = tmp_path / "nan.py"
    path.write_text(
        "from controllers import Command, Outcome, SolveStatus\n"
        "class Nan:\n"
        "    name = 'nan'\n"
        "    def reset(self, briefing): pass\n"
        "    def act(self, measurement):\n"
        "        return Command(float('nan'), SolveStatus(Outcome.FAILED, 3, 2.0))\n"
    )
    metrics, outcome, _ = score(
        run_trial(Trial(controller=f"{path}:Nan", level="P-6", duration=3.0))
    )
    assert outcome == "completed"
    assert metrics["held_commands"] == 3.0
    assert metrics["effort"] == 0.0
    assert (metrics["solves"], metrics["solves_failed"]) == (3.0, 3.0)


def test_death_ends_the_trial_and_is_paid_for(held, monkeypatch):
    low = held.rollout.copy(deep=True)
    low["map"][:] = np.where(np.arange(10) < 2, 70.0, 20.0)
    therapy = held.therapy
    short = therapy.model_copy(update={"death": therapy.death.model_copy(update={"seconds": 4.0})})
    dead = type(held)(**(vars(held) | {"rollout": low, "therapy": short}))
    metrics, outcome, reason = score(dead)
    assert outcome == DIED
    assert "map below 30 mmHg for 4 s" in reason
    assert metrics["survived_seconds"] == 6.0
    alive, _, _ = score(held)
    assert metrics["therapy_cost"] > alive["therapy_cost"] + therapy.death.cost * 4 / 9
    assert metrics["map_in_range"] == pytest.approx(1 / 9)


def test_a_course_that_ended_early_says_why(held):
    cut = held.rollout.isel(step_time=slice(0, 4)).assign_attrs(ended="volume below 0")
    metrics, outcome, reason = score(type(held)(**(vars(held) | {"rollout": cut})))
    assert (outcome, reason) == (LEFT, "volume below 0")
    assert metrics["survived_seconds"] == 4.0
    nothing = cut.isel(step_time=slice(0, 1))
    metrics, outcome, _ = score(type(held)(**(vars(held) | {"rollout": nothing})))
    assert outcome == LEFT
    assert math.isnan(metrics["map"])
    assert metrics["therapy_cost"] == held.therapy.death.cost


def test_a_trial_ends_with_the_patient(tmp_path):
    path = tmp_path / "bleeding.toml"
    path.write_text(
        'name = "bleeding"\n[[events]]\ndisturbance = "volume"\namount = -4000.0\nunit = "mL"\n'
        'shape = "ramp"\nonset = 2.0\nduration = {}\nsource = "made up"\ntag = "X"\n',
        encoding="utf-8",
    )
    text = path.read_text(encoding="utf-8")
    for duration, said in ((400.0, "map below 30 mmHg for 10 s"), (25.0, "bled empty: ")):
        path.write_text(text.format(duration), encoding="utf-8")
        trial = Trial(scenario=str(path), level="P-6", duration=400.0)
        metrics, outcome, reason = score(run_trial(trial))
        assert outcome == DIED
        assert reason.startswith(said)
        assert metrics["survived_seconds"] < 400.0
        done = run_safely(trial)
        assert (done.outcome, done.reason) == (outcome, reason)


def test_conditions_reach_the_plant_and_the_controller(tmp_path):
    controller = spy(
        tmp_path,
        "b.patient.name == 'shock-d with severe aortic-stenosis'",
        "b.plant.device == 'CP+RP' and b.pump.name == 'CP'",
        "b.plant.right_speed == b.right_pump.speed('P-4')",
    )
    conditions = Conditions(
        right_level="P-4", valve_disease=("aortic-stenosis:severe",), rhythm="bigeminy", slow=True
    )
    trial = Trial(
        device="CP+RP",
        controller=controller,
        level="P-6",
        duration=3.0,
        spread=0.1,
        seed=2,
        conditions=conditions,
    )
    run = run_trial(trial)
    assert run.pump.name == "CP"
    assert run.patient.name == "shock-d/2 with severe aortic-stenosis"
    assert run.rollout.attrs["rhythm"] == "bigeminy"
    assert "pfhb" in run.rollout
    assert trial.key != Trial(device="CP+RP", level="P-6", duration=3.0, spread=0.1, seed=2).key
    done = run_safely(trial)
    assert kept_and_read(done).trial == trial


def test_solver_statistics():
    statuses = [SolveStatus(Outcome.SOLVED, k, 10.0 * k) for k in range(1, 101)]
    statuses += [SolveStatus(Outcome.FALLBACK, 0, 2000.0)]
    statistics = solver_statistics(statuses, period=1.0)
    assert statistics["solves"] == 101.0
    assert statistics["solve_ms_median"] == pytest.approx(510.0)
    assert statistics["solve_ms_max"] == 2000.0
    assert statistics["solve_overruns"] == 1.0
    assert (statistics["solves_solved"], statistics["solves_fallback"]) == (100.0, 1.0)


def test_finished_trials_survive_the_disk():
    finished = TrialResult(
        HELD,
        "completed",
        "",
        dict.fromkeys(TRIAL_METRICS, 1.0) | {"map": math.nan},
        (SolveStatus(Outcome.LATE, 5, 12.5),),
        {"time": [0.0, 1.0]},
    )
    back = kept_and_read(finished)
    assert back.trial == finished.trial
    assert back.statuses == finished.statuses
    assert math.isnan(back.metrics["map"])


def test_a_trial_that_cannot_be_run_does_not_stop_the_others(tmp_path, user_controller):
    broken = user_controller.replace("Mine", "Broken")
    finished = run_safely(Trial(controller=broken, level="P-6", duration=2.0))
    assert finished.outcome == FAILED
    assert "ZeroDivisionError" in finished.reason
    check_controller(Trial(controller=broken, level="P-6"))


def test_refusals():
    for bad in ({"duration": 0.5}, {"duration": 1e9}, {"period": 0.0}, {"period": math.nan}):
        with pytest.raises(InputError):
            Trial(**bad)
    for bad in (
        Trial(device="none", controller="fixed:P-6"),
        Trial(level="P-6", speed=1000.0),
        Trial(level="P-6", spread=-1.0),
        Trial(speed=1e6),
        Trial(device="RP", level="P-6"),
        Trial(patient="rv-failure", device="RP", controller="nmpc", level="P-6"),
        Trial(level="P-6", conditions=Conditions(right_level="P-6")),
        Trial(device="5.0", level="P-6", conditions=Conditions(artery_diameter=5.0)),
    ):
        with pytest.raises(InputError):
            run_trial(bad)
    for bad in (
        Trial(device="none"),
        Trial(device="RP", controller="fixed:P-6"),
        Trial(patient="rv-failure", device="RP", controller="pi"),
    ):
        with pytest.raises(InputError):
            check_controller(bad)


def test_short_names_hold_no_folders():
    assert short_name("policy:/somewhere/ppo-1") == "policy:ppo-1"
    assert short_name("/somewhere/mine.py:Mine") == "mine.py:Mine"
    assert short_name("fixed:P-6") == "fixed:P-6"
    assert Command(1.0).status is None


@pytest.mark.parametrize("duration", [10.0, 11.0])
def test_a_trial_of_no_whole_number_of_periods_is_as_long_as_asked(duration):
    ran = run_trial(Trial(level="P-8", duration=duration, period=4.0))
    metrics, outcome, _ = score(ran)
    assert (outcome, metrics["survived_seconds"]) == ("completed", duration)
    assert ran.simulator.time == pytest.approx(duration)
    assert ran.rollout.sizes["step_time"] == 3
    # Of the two beats that are judged each is in range.
    assert metrics["map_in_range"] in (0.0, 0.5, 1.0)
    assert ran.rollout.attrs["seconds"] == duration


def test_a_death_in_the_last_short_period_needs_its_whole_time(held):
    """Periods of 4, 4 and 2 s: all of 10 s below is a death of 10 s, not one of 11 s."""
    ran = run_trial(Trial(level="P-8", duration=10.0, period=4.0))
    low = ran.rollout.copy(deep=True)
    low["map"][:] = 20.0
    therapy = ran.therapy
    for seconds, expected in ((10.0, DIED), (11.0, "completed")):
        death = therapy.death.model_copy(update={"seconds": seconds})
        own = therapy.model_copy(update={"death": death})
        metrics, outcome, _ = score(type(ran)(**(vars(ran) | {"rollout": low, "therapy": own})))
        assert outcome == expected
        assert metrics["survived_seconds"] == 10.0
