"""Regret, the oracle behind it, and what many trials say together."""

from __future__ import annotations

import math

import numpy as np
import pandas
import pytest

from experiments.benchmark.entrants import BEST, ORACLE, reference_trial, run_entrant
from experiments.benchmark.oracle import held_plans, oracle_plan
from experiments.benchmark.regret import (
    CASE,
    profiles,
    reference_table,
    regret_by_scenario,
    regret_summary,
    with_regret,
)
from experiments.benchmark.speed_plans import PlannedTrial
from experiments.benchmark.tables import rank_agreement
from experiments.trials import Trial, run_trial, score
from plants import (
    Conditions,
    Death,
    Event,
    Patient,
    Plant,
    Pump,
    Rhythm,
    Scenario,
    Simulator,
    Therapy,
    individual_therapy,
)

PUMP = Pump.load("CP")


def planned(scenario, *, periods=24, patient="shock-d", therapy=None, **changes):
    own = individual_therapy(therapy or Therapy.default(), Patient.load(patient))
    start = PUMP.speed("P-6")
    return PlannedTrial(Plant(patient, PUMP), scenario, own, start, periods, 1.0, **changes)


def row(controller, cost, *, seed=1, scenario="day", level="", device="CP"):
    case = dict(zip(CASE, ("shock-d", scenario, device, 0.1, "sinus", seed), strict=True))
    return case | {"controller": controller, "therapy_cost": cost, "level": level, "part": "CP"}


@pytest.mark.parametrize("level", ["P-4", "P-9"])
def test_a_planned_cost_is_that_of_the_trial(level):
    trial = Trial("shock-d", "CP", "composite", f"fixed:{level}", duration=40.0, level="P-6")
    cost = score(run_trial(trial))[0]["therapy_cost"]
    plan = np.full((1, 39), PUMP.speed(level))
    costs = planned(Scenario.load("composite"), periods=39).costs(plan)
    assert costs.costs[0] == pytest.approx(cost, rel=1e-9)
    assert np.sum(costs.residuals[0] ** 2) == pytest.approx(cost, rel=1e-9)


def test_one_by_one_is_as_in_lanes_and_in_a_rhythm_of_the_trial():
    scenario = Scenario.load("hemorrhage")
    lanes = planned(scenario)
    plans = np.full((2, 24), PUMP.speed("P-8"))
    plans[1, 12:] = PUMP.speed("P-3")
    alone = planned(scenario, simulator=lambda: Simulator(Plant("shock-d", PUMP), scenario))
    np.testing.assert_allclose(alone.costs(plans).costs, lanes.costs(plans).costs, rtol=1e-6)
    rhythm = Rhythm.make("atrial-fibrillation", seed=5)
    plant = Plant("shock-d", PUMP)
    irregular = planned(scenario, simulator=lambda: Simulator(plant, scenario, rhythm=rhythm))
    trial = Trial(
        "shock-d",
        "CP",
        "hemorrhage",
        "fixed:P-8",
        seed=5,
        duration=25.0,
        level="P-6",
        conditions=Conditions(rhythm="atrial-fibrillation"),
    )
    cost = score(run_trial(trial))[0]["therapy_cost"]
    assert irregular.costs(plans[:1]).costs[0] == pytest.approx(cost, rel=1e-9)


def test_who_dies_pays_for_every_period_that_is_left():
    therapy = Therapy.default()
    dead = therapy.model_copy(
        update={"death": Death(signal="map", low=200.0, seconds=4.0, cost=50.0)}
    )
    plans = np.full((1, 24), PUMP.speed("P-6"))
    lost = planned(Scenario.load("none"), therapy=dead).costs(plans).costs[0]
    kept = planned(Scenario.load("none"), therapy=therapy).costs(plans).costs[0]
    # The fourth look, at the begin of the fourth period, is the last: three are judged.
    assert lost == pytest.approx((21 * 50.0 + 3 * kept) / 24, rel=0.02)


def test_a_plant_that_breaks_pays_too():
    bleeding = Scenario("b", "", (Event("volume", -4000.0, "ramp", 1.0, duration=20.0),))
    cost = planned(bleeding).costs(np.full((1, 24), PUMP.speed("P-6"))).costs[0]
    assert math.isfinite(cost)
    assert cost > 10.0


