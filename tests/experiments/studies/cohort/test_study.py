"""The cohort study: counts that add up, verdicts, resuming, and the command."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest
from pydantic import TypeAdapter

from experiments.runs import run_study
from experiments.statistics import wilson
from experiments.studies.cohort import CohortStudySettings, study
from experiments.studies.cohort.outcome import CONTRASTS, REFUSED, Course, Support
from experiments.studies.cohort.patient import PatientResult, Task, run_patient
from experiments.studies.cohort.report import contrast_groups, summary
from experiments.studies.cohort.settings import Expected, cohort_settings
from experiments.studies.cohort.tables import OUTSIDE, UNDECIDED, WITHIN, _verdict, tabulate
from plants import HAZARDS, InputError
from plants.cohorts import NO_ACCESS, PatientRefused
from plants.simulation import COMPLETED, DIED, LEFT

RECORDED_SIGNALS = (
    "level",
    "map",
    "cardiac_power_output",
    "lvedp",
    "pfhb",
    "lactate",
    "limb_perfusion",
)


def course(support="CP", outcome=COMPLETED, cause="", hazard=0.05, **events):
    """A course of four days with hazards that grow evenly."""
    if outcome == REFUSED:
        return Course(support, REFUSED, "4.1 mm is too narrow", NO_ACCESS)
    times = [24.0 * day for day in range(5)]
    recorded = {name: [hazard * day / 4 for day in range(5)] for name in HAZARDS}
    recorded |= {name: [1.0] * 5 for name in RECORDED_SIGNALS}
    return Course(
        support,
        outcome,
        "no periodic beat when map fell to 20" if outcome == DIED else "",
        cause,
        "femoral percutaneous",
        hours=96.0,
        times=times,
        recorded=recorded,
        **events,
    )


def patients(*courses):
    """One patient for each tuple of courses."""
    return [
        PatientResult(f"{k}", {"seed": k}, "", 2, {"map below 43 mmHg": 1}, own)
        for k, own in enumerate(courses)
    ]


def test_events_refusals_and_deaths_are_counted():
    done = patients(
        *[(course(),)] * 5,
        (course(bleeding=30.0),),
        (course(bleeding=3.0, limb=90.0),),
        (course(outcome=DIED, cause="map too low"),),
        (course(outcome=LEFT, cause="a solver stopped"),),
        (course(outcome=REFUSED),),
    )
    tables = tabulate(done, judged=("CP",))
    rows = tables.incidence.set_index("complication")
    assert rows["patients"].tolist() == [9, 9, 9]
    assert rows["events"].to_dict() == {"bleeding": 2, "hemolysis": 0, "limb": 1}
    assert rows.loc["bleeding", "percent"] == pytest.approx(100 * 2 / 9)
    assert rows.loc["bleeding", "percent_by_hazard"] == pytest.approx(100 * (1 - math.exp(-0.05)))
    (outcome,) = tables.outcomes.to_dict("records")
    assert (outcome[REFUSED], outcome[COMPLETED], outcome[DIED]) == (1, 7, 1)
    counts = {(r["what"], r["reason"]): r["count"] for r in tables.refusals.to_dict("records")}
    assert counts["draws", "all"] == 20
    assert counts["draws", "refused"] == 10
    assert counts["draws refused for", "map below 43 mmHg"] == 10
    assert counts["CP", "no access that the arteries allow"] == 1
    assert counts["CP", "died: map too low"] == 1
    assert counts["CP", "left the physical range: a solver stopped"] == 1


def test_incidence_grows_with_the_days():
    done = patients((course(bleeding=30.0),), (course(bleeding=3.0),), (course(),))
    days = tabulate(done, judged=("CP",)).by_day.set_index("day")
    assert days["bleeding"].tolist() == pytest.approx([0, 100 / 3, 200 / 3, 200 / 3, 200 / 3])
    assert days["limb_by_hazard"].is_monotonic_increasing
    assert days["limb_by_hazard"].iloc[0] == 0.0


def test_the_chance_of_hemolysis_is_that_of_a_slip_times_what_follows():
    done = patients(
        (course(hemolysis_if_malpositioned=60.0, hazard=0.1),),
        (course(hemolysis_if_malpositioned=math.inf, hazard=0.1),),
    )
    rows = tabulate(done, judged=("CP",)).incidence.set_index("complication")
    slip = 1 - math.exp(-0.1)
    assert rows.loc["hemolysis", "percent_by_hazard"] == pytest.approx(100 * slip / 2)
    without = tabulate(patients((course(),), (course(),)), judged=("CP",)).incidence
    assert math.isnan(without.set_index("complication").loc["hemolysis", "percent_by_hazard"])


def test_contrasts_are_of_the_patients_that_had_every_support():
    done = patients((course(), course("CP, P-4", bleeding=5.0)), (course(bleeding=4.0),))
    tables = tabulate(done, judged=("CP",))
    rows = tables.contrasts.set_index(["support", "complication"])
    assert rows.loc[("CP", "bleeding"), "events"] == 0
    assert rows.loc[("CP, P-4", "bleeding"), "patients"] == 1
    assert tables.incidence.set_index("complication").loc["bleeding", "events"] == 1
    assert contrast_groups(tables.contrasts, ["CP"]) == {"level, CP": ["CP", "CP, P-4"]}


@pytest.mark.parametrize(
    ("events", "total", "low", "high"),
    # Newcombe 1998, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_wilson(events, total, low, high):
    assert wilson(events, total) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("percent", "low", "high", "verdict"),
    [
        (1.0, 0.5, 2.0, WITHIN),
        (0.1, 0.01, 0.15, OUTSIDE),
        (5.0, 4.0, 7.0, OUTSIDE),
        (0.0, 0.0, 4.0, UNDECIDED),
        (math.nan, 0.0, 100.0, UNDECIDED),
    ],
)
def test_few_patients_decide_nothing(percent, low, high, verdict):
    assert _verdict(percent, low, high, Expected(0.2, 3.7, "")) == verdict


def test_the_bands_are_those_of_the_mission():
    bands = cohort_settings().bands
    assert (bands["bleeding"].low, bands["bleeding"].high) == (0.0, 12.5)
    assert (bands["hemolysis"].low, bands["hemolysis"].high) == (0.2, 3.7)
    assert bands["limb"].low < 3.0 < bands["limb"].high


def test_every_patient_has_the_same_supports_and_a_few_have_more():
    tasks = CohortStudySettings(patients=5, contrasts=2, first_seed=40).tasks()
    assert [task.seed for task in tasks] == [40, 41, 42, 43, 44]
    assert [task.phenotype for task in tasks[:4]] == ["shock-c", "shock-d", "shock-e", "shock-c"]
    assert [len(task.supports) for task in tasks] == [2 + len(CONTRASTS)] * 2 + [2] * 3
    assert len({task.key for task in tasks}) == 5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"patients": 0}, "patients"),
        ({"contrasts": -1}, "contrasts"),
        ({"first_seed": 9_990}, "outside an evaluation"),
        ({"first_seed": -1}, "first_seed"),
        ({"phenotypes": ("nobody",)}, "phenotypes"),
        ({"devices": ("RP",)}, "left ventricle"),
        ({"spread": 9.0}, "spread"),
    ],
)
def test_bad_settings_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        CohortStudySettings(**{"patients": 20, "contrasts": 0, **changes})


def test_seeds_for_evaluation_need_to_be_asked_for():
    settings = CohortStudySettings(patients=2, contrasts=0, first_seed=10_000, evaluation=True)
    assert settings.tasks()[0].evaluation


def test_a_patient_that_cannot_be_found_is_an_outcome(monkeypatch):
    from experiments.studies.cohort import patient as cohort_patient

    class Nobody:
        attempts = 3

        def __init__(self, *args, **keywords):
            pass

        def draw_with_counts(self, seed):
            raise PatientRefused("attempts", 3, "a plausible shock-d", kind="no patient")

    monkeypatch.setattr(cohort_patient, "Population", Nobody)
    done = run_patient(Task("shock-d", 3, (Support("CP"),)))
    assert done.reason == "a plausible shock-d"
    assert done.counts().refused == 3
    tables = tabulate([done, *patients((course(),))], judged=("CP",))
    assert "not found" in tables.refusals["reason"].tolist()


def test_a_patient_survives_the_passage_through_json():
    done = run_patient(Task("shock-c", 1, (Support("CP", days=0.5),)))
    kinds = TypeAdapter(PatientResult)  # as results of a study are kept
    kept = json.dumps(kinds.dump_python(done))
    again = kinds.validate_python(json.loads(kept))
    assert json.dumps(kinds.dump_python(again)) == kept
    assert again.courses[0].recorded["map"] == done.courses[0].recorded["map"]


@pytest.fixture
def quick(monkeypatch):
    """Courses of half a day, so that a study takes seconds; counts the patients that are run."""
    ran = []

    def run(task):
        ran.append(task.seed)
        if ran.count(task.seed) == 1 and task.seed == quick_stop.get("at"):
            raise KeyboardInterrupt
        short = tuple(dataclasses.replace(support, days=0.5) for support in task.supports)
        done = run_patient(dataclasses.replace(task, supports=short))
        named = tuple(
            dataclasses.replace(half_day, support=support.name)
            for half_day, support in zip(done.courses, task.supports, strict=True)
        )
        return dataclasses.replace(done, key=task.key, courses=named)

    quick_stop: dict[str, int] = {}
    monkeypatch.setattr(study, "STUDY", dataclasses.replace(study.STUDY, work=run))
    return ran, quick_stop


def test_an_interrupted_study_goes_on_and_does_nothing_twice(quick, tmp_path):
    ran, stop = quick
    settings = CohortStudySettings(patients=3, contrasts=0)
    whole = run_study(study.STUDY, settings, runs=tmp_path / "whole", workers=1)
    ran.clear()
    stop["at"] = 2
    with pytest.raises(KeyboardInterrupt):
        run_study(study.STUDY, settings, runs=tmp_path / "runs", workers=1)
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.endswith(".work")
    again = run_study(study.STUDY, None, runs=tmp_path / "runs", resume=folder, workers=1)
    assert ran == [0, 1, 2, 2]
    for name in ("incidence", "courses"):
        assert again.findings.tables[name].equals(whole.findings.tables[name])
    assert again.folder.name == folder.name.removesuffix(".work")
    assert not (again.folder / "trials").exists()


def test_only_the_folder_of_a_cohort_can_be_resumed(tmp_path):
    with pytest.raises(InputError, match="resume"):
        run_study(study.STUDY, None, runs=tmp_path, resume=tmp_path)


@pytest.mark.usefixtures("drawn")
def test_the_command_prints_tables_and_leaves_figures(quick, impellab, tmp_path):
    result = impellab("cohort", "--patients", 3, "--contrasts", 0, "--workers", 1, "--results")
    assert result.code in (0, 1), result.errors
    assert "Hemolysis" in result.out
    (folder,) = (tmp_path / "runs").iterdir()
    for name in ("incidence.png", "days.png", "courses.parquet", "report.html", "config.json"):
        assert (folder / name).stat().st_size > 500
    page = (tmp_path / "results" / "cohort" / "README.md").read_text()
    assert "impellab cohort --patients 3 --contrasts 0 --results" in page
    assert "calibrated" in page


def test_the_command_answers_in_json(quick, impellab):
    document = impellab(
        "cohort",
        "--patients",
        2,
        "--contrasts",
        0,
        "--device",
        "CP",
        "--phenotype",
        "shock-c",
        "--seed",
        7,
        "--workers",
        1,
        "--json",
    ).document
    assert {row["support"] for row in document["rows"]} == {"CP"}
    assert len(document["rows"]) == 3
    assert {row["day"] for row in document["by_day"]} == {0, 1}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--patients", "0"), "1 or more"),
        (("--seed", "10000"), "outside an evaluation"),
        (("--device", "RP"), "left ventricle"),
        (("--phenotype", "nobody"), "one of"),
        (("--resume", "nowhere"), "resume"),
        (("--resume", "nowhere", "--patients", "3"), "the folder alone"),
    ],
)
def test_bad_input_is_refused(impellab, arguments, message):
    result = impellab("cohort", *arguments)
    assert result.code == 2
    assert message in result.error


def test_the_summary_says_what_is_no_prediction():
    tables = tabulate(patients((course(),), (course(limb=3.0),)), judged=("CP",))
    text = summary(2, tables, phenotypes=("hfref",), devices=("2.5", "5.5"), reflex=False)
    assert "the baroreflex off" in text
    assert "no prediction" in text
    assert "2 virtual patients (hfref), each" in text
    assert "on the label (2.5 4 d, 5.5 14 d)" in text
    assert "- CP, limb ischemia: 50.0 % of 2" in text
