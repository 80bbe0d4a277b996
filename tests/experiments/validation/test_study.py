"""The validation as a whole: summary, command, resuming, reference results."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pandas
import pytest

from experiments.runs import render, run_study
from experiments.validation import STUDY, ValidationSettings, parts, study
from experiments.validation.bands import studies
from experiments.validation.comparison import failed_rows, study_rows
from experiments.validation.displayed import preset_rows
from experiments.validation.figures import validation_figures
from experiments.validation.report import validation_tables
from experiments.validation.row import MISS, WITHIN

RESULTS = Path(__file__).parents[3] / "results" / "validation"


@pytest.mark.slow
def test_every_study_runs_and_every_miss_is_explained():
    results = [parts.run_part(parts.PartName(name)) for name in studies()]
    rows = [row for part in results for row in part.rows]
    assert len(rows) == sum(len(table.bands) for table in studies().values()) + len(
        studies()["burkhoff"].bands
    )
    for row in rows:
        assert math.isfinite(row.model), row
        assert (row.verdict == MISS) == bool(row.explanation), row
        assert not row.explanation.startswith("not known"), row
    # A note on a miss that is none any more is taken out.
    for part in results:
        noted = {band.measure for band in studies()[part.name.name].bands if band.miss}
        # A row of one patient among several has the patient's name before the measure.
        assert noted <= {
            row.measure.removeprefix(f"{row.patient}: ") for row in part.rows if row.verdict == MISS
        }
    drawn = validation_figures(results)
    assert set(drawn) >= {*studies()} - {"burkhoff"} | {"burkhoff_shock-d", "burkhoff_shock-e"}
    identified = validation_tables(results)["identified"]
    assert (identified["model"] / identified["value"] - 1).abs().max() < 1e-3
    text = render("validation.md", rows=rows, miss=MISS, variants=[])
    missed = [row for row in rows if row.verdict == MISS]
    assert all(f"- {row.study}, {row.measure}: " in text for row in missed)


def test_the_reference_results_hold_every_band_as_it_stands():
    """Bands are not moved behind the results; which rows miss there is told, and why."""
    rows = pandas.read_csv(RESULTS / "validation.csv").set_index(["study", "measure"])
    for table in studies().values():
        for band in table.bands:
            missed = []
            for preset in table.presets:
                of = f"{preset}: " if table.patients else ""
                row = rows.loc[table.study, of + band.measure]
                for end in ("low", "high"):
                    given = getattr(band, end)
                    assert math.isnan(row[end]) if given is None else row[end] == given
                assert (row["verdict"] == WITHIN) == band.holds(row["model"])
                if row["verdict"] == MISS:
                    missed.append(row["explanation"])
            # No note without a miss.
            assert missed or not band.miss, band.measure
            assert all(explanation.startswith(band.miss) for explanation in missed)
    missed = rows[rows["verdict"] == MISS]
    assert missed["explanation"].notna().all()


def test_the_summary_counts_by_study_and_lists_the_misses(recover):
    rows = study_rows(recover)
    wrong = dataclasses.replace(
        rows[0], study="Another", model=9.87654, verdict=MISS, explanation="it was tampered with"
    )
    right = [dataclasses.replace(row, verdict=WITHIN) for row in rows]
    lines = render("validation.md", rows=[*right, wrong], miss=MISS, variants=[]).splitlines()
    assert lines == [
        "4 of 5 rows within their bands (80.0 %).",
        "",
        "By what is known of the published value (S seen in a source, R recalled, D derived, X a "
        "fill or guess): S 4 of 5.",
        "",
        "By topic: arteries and output 2 of 3, pumps 1 of 1, right heart and lungs 1 of 1.",
        "",
        "- RECOVER I: 4 of 4",
        "- Another: 0 of 1",
        "",
        "Misses:",
        "",
        f"- Another, {wrong.measure}: 9.88 {wrong.unit}, band {wrong.band}, "
        f"published {wrong.published}: it was tampered with.",
        "",
        "With the baroreflex settled, and had it not answered:",
        "",
        *(
            f"- {row.study}, {row.measure}: {row.model:.3g}, {row.without_reflex:.3g} without"
            f" ({row.unit})"
            for row in [*right, wrong]
        ),
    ]
    rigid = [dataclasses.replace(row, without_reflex=None) for row in right]
    held = render("validation.md", rows=rigid, miss=MISS, variants=[])
    assert held.startswith("4 of 4 rows within their bands (100.0 %).\n")
    assert held.endswith("\n\n- RECOVER I: 4 of 4")


@pytest.mark.usefixtures("drawn")
def test_the_command_prints_one_document_and_writes_a_folder(impellab, tmp_path):
    result = impellab("validate", "--study", "isar-shock", "--workers", "1", "--json")
    assert result.code == 0
    (row,) = result.document["rows"]
    assert {"study", "measure", "published", "model", "low", "high", "verdict"} <= set(row)
    assert row["low"] <= row["model"] <= row["high"]
    assert row["verdict"] == WITHIN
    assert result.document["held"] is True
    assert result.document["units"] == dict.fromkeys(
        ("model", "low", "high", "without_reflex"), "{unit}"
    )
    assert result.document["studies"][0]["source"].startswith("Seyfarth 2008")
    names = {path.name for path in (tmp_path / result.document["run"]).iterdir()}
    assert {"validation.csv", "identified.csv", "isar-shock.png", "report.html"} <= names


def test_a_killed_validation_goes_on_and_gives_the_same_rows(tmp_path):
    """What is read back is what was made: rows, tables and waveforms."""
    settings = ValidationSettings(study=("isar-shock", "dog-total-support"))
    made = {}

    def killed(name):
        if made:
            raise KeyboardInterrupt
        made[name] = parts.run_part(name)
        return made[name]

    with pytest.raises(KeyboardInterrupt):
        run_study(dataclasses.replace(STUDY, work=killed), settings, runs=tmp_path, workers=1)
    (folder,) = tmp_path.iterdir()

    def going_on(name):
        assert name not in made
        made[name] = parts.run_part(name)
        return made[name]

    shown = {}

    def findings(settings, results):
        shown.update({part.name: part for part in results})
        return STUDY.findings(settings, results)

    study = dataclasses.replace(STUDY, work=going_on, findings=findings)
    run_study(study, None, resume=folder, workers=1)
    assert (
        set(shown)
        == set(made)
        == {parts.PartName("isar-shock"), parts.PartName("dog-total-support")}
    )
    for name, part in made.items():
        assert shown[name].rows == part.rows
        for again, case in zip(shown[name].cases, part.cases, strict=True):
            assert (again.study, again.patient, again.targets) == (
                case.study,
                case.patient,
                case.targets,
            )
            for where, condition in case.conditions.items():
                assert again.conditions[where].disturbances == condition.disturbances
                for wave, values in condition.waves.items():
                    assert np.array_equal(again.conditions[where].waves[wave], values)


@pytest.fixture
def short_work(monkeypatch, presets):
    """The validation with parts that miss all bands, in no time."""

    def missed(name):
        if name.name == "presets":
            return parts.Part(name, preset_rows(presets))
        return parts.Part(name, failed_rows(studies()["recover-i"], "it was tampered with"))

    monkeypatch.setattr(study, "STUDY", dataclasses.replace(STUDY, work=missed))


def test_a_missed_band_is_exit_code_1_and_told(impellab, short_work):
    result = impellab("validate", "--study", "recover-i", "--workers", "1")
    assert result.code == 1
    assert "0 of 4 rows within their bands" in result.out
    assert "it was tampered with" in result.out
    assert "MISS" in result.out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--study", "recover-1"), "recover-i"),
        (("--workers", "0", "--study", "isar-shock"), "workers"),
        (("--results", "--study", "isar-shock"), "--results"),
    ],
)
def test_bad_input_is_one_line(impellab, arguments, named):
    result = impellab("validate", *arguments)
    assert result.code == 2
    assert named in result.error


def test_the_reference_results_are_those_of_all_studies(impellab, short_work, tmp_path):
    result = impellab("validate", "--workers", "1", "--results")
    assert result.code == 1
    page = (tmp_path / "results" / "validation" / "README.md").read_text()
    assert page.startswith("# The plant against published measurements\n\n2 of ")
    assert "Regenerate with `impellab validate --results`." in page
    assert (tmp_path / "results" / "validation" / "validation.csv").exists()
