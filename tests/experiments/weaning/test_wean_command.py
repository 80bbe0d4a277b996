"""impellab wean: what it prints, what it leaves, what it refuses, and what it passes on."""

import json

import pandas
import pytest

from plants import SIGNALS

ONE = ("--patient", "shock-d", "--policy", "fast-protocol", "--case", "full", "--seed", 11)
FILES = {
    "config.json",
    "course.json",
    "course.png",
    "decisions.csv",
    "decisions.jsonl",
    "decisions.parquet",
    "records.csv",
    "records.parquet",
    "report.html",
}


@pytest.mark.usefixtures("drawn")
def test_the_document_keeps_the_contract_and_the_folder_is_complete(impellab, tmp_path):
    result = impellab("wean", *ONE, "--json")
    assert result.code == 0
    document = result.document
    assert {"outcome", "reason", "hours", "metrics", "units", "decisions", "findings", "run"} <= (
        set(document)
    )
    assert set(document["units"]) == set(document["metrics"])
    assert document["units"]["map"] == SIGNALS["map"].unit
    assert document["decisions"][0]["hours"] == 0.0
    assert document["decisions"][-1]["action"] in ("explant", "hold", "reassess", "up")
    (folder,) = (tmp_path / "runs").iterdir()
    assert document["run"] == str(folder)
    assert {path.name for path in folder.iterdir()} == FILES
    course = json.loads((folder / "course.json").read_text())
    assert course["hours"] == document["hours"]
    assert len(pandas.read_parquet(folder / "records.parquet")) == len(course["records"])
    lines = [json.loads(x) for x in (folder / "decisions.jsonl").read_text().splitlines()]
    assert len(lines) >= len(course["decisions"])
    page = (folder / "report.html").read_text()
    assert page.count("data:image/png;base64,") == 1
    assert "Criteria in force" in page
    assert "Randhawa" in page
    config = json.loads((folder / "config.json").read_text())
    assert config["seeds"] == {"seed": 11}
    assert config["options"]["policy"] == "fast-protocol"


def test_tables_tell_the_outcome_and_the_decisions(impellab):
    result = impellab("wean", *ONE)
    assert result.code == 0
    assert result.errors == []
    for words in ("outcome", "time on support", "decisions", "step down", "PAPi", "report"):
        assert words in result.out


@pytest.mark.slow
def test_a_forecast_is_held_against_what_came(impellab, tmp_path):
    document = impellab(
        "wean", "--patient", "shock-d", "--case", "full", "--seed", 11, "--json"
    ).document
    assert document["metrics"]["lv_ees_low"] < document["metrics"]["lv_ees_high"]
    (folder,) = (tmp_path / "runs").iterdir()
    assert "What was expected of a level" in (folder / "report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["--patient", "--cohort", "--resume", "missing"]),
        (("--patient", "shock-d", "--cohort", 3), ["--patient and --cohort", "exactly one"]),
        (("--patient", "nobody"), ["nobody", "shock-d"]),
        (("--patient", "shock-d", "--case", "nothing"), ["nothing", "relapse"]),
        (("--patient", "shock-d", "--policy", "best"), ["best", "model-based", "policy:FOLDER"]),
        (
            ("--patient", "shock-d", "--policy", "clinician", "--policy", "ramp-test"),
            ["one policy"],
        ),
        (("--patient", "shock-d", "--device", "RP", "--policy", "clinician"), ["RP", "left"]),
        (("--patient", "shock-d", "--events", "war"), ["war", "bleeding"]),
        (("--patient", "shock-d", "--onset", 3.0), ["onset", "--events"]),
        (("--patient", "shock-d", "--seed", 12_000, "--policy", "clinician"), ["12000"]),
        (("--patient", "shock-d", "--workers", 2), ["workers", "--cohort"]),
        (("--patient", "shock-d", "--controller", "pi"), ["controller", "high-risk-pci"]),
        (("--patient", "shock-d", "--indication", "flu"), ["flu", "high-risk-pci"]),
        (("--cohort", 3, "--events", "bleeding"), ["events", "--patient"]),
        (("--cohort", 3, "--indication", "high-risk-pci"), ["indication", "--patient"]),
        (("--resume", "x", "--policy", "clinician"), ["policy"]),
        (("--patient", "hfref", "--indication", "high-risk-pci", "--case", "full"), ["case"]),
        (
            ("--patient", "hfref", "--indication", "high-risk-pci", "--device", "5.5"),
            ["5.5", "indication"],
        ),
        (
            ("--patient", "hfref", "--indication", "high-risk-pci", "--tier", "console"),
            ["console", "icu"],
        ),
    ],
)
def test_bad_input_is_one_line(impellab, tmp_path, arguments, words):
    result = impellab("wean", *arguments)
    assert result.code == 2
    for word in words:
        assert word in result.error
    assert not (tmp_path / "runs").exists()


def test_a_cohort_is_passed_on(impellab, monkeypatch):
    import experiments.commands.wean as module

    asked = []

    def run_command_of(study, settings, **options):
        asked.append((study, settings, options))
        return 1

    monkeypatch.setattr(module, "run_command_of", run_command_of)
    arguments = ("--policy", "clinician", "--policy", "ramp-test", "--device", "5.5")
    more = ("--case", "relapse", "--workers", 1, "--json")
    result = impellab("wean", "--cohort", 3, "--seed", 7, *arguments, *more)
    assert result.code == 1  # a target was missed
    study, settings, options = asked.pop()
    assert study.name == "weaning"
    assert settings == {
        "patients": 3,
        "first_seed": 7,
        "policies": ("clinician", "ramp-test"),
        "device": "5.5",
        "tier": "icu",
        "reflex": True,
        "case": "relapse",
        "evaluation": False,
    }
    assert options["workers"] == 1
    assert options["as_json"]
    impellab("wean", "--resume", "folder", "--results")
    study, settings, options = asked.pop()
    assert settings == {}
    assert str(options["resume"]) == "folder"
    assert options["results"]


def test_a_cohort_answers_in_json(impellab, quick):
    result = impellab("wean", "--cohort", 2, "--policy", "fast-protocol", "--workers", 1, "--json")
    document = result.document
    assert {"rows", "units", "held", "run", "targets", "baselines", "refusals"} <= set(document)
    assert result.code == (0 if document["held"] else 1)
    assert document["units"]["hours_median"] == "h"
    assert document["units"]["seconds_p90"] == "s"
    assert set(document["units"]) <= set(document["rows"][0])


def test_the_environment_and_the_policies_are_listed(impellab):
    from controllers import STEP_POLICIES

    rows = impellab("list", "environments", "--json").document["environments"]
    assert "impellab/Weaning-v0" in [row["name"] for row in rows]
    rows = impellab("list", "step-policies", "--json").document["step-policies"]
    assert [row["name"] for row in rows] == list(STEP_POLICIES)
