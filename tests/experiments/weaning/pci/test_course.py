"""A coronary intervention under support: better than none, weaned by the rules, written down."""

import itertools
import json

import numpy as np
import pandas
import pytest

from experiments.weaning.pci import PciTrial, course as module, decision_rows
from experiments.weaning.pci.course import run_pci
from experiments.weaning.pci.figure import OUTCOME_WORDS, pci_figure
from experiments.weaning.pci.outcome import OUTCOMES, measures
from experiments.weaning.pci.report import compared
from plants import Inflation, InputError, Intervention, PhysicsError, Pump
from plants.quantities import FailureKind
from plants.scenarios import intervention_numbers

#: Two inflations, the second one hard, and a short rest.
SHORT = Intervention(
    (Inflation(60.0, 60.0, 0.5), Inflation(240.0, 60.0, 0.4)), opened=420.0, recovery=30.0
)
#: Steps after half a minute [min].
QUICK = {"step_interval": 0.5, "shortest_trial": 0.5, "stable_time": 0.2}


@pytest.fixture(scope="module")
def course():
    return run_pci(PciTrial("hfref", "CP", spread=0.0), intervention=SHORT, numbers=QUICK)


def during(rows, inflation):
    """Mean arterial pressure while a balloon is up."""
    times = np.array(rows["time"])
    return np.array(rows["map"])[
        (times >= inflation.onset) & (times < inflation.onset + inflation.seconds)
    ]


def test_support_keeps_the_pressure_that_is_lost_without_it(course):
    low = intervention_numbers()["follow_up"]["map_low"]
    supported, unsupported = compared(course)
    assert supported["min_map"] >= low > unsupported["min_map"]
    assert supported["seconds_map_low"] == 0.0 < unsupported["seconds_map_low"]
    for inflation in SHORT.inflations:
        assert (
            during(course.supported, inflation).min()
            > during(course.unsupported, inflation).min() + 5.0
        )


def test_the_pump_comes_off_by_the_rules(course):
    assert course.outcome == "well"
    assert SHORT.opened < course.seconds < 6 * 3600.0
    levels = [int(decision["level"].removeprefix("P-")) for decision in course.decisions]
    assert all(a - b <= 2 for a, b in itertools.pairwise(levels))
    assert levels[-1] == min(levels) == 2
    assert course.decisions[-1]["action"] == "explant"
    for decision in course.decisions:
        if decision["action"] == "down":
            assert decision["seconds"] >= SHORT.opened


def test_the_speed_is_that_of_the_level_and_none_after_the_removal(course):
    rows = pandas.DataFrame(course.supported)
    pump = Pump.load("CP")
    first = rows[rows["time"] < 50.0]
    assert first["pump_speed"].to_numpy() == pytest.approx(pump.speed("P-8"), rel=1e-3)
    up = rows[(rows["time"] > 80.0) & (rows["time"] < 120.0)]
    assert up["pump_speed"].to_numpy() == pytest.approx(pump.speed("P-9"), rel=1e-3)
    after = rows[rows["time"] > course.seconds + 5.0]
    assert len(after) > 500  # ten minutes
    assert np.abs(after["pump_flow"]).max() < 0.05


def test_measures_end_with_the_time_given(course):
    early = measures(course.supported, 50.0, 60.0)
    assert early["min_map"] > measures(course.supported, 400.0, 60.0)["min_map"]


def test_the_boost_level_of_the_small_pump_ends_after_its_time():
    long = Intervention((Inflation(20.0, 400.0, 0.6),), opened=440.0, recovery=30.0)
    course = run_pci(PciTrial("hfref", "2.5", spread=0.0), intervention=long, numbers=QUICK)
    rows = pandas.DataFrame(course.supported)
    pump = Pump.load("2.5")
    assert pump.boost is not None
    assert course.boosted == pytest.approx(pump.boost.seconds, abs=1.0)
    late = rows[(rows["time"] > 350.0) & (rows["time"] < 415.0)]
    assert late["pump_speed"].to_numpy() == pytest.approx(pump.speed("P-8"), rel=1e-3)


