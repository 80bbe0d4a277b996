"""A reference to trust, and the plant's own scheme among the others."""

from __future__ import annotations

import pytest

from experiments.studies.convergence import errors
from experiments.studies.convergence.schemes import SchemeMap, reference_beat, scheme_kernel
from plants import BeatMap, Plant, steady_state
from plants.beat import beat_kernel


def test_two_ways_of_high_accuracy_agree():
    """DOP853 at 1e-10 and Runge-Kutta at 0.1 ms are independent of each other; with suction."""
    case = errors.Case("healthy", "5.0", "P-9", "suction", blood_loss=600.0)
    plant, speed = case.plant(), case.speed
    reference = reference_beat(plant, speed)
    assert reference.change < 1e-6
    assert reference.metrics["suction"] > 0.3
    beats = BeatMap(plant, step=1e-4)
    fine = steady_state(plant, speed, start=reference.state, beats=beats).metrics
    worst = errors.relative_errors(fine, reference.metrics)
    assert max(worst[name] for name in errors.MEANS) < 1e-7
    assert max(worst[name] for name in errors.EXTREMES) < 3e-6


def test_the_scheme_of_the_plant_is_the_plants_own_kernel():
    plant = Plant("shock-d", "CP")
    ours = steady_state(plant, 37_000).metrics
    own_kernel = steady_state(plant, 37_000, beats=SchemeMap(plant, "RK4", 0.002)).metrics
    assert own_kernel == pytest.approx(ours, rel=1e-9)
    assert type(scheme_kernel("RK4")) is type(beat_kernel())
