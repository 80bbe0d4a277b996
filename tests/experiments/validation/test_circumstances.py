"""What a condition changes beside pump and level."""

from __future__ import annotations

import pytest

from experiments.validation import circumstances
from experiments.validation.bands import Support
from experiments.validation.circumstances import (
    acting,
    circumstanced,
    irregular_beats,
    place,
    with_kept_contractility,
)
from experiments.validation.conditions import simulate_condition, simulate_support
from plants import Patient, Plant, Pump, individual, steady_state


def support(**changes) -> Support:
    return Support.read({"reason": "a test"} | changes, source="mine.toml")


def test_places_are_beyond_the_limits_of_the_pump():
    pump = Pump.load("CP")
    assert place(pump, "deep")["inlet_depth"] > pump["position_deep"]
    assert place(pump, "shallow")["inlet_depth"] < -pump["position_shallow"]
    assert set(place(pump, "wall")) == {"wall_contact"}


def test_a_patient_is_another_drawn_diseased_and_bled_in_turn():
    study = Patient.load("shock-d")
    assert circumstanced(study, support()) is study
    changed = circumstanced(
        study, support(patient="hfref", individual=3, valve="aortic-regurgitation", volume=-200.0)
    )
    drawn = individual("hfref", seed=3)
    assert changed["blood_volume"] == drawn["blood_volume"] - 200.0
    assert changed["leak_aortic"] > drawn["leak_aortic"] + 1.0
    assert changed["lv_ees"] == drawn["lv_ees"]


def test_kept_contractility_changes_nothing_before_support_and_holds_it_on_support():
    patient = Patient.load("shock-e")
    kept = with_kept_contractility(patient)
    own, held = (steady_state(Plant(each)).metrics for each in (patient, kept))
    for name in ("map", "cardiac_output", "pressure_volume_area", "lvedv"):
        assert held[name] == pytest.approx(own[name], rel=1e-3), name
    assert own["perfusion_factor"] < 0.99
    # The pump perfuses the ventricle again: that of the patient beats the stronger for it.
    own, held = (simulate_condition(Plant(each, "CP"), "P-9").values for each in (patient, kept))
    assert own["pressure_volume_area"] > held["pressure_volume_area"] + 50.0


def test_what_acts_is_put_together():
    pressor = support(
        drugs={"vasopressor": 0.1}, disturbances={"systemic_resistance": 2.0}, place="wall"
    )
    alone = acting(support(drugs={"vasopressor": 0.1}), None)
    both = acting(pressor, Pump.load("CP"))
    assert alone["systemic_resistance"] > 1.1
    assert both["systemic_resistance"] == pytest.approx(2.0 * alone["systemic_resistance"])
    assert both["wall_contact"] == 1.0
    assert acting(support(), None) == {}


def test_a_disturbance_and_the_reflex_act_together():
    """The reflex opposes a loss of contractility, and does not take its place."""
    patient, weak = Patient.load("shock-d"), {"lv_contractility": 0.8}
    held = support(device="CP", level="P-6", disturbances=weak)
    pressure = steady_state(Plant(patient)).metrics["map"]
    condition = simulate_support(patient, held, pressure)
    assert condition.disturbances["lv_contractility"] != 0.8
    rigid = simulate_support(patient, held, None)
    assert rigid.disturbances == weak
    assert abs(condition.values["map"] - pressure) < abs(rigid.values["map"] - pressure)


def test_a_drug_acts_without_a_pump_too():
    patient = Patient.load("shock-c")
    treated = simulate_support(patient, support(drugs={"vasopressor": 0.1}), None)
    assert treated.values["map"] > simulate_condition(Plant(patient)).values["map"] + 3.0


def test_a_rhythm_is_averaged_over_many_beats(monkeypatch):
    monkeypatch.setattr(circumstances, "_SETTLING", 5.0)
    monkeypatch.setattr(circumstances, "_AVERAGED", 10.0)
    steady = steady_state(Plant("hfref"))
    even, waves = irregular_beats(steady, 0.0, {}, "sinus")
    assert even["map"] == pytest.approx(steady.metrics["map"], abs=0.05)
    assert set(waves) >= {"time", "lv_volume"}
    bigeminal = simulate_support(Patient.load("hfref"), support(rhythm="bigeminy"), None)
    # Every other beat is premature: the mean is of both kinds.
    assert abs(bigeminal.values["lvedv"] - steady.metrics["lvedv"]) > 0.3
    assert "loop_fill" not in bigeminal.values


def test_a_functional_valve_leaks_less_on_a_pump_than_without_one():
    """It follows the ventricle, where a valve disease keeps its conductance."""
    patient = Patient.load("hfref")
    alone = simulate_support(patient, support(functional_leak=2.0), None)
    full = simulate_support(patient, support(functional_leak=2.0, device="5.5", level="P-9"), None)
    assert alone.disturbances["mitral_leak"] == pytest.approx(2.0, rel=1e-3)
    assert full.disturbances["mitral_leak"] < 0.01
    volumes = [each.values["mitral_regurgitant_volume"] for each in (alone, full)]
    assert volumes[0] > 10.0 > 1.0 > volumes[1]
