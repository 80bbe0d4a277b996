"""The study of invariants finds them to hold, and would find them broken."""

from __future__ import annotations

import pytest

from experiments.studies import physics_invariants as study
from plants import Plant


@pytest.mark.parametrize(("patient", "device", "level"), study.CASES)
def test_loop_and_slopes_hold(patient, device, level):
    plant = Plant(patient, device)
    speed = plant.pump.speed(level) if plant.pump else 0.0
    assert study.loop_error(plant, speed) < study.WORK_LIMIT
    assert study.gradient_error(plant, speed) < study.GRADIENT_LIMIT


def test_blood_is_kept():
    assert study.volume_error(Plant("shock-d", "CP"), 44_000.0) < study.VOLUME_LIMIT


def test_a_wrong_slope_is_found(monkeypatch):
    plant = Plant("shock-d", "CP")
    exact = study.BeatMap.beat

    def wrong(self, state, values, d_state=None, d_values=None, **more):
        doubled = None if d_values is None else 2 * d_values
        return exact(self, state, values, d_state, doubled, **more)

    monkeypatch.setattr(study.BeatMap, "beat", wrong)
    assert study.gradient_error(plant, 44_000.0) > study.GRADIENT_LIMIT


def test_a_verdict_compares_with_the_limit():
    assert study.Invariant("a", "b", 1e-7, 1e-6).holds
    assert not study.Invariant("a", "b", 1e-5, 1e-6).holds
