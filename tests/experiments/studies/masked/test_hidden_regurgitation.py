"""A leak that full support hides and a low level reveals."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.studies.masked import hidden_regurgitation as hiding
from plants import Plant, steady_state


def test_full_support_hides_the_leak_and_the_trial_reveals_it(tables):
    full, low, again = tables["hidden"].to_dict("records")
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


def test_it_comes_and_goes_within_an_hour(tables):
    course = tables["hidden_course"]
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