def test_the_oracle_beats_every_held_speed_where_the_best_one_moves():
    scenario = Scenario.load("composite")
    trial = planned(scenario, periods=110)
    speeds = np.array([level.rpm for level in PUMP.levels[1:]])
    best = min(plan.cost for plan in held_plans(trial, speeds))
    plan = oracle_plan(trial, speeds)
    assert plan.cost < 0.75 * best
    assert trial.costs(plan.speeds[None, :]).costs[0] == pytest.approx(plan.cost)
    assert speeds.min() <= plan.speeds.min() < plan.speeds.max() <= speeds.max()
    # Down while the right ventricle fails, up while the left one does.
    assert plan.speeds[40:60].mean() < plan.speeds[95:].mean()


def test_references_know_the_individual_and_nothing_of_the_sensors():
    trial = Trial(
        "shock-d", "CP", "none", "pi", seed=3, spread=0.1, tier="console", believed="hfref"
    )
    reference = reference_trial(trial, ORACLE)
    assert (reference.tier, reference.believed, reference.seed) == ("full", "", 3)
    short = reference_trial(
        Trial("shock-d", "CP", level="P-6", duration=6.0, seed=3, spread=0.1), BEST
    )
    done = run_entrant(short)
    held = score(run_trial(Trial(**(vars(short) | {"controller": f"fixed:{done.level}"}))))[0]
    assert done.metrics["therapy_cost"] == pytest.approx(held["therapy_cost"])


def test_a_reference_that_cannot_be_run_is_a_failed_trial(monkeypatch):
    monkeypatch.setattr("experiments.benchmark.entrants.oracle_plan", _broken)
    done = run_entrant(reference_trial(Trial(level="P-6", duration=5.0), ORACLE))
    assert (done.outcome, done.reason) == ("failed", "no beat")


def _broken(*_):
    from plants import PhysicsError

    raise PhysicsError("no beat")


def test_regret_is_the_share_that_is_left_open():
    rows = pandas.DataFrame(
        [
            *(row("pi", 1.5), row(BEST, 2.0, level="P-6"), row(ORACLE, 1.0)),
            *(
                row("pi", 8.0, seed=2),
                row(BEST, 5.0, seed=2, level="P-4"),
                row(ORACLE, 2.0, seed=2),
            ),
            # Control does not matter here.
            *(row("pi", 4.0, seed=3), row(BEST, 2.0, seed=3), row(ORACLE, 1.999, seed=3)),
        ]
    )
    references = reference_table(rows)
    assert references["best_level"].tolist() == ["P-6", "P-4", ""]
    assert references["gap_share"].round(3).tolist() == [0.5, 0.6, 0.0]
    told = with_regret(rows, references)
    regret = told.set_index(["controller", "seed"])["regret"]
    assert regret["pi", 1] == 0.5
    assert regret["pi", 2] == 2.0
    assert math.isnan(regret["pi", 3])
    assert (regret[BEST].dropna() == 1.0).all()
    assert (regret[ORACLE].dropna() == 0.0).all()
    summary = regret_summary(told[told["controller"] == "pi"])
    assert summary["regret"] == pytest.approx((0.5 + 6.0) / (1.0 + 3.0))
    assert summary["regret_low"] <= summary["regret"] <= summary["regret_high"]
    assert summary["regret_iqm"] == pytest.approx(1.25)
    (line,) = regret_by_scenario(told, ("pi",)).to_dict("records")
    assert (line["scenario"], line["trials"]) == ("day", 3)
    shares = profiles(told, ("pi",)).set_index("regret")["share"]
    assert shares[0.0] == 0.0
    assert shares[1.0] == 0.5
    assert shares.iloc[-1] == 1.0


def test_ranks_agree_where_the_order_is_the_same():
    first = pandas.DataFrame(
        {"controller": ["a", "b", "c", ORACLE], "regret": [1.0, 2.0, 3.0, 0.0]}
    )
    same = first.assign(regret=[2.0, 5.0, 7.0, 9.0])
    assert rank_agreement(first, same) == 1.0
    assert rank_agreement(first, first.assign(regret=[3.0, 2.0, 1.0, 0.0])) == -1.0
    assert math.isnan(rank_agreement(first, first[:1]))