def test_a_faster_controller_moves_the_speed_inside_the_band():
    once = Intervention((Inflation(60.0, 60.0, 0.5),), opened=150.0, recovery=30.0)
    course = run_pci(
        PciTrial("hfref", "CP", controller="pi", spread=0.0, seed=1),
        intervention=once,
        numbers=QUICK,
    )
    rows, pump = pandas.DataFrame(course.supported), Pump.load("CP")
    on = rows[(rows["time"] > 5.0) & (rows["time"] < 55.0)]
    assert on["pump_speed"].min() >= pump.speed("P-7") - 50.0
    assert on["pump_speed"].max() <= pump.speed("P-8") + 50.0
    assert course.outcome == "well"


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (FailureKind.COMPARTMENT_EMPTY, "died"),
        (FailureKind.OUT_OF_PHYSICAL_RANGE, "left the physical range"),
    ],
)
def test_a_plant_that_cannot_go_on_ends_the_course(monkeypatch, kind, outcome):
    from experiments.weaning.pci import course as pci

    def broken(self, speed, seconds):
        raise PhysicsError("nothing flows", kind=kind)

    monkeypatch.setattr(pci.Simulator, "advance", broken)
    course = run_pci(PciTrial("hfref", "CP", spread=0.0), intervention=SHORT)
    assert (course.outcome, course.reason) == (outcome, "nothing flows")
    assert outcome in OUTCOMES
    assert outcome in OUTCOME_WORDS
    assert course.unsupported_end == "nothing flows"


def test_the_intervention_of_a_seed_is_as_the_file_says():
    numbers = intervention_numbers()["inflations"]
    for seed in range(30):
        intervention = Intervention.drawn(seed)
        assert intervention == Intervention.drawn(seed)
        assert numbers["count_low"] <= len(intervention.inflations) <= numbers["count_high"]
        for inflation in intervention.inflations:
            assert numbers["factor_low"] <= inflation.factor <= numbers["factor_high"]
        for inflation, later in itertools.pairwise(intervention.inflations):
            assert (
                later.onset - inflation.onset - inflation.seconds
                >= 60.0 * numbers["pause_low"] - 1.0
            )
        assert not intervention.inflated(intervention.opened)
        at = intervention.scenario().at(intervention.inflations[0].onset + 30.0)["lv_contractility"]
        assert at == pytest.approx(intervention.inflations[0].factor)
    assert len({Intervention.drawn(seed).opened for seed in range(30)}) == 30


@pytest.mark.parametrize("seed", [-1, 1.5, True])
def test_a_wrong_seed_is_refused(seed):
    with pytest.raises(InputError, match="seed"):
        Intervention.drawn(seed)


def test_the_figure_shows_both_courses(course):
    figure = pci_figure(course)
    names = {line.get_label() for axes in figure.axes for line in axes.get_lines()}
    assert {"without a pump", "supported", "pump"} <= names
    assert "off the pump and well" in figure.get_suptitle()
    assert figure.axes[4].get_xlabel() == "Time on support [min]"


def test_decisions_are_told_in_minutes(course):
    rows = decision_rows(course)
    assert rows[0][0] == 0.0
    assert rows[-1][0] == pytest.approx(course.seconds / 60.0, abs=0.2)
    assert "not yet told open" in rows[0][3]


@pytest.mark.usefixtures("drawn")
def test_the_command_writes_everything(impellab, tmp_path, monkeypatch):
    monkeypatch.setattr(Intervention, "drawn", classmethod(lambda cls, seed: SHORT))
    result = impellab(
        "wean",
        "--indication",
        "high-risk-pci",
        "--patient",
        "hfref",
        "--device",
        "CP",
        "--seed",
        3,
        "--json",
    )
    assert result.code == 0
    document = result.document
    assert document["outcome"] in ("well", "failed")
    assert document["unsupported"]["min_map"] < document["supported"]["min_map"]
    assert document["metrics"]["pump_speed"] == pytest.approx(0.0, abs=1.0)
    (folder,) = (tmp_path / "runs").iterdir()
    assert {path.name for path in folder.iterdir()} == {
        "config.json",
        "course.json",
        "course.png",
        "decisions.csv",
        "decisions.parquet",
        "report.html",
        "supported.csv",
        "supported.parquet",
        "unsupported.csv",
        "unsupported.parquet",
    }
    assert json.loads((folder / "course.json").read_text())["patient"] == document["patient"]
    assert "Balloon inflations" in (folder / "report.html").read_text()


def test_what_nobody_lives_with_is_told_of_each_course(course, narrow_life, monkeypatch):
    assert course.beyond_life == course.unsupported_beyond_life == ""
    planned = Intervention((Inflation(5.0, 5.0, 0.5),), opened=15.0, recovery=1.0)
    run = module._Run(PciTrial("hfref", "CP", spread=0.0), planned, {}, None)
    monkeypatch.setattr(module, "_AFTER", 1.0)
    rows, _ = run._unsupported()
    (told,) = run.unsupported_life.beyond
    assert (told.value, told.limit) == (max(rows["map"]), narrow_life)
    assert run.life.beyond == ()
