"""Where volume and work of the ventricle come from."""

from __future__ import annotations

import math

import pytest

from controllers.literature import BeatQuantities, Quantities
from controllers.literature.preload.estimated_ventricle import EstimatedVentricle
from controllers.literature.preload.ventricle_law import VentricleLaw, measures_ventricle
from plants import Plant, Sensors, Simulator, individual

from ...conftest import briefing


class Resting(VentricleLaw):
    def next_speed(self, now):
        return now.speed


def test_a_full_tier_measures_and_others_estimate():
    assert measures_ventricle(briefing("full"))
    assert not measures_ventricle(briefing("icu"))
    assert Resting(briefing("full")).settling_time == 0 < Resting(briefing("icu")).settling_time


def test_what_is_measured_is_left_as_it_is():
    beat = Quantities(lvedv=120.0)
    law = Resting(briefing("full"))
    assert law.observe(beat, None, 25_000.0, 1.0) is beat


def test_a_console_that_shows_no_heart_rate_believes_the_patients():
    known = briefing("console")
    law = Resting(known)
    assert law.beats_per_second(Quantities()) == known.patient["heart_rate"] / 60
    assert law.beats_per_second(Quantities(heart_rate=120.0)) == 2.0


@pytest.mark.parametrize("tier", ["console", "icu"])
def test_the_estimate_comes_near_the_truth_within_its_settling_time(tier):
    """Within 16 mL and a third of the work in eight runs of individuals; here of one each."""
    known = briefing(tier, pump="CP", level="P-6")
    ventricle, told = EstimatedVentricle(known), BeatQuantities(known)
    simulator = Simulator(Plant(individual(known.patient, seed=1), known.pump))
    simulator.reset(speed=known.start_speed)
    sensors = Sensors(tier, seed=1)
    for time in range(9):
        values = sensors.measure(float(time), simulator.metrics())
        beat = ventricle.complete(told.update(values), values, known.start_speed, 1.0)
        simulator.advance(known.start_speed, 1.0)
    truth = simulator.metrics()
    assert beat.lvedv == pytest.approx(truth["lvedv"], abs=6.0)
    assert beat.stroke_work == pytest.approx(truth["stroke_work"], rel=0.25)
    assert math.isfinite(beat.head)
