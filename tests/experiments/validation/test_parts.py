"""The parts of the validation, each of which a process may take."""

from __future__ import annotations

import pytest

from experiments.validation import STUDY, ValidationSettings, parts
from experiments.validation.bands import studies
from experiments.validation.comparison import failed_rows
from experiments.validation.displayed import preset_rows
from experiments.validation.row import MISS
from plants import InputError, PhysicsError, Pump


def test_a_study_without_a_periodic_beat_is_all_misses(monkeypatch):
    def fails(_):
        raise PhysicsError("no periodic beat")

    monkeypatch.setattr(parts, "simulate_study", fails)
    part = parts.run_part(parts.PartName("recover-i"))
    assert part.rows == failed_rows(studies()["recover-i"], "no periodic beat")
    assert {row.verdict for row in part.rows} == {MISS}
    assert {row.explanation for row in part.rows} == {"no periodic beat"}
    findings = STUDY.findings(ValidationSettings(study=("recover-i",)), [part])
    assert findings.held is False
    assert findings.document["studies"] == []


def test_the_displayed_flows_are_a_part_for_each_pump():
    assert parts.chosen_parts(["head-flow"]) == [
        parts.PartName("head-flow", name) for name in Pump.names()
    ]
    assert len(parts.chosen_parts()) == len(studies()) + len(Pump.names()) + 1
    with pytest.raises(InputError, match="recover-i"):
        ValidationSettings(study=("recover-1",))


def test_the_longest_parts_come_first_and_the_rows_stay_in_the_order_of_the_file(presets):
    settings = ValidationSettings(study=("presets", "isar-shock", "head-flow"))
    cases = STUDY.cases(settings)
    assert cases[0] == parts.PartName("head-flow", Pump.names()[0])
    rows = {name: failed_rows(studies()["isar-shock"], "-".join(name)) for name in cases}
    rows[parts.PartName("presets")] = preset_rows(presets)
    findings = STUDY.findings(settings, [parts.Part(name, rows[name]) for name in cases])
    assert findings.rows["explanation"].tolist() == [
        "isar-shock-",
        *(f"head-flow-{name}" for name in Pump.names()),
        *("", "because", ""),
    ]
