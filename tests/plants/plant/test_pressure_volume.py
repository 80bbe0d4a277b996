"""End-diastolic and end-systolic relations: those of the walls in which the plant moves."""

from __future__ import annotations

import numpy as np
import pytest

from plants import WAVEFORMS, Plant, Simulator, steady_state
from plants.plant import pressure_volume_relations


@pytest.mark.parametrize("ventricle", ["lv", "rv"])
@pytest.mark.parametrize("patient", ["healthy", "hfref", "shock-e", "rv-failure"])
def test_the_loop_of_the_free_wall_lies_between_its_relations(patient, ventricle):
    steady = steady_state(Plant(patient))
    simulator = Simulator(steady.plant)
    simulator.reset(steady.state)
    log = simulator.advance(0.0, 60.0 / steady.metrics["heart_rate"], log_interval=0.002)
    waves = {name: log[:, k] for k, name in enumerate(WAVEFORMS)}
    bulge = waves["septum_shift"] * (-1.0 if ventricle == "lv" else 1.0)
    volume = waves[f"{ventricle}_volume"] + bulge
    pressure = waves[f"{ventricle}_pressure"] - waves["pericardial_pressure"]
    relaxed, contracted = pressure_volume_relations(steady.state, steady.values, ventricle, volume)
    assert np.all(pressure >= relaxed - 1e-6)
    assert np.all(pressure <= contracted + 1e-6)
    # The loop touches both: what it is measured by is neither shifted nor of another wall.
    assert np.min(pressure - relaxed) < 0.1
    assert np.min(contracted - pressure) < 0.01 * np.ptp(pressure)
    assert np.ptp(waves["septum_shift"]) > 1.0


def test_a_stronger_heart_has_a_steeper_end_systolic_relation():
    volume = np.array([60.0, 100.0])
    plain = steady_state(Plant("shock-d"))
    stronger = steady_state(plain.plant, 0.0, {"lv_contractility": 1.5})
    before, after = (
        pressure_volume_relations(each.state, each.values, "lv", volume)
        for each in (plain, stronger)
    )
    assert np.allclose(after.end_diastolic, before.end_diastolic)
    slopes = [np.diff(each.end_systolic)[0] for each in (before, after)]
    assert slopes[1] > 1.3 * slopes[0]
