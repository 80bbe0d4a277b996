"""The masked patients: what hides them, what reveals them, and a test that tells them apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.studies.masked import hidden_regurgitation as hiding
from experiments.studies.masked import report, study
from plants import Plant, steady_state


@pytest.fixture(scope="module")
def hidden() -> hiding.HiddenCourse:
    return hiding.hidden_course()


@pytest.fixture(scope="module")
def masked() -> study.MaskedTest:
    return study.masked_test()


def test_full_support_hides_the_leak_and_the_trial_reveals_it(hidden):
    full, low, again = hidden.stages.to_dict("records")
    assert [row["level"] for row in (full, low, again)] == ["P-9", "P-2", "P-9"]
    # ASE: severe from a regurgitant fraction of 50 % or an orifice of 0.4 cm2 on, moderate from
    # 30 % or 0.2 cm2 on.
    assert full["mitral_regurgitant_fraction"] < 0.05
    assert full["grade"] in ("none", "mild")
    assert low["mitral_regurgitant_fraction"] > 0.3
    assert low["grade"] in ("moderate", "severe")
    assert low["orifice_cm2"] > 0.2
    assert low["pcwp"] > full["pcwp"] + 3.0
    assert low["lvedv"] > full["lvedv"]
    # Full support takes it back: nothing was destroyed.
    for name in ("mitral_regurgitant_fraction", "pcwp", "lvedv", "functional_leak"):
        assert again[name] == pytest.approx(full[name], rel=1e-2), name


def test_it_comes_and_goes_within_an_hour(hidden):
    course = hidden.course
    low = course[course["level"] == "P-2"]
    final = low["functional_leak"].iloc[-1]
    turned_down = low["hours"].iloc[0]
    soon = low[low["hours"] > turned_down + 0.5]["functional_leak"]
    assert np.all(np.abs(soon / final - 1) < 0.02)
    assert low["functional_leak"].iloc[0] < 0.1 * final
    assert np.all(np.diff(course["hours"]) >= 0.0)


def test_the_wave_of_a_beat_is_that_of_its_metrics():
    steady = steady_state(Plant("hfref", "CP"), 40_000.0)
    times, waves = hiding.waveforms(steady)
    period = 60.0 / steady.metrics["heart_rate"]
    assert times[-1] < period < times[-1] * 1.02
    assert waves["aortic_pressure"].mean() == pytest.approx(steady.metrics["map"], rel=1e-3)
    assert waves["la_pressure"].mean() == pytest.approx(steady.metrics["pcwp"], rel=1e-3)


def test_the_gradient_counts_only_what_drives_blood_back():
    waves = {"lv_pressure": np.array([100.0, 80.0, 5.0]), "la_pressure": np.full(3, 20.0)}
    assert hiding.regurgitant_gradient(waves) == 70.0
    waves["lv_pressure"] = np.array([5.0, 5.0, 5.0])
    assert hiding.regurgitant_gradient(waves) == 0.0


def test_a_patient_without_the_hidden_valve_has_no_leak_at_the_low_level():
    metrics = steady_state(Plant("hfref", "CP"), 31_000.0).metrics
    assert metrics["mitral_regurgitant_fraction"] < 1e-6


def test_both_hearts_pass_the_ramp_test_and_only_one_without_the_drug(masked):
    rows = {(x["heart"], x["stage"]): x for x in masked.stages.to_dict("records")}
    one, other = masked.stages["heart"].unique()
    on, off = "P-2, on the drug", "P-2, off the drug"
    power = {key: row["cardiac_power_output"] for key, row in rows.items()}
    assert power[one, on] == pytest.approx(power[other, on], rel=0.01)
    assert power[one, on] > study.WEANING_POWER
    assert power[one, off] < study.WEANING_POWER
    assert power[other, off] == pytest.approx(power[other, on], rel=0.02)
    # Without its drug the heart beats slower and weaker, and the body runs short of oxygen.
    assert rows[one, off]["heart_rate"] < rows[one, on]["heart_rate"] - 2.0
    assert rows[one, off]["ejection_fraction"] < rows[one, on]["ejection_fraction"] - 0.03
    assert rows[one, off]["lactate"] > rows[one, on]["lactate"] + 1.0
    assert rows[one, off]["svo2"] < rows[one, on]["svo2"] - 0.05


def test_the_recovered_heart_came_weaker_and_has_recovered():
    heart = study.recovered_heart()
    start = heart.run()
    start.hold(31_000.0)
    assert heart.share < 0.8
    assert heart.recoverable > 0.3
    assert start.metrics()["cardiac_power_output"] < heart.power_at_low() - 0.1


def test_the_more_of_the_drug_the_more_it_hides(masked):
    doses = masked.doses
    assert doses["on"].to_numpy() == pytest.approx(doses["on"].iloc[0], rel=1e-6)
    assert np.all(np.diff(doses["off"]) < 0.0)
    assert doses["off"].iloc[0] == pytest.approx(doses["on"].iloc[0], rel=1e-3)


def test_a_patient_that_shows_nothing_is_found(hidden, masked):
    assert all(study.expectations(hidden, masked).values())
    tight = hidden.stages.assign(grade="none")
    assert not all(study.expectations(replace(hidden, stages=tight), masked).values())
    unharmed = masked.stages.assign(cardiac_power_output=0.87)
    found = study.expectations(hidden, replace(masked, stages=unharmed))
    assert [name for name, holds in found.items() if not holds] == [
        "off it the masked one falls below 0.6 W"
    ]


def test_figures_and_words(hidden, masked):
    assert len(report.hidden_figure(hidden).axes) == 6
    assert len(report.masked_figure(masked).axes) == 5
    expected = study.expectations(hidden, masked)
    held, text = report.summary(hidden, masked, expected)
    assert held
    assert "grade severe" in text or "grade moderate" in text
    assert not report.summary(hidden, masked, expected | {"a test": False})[0]


def test_the_command(impellab, monkeypatch, hidden, masked):
    monkeypatch.setattr(hiding, "hidden_course", lambda: hidden)
    monkeypatch.setattr(study, "masked_test", lambda: masked)
    result = impellab("masked", "--json")
    assert result.code == 0
    document = result.document
    assert len(document["hidden"]) == 3
    assert len(document["rows"]) == 6
    assert all(row["met"] for row in document["checks"])
    assert impellab("masked").code == 0
