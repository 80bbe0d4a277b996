"""Conditions of a study: patient, periodic beat, place of the pump, level."""

from __future__ import annotations

import pytest

from experiments.validation.bands import BEFORE
from experiments.validation.conditions import highest_without_suction
from plants import Patient, Plant, steady_state


def test_the_patient_of_a_study_has_the_published_values_before(recover):
    targets = {row.signal: row for row in recover.targets}
    assert set(targets) == set(recover.study.before)
    assert all(abs(row.deviation) < 1e-3 for row in targets.values())
    before = recover.conditions[BEFORE].values
    assert before["cardiac_index"] == pytest.approx(1.65, abs=0.01)
    assert before["pa_diastolic"] == pytest.approx(28.0, abs=0.05)
    kept = Patient.load("shock-d")["r_pulmonary"]
    assert recover.patient["r_pulmonary"] == kept


def test_a_condition_is_a_periodic_beat_with_its_waveforms(recover):
    condition = recover.conditions["support"]
    waves, values = condition.waves, condition.values
    assert condition.pump == "5.0 P-8"
    assert waves["aortic_pressure"].mean() == pytest.approx(values["map"], rel=2e-3)
    assert waves["lv_volume"].min() == pytest.approx(values["loop_least_volume"])
    assert abs(waves["lv_volume"][-1] - waves["lv_volume"][0]) < 1.0
    assert condition.disturbances["systemic_resistance"] < 1.0


def test_the_highest_level_without_suction_is_below_one_with_it():
    plant = Plant("rv-failure", "5.5")  # Little comes through the lungs.
    name = highest_without_suction(plant)
    above = [level for level in plant.pump.levels if level.rpm > plant.pump.speed(name)]
    assert steady_state(plant, plant.pump.speed(name)).metrics["suction"] < 0.01
    assert above
    assert steady_state(plant, above[0].rpm).metrics["suction"] >= 0.01
