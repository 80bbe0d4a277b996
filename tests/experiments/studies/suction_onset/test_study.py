"""Onset of suction: rows by level, where it sets in, and expectations that can fail."""

from __future__ import annotations

import pytest

from experiments.statistics import data_frame
from experiments.studies.suction_onset.figures import output_figure
from experiments.studies.suction_onset.study import (
    STUDY,
    Case,
    SuctionOnsetSettings,
    expectations,
    level_rows,
    onset_row,
)


@pytest.fixture(scope="module")
def findings():
    settings = SuctionOnsetSettings(losses=(0.0, 1000.0))
    return STUDY.findings(settings, [level_rows(case) for case in STUDY.cases(settings)])


def test_every_expectation_holds(findings):
    checks = findings.tables["checks"]
    assert list(checks[~checks["met"]]["expectation"]) == []
    assert findings.held
    assert {"none"} < set(findings.tables["onset"]["onset"])


def course(outputs, suction, **case):
    base = {"patient": "shock-d", "device": "CP", "loss": 0.0, "contact": 0.0} | case
    return [
        base
        | {"level": f"P-{k + 2}", "speed": 1e4 * k, "pcwp": 8.0, "cvp": 4.0, "map": 20 * output}
        | {"cardiac_output": output, "suction": share}
        for k, (output, share) in enumerate(zip(outputs, suction, strict=True))
    ]


def test_the_onset_is_the_first_level_with_suction():
    row = onset_row(course((3.0, 3.2, 2.9, 2.8), (0.0, 0.01, 0.3, 0.4)))
    assert (row["onset"], row["output_before"], row["output_highest"]) == ("P-4", 3.2, 2.8)
    assert row["begins_free"]
    assert row["ends_beyond"]
    free = onset_row(course((3.0, 3.2), (0.0, 0.0)))
    assert (free["onset"], free["output_before"]) == ("none", 3.2)
    assert not onset_row(course((3.0, 2.9), (0.1, 0.3)))["begins_free"]


@pytest.mark.parametrize(("last", "falls"), [(2.8, True), (3.3, False)])
def test_an_output_that_rises_beyond_the_onset_is_told(last, falls):
    cases = [
        (Case(patient, "CP", loss, contact), contact or loss)
        for patient in ("shock-d", "shock-d, weak RV")
        for loss in (0.0, 500.0)
        for contact in (0.0, 1.0)
    ]
    rows = [
        onset_row(
            course(
                (3.0, 3.2, last, last),
                (0, 0, 0.3 * bool(sucks), 0.3 * bool(sucks)),
                **case._asdict(),
            )
        )
        for case, sucks in cases
    ]
    met = expectations(data_frame(rows))
    name = next(name for name in met if name.startswith("output falls"))
    assert met[name] is falls


def test_the_figure_has_a_panel_for_each_pump_and_contact():
    figure = output_figure(data_frame(course((3.0, 3.2), (0.0, 0.3))))
    (axes,) = figure.axes
    assert list(axes.lines[0].get_ydata()) == [3.0, 3.2]
    assert list(axes.lines[1].get_ydata()) == [3.2]
