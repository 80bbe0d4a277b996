"""The levels a controller may hold, and the best of them."""

from __future__ import annotations

import pytest

from controllers import operating_point, operating_point as face, running_levels, speed_limits
from controllers.operating_points import steady_state as real
from plants import (
    Goal,
    InputError,
    Patient,
    PhysicsError,
    Plant,
    Pump,
    Therapy,
    individual_therapy,
    steady_state,
)

THERAPY = individual_therapy(Therapy.default(), Patient.load("rv-failure"))


def test_a_level_with_a_time_limit_is_not_held():
    assert [level.name for level in running_levels(Pump.load("2.5"))][-1] == "P-8"
    assert speed_limits(Pump.load("2.5")) == (35_000.0, 50_000.0)
    assert speed_limits(Pump.load("5.5")) == (17_000.0, 33_000.0)


def test_the_best_level_costs_least():
    # Their left ventricle is filled too little for the highest level.
    patient, pump = Patient.load("rv-failure"), Pump.load("CP")
    point = operating_point(patient, pump, THERAPY)
    plant = Plant(patient, pump)
    costs = {
        level.name: THERAPY.cost(steady_state(plant, level.rpm).metrics)
        for level in running_levels(pump)
    }
    assert point.level.name == min(costs, key=costs.__getitem__) == "P-6"
    assert point.cost == pytest.approx(costs["P-6"], abs=1e-9)


def test_the_slowest_of_equal_levels_is_taken():
    goal = Goal(signal="map", low=10.0, weight=1.0, scale=1.0)
    easy = THERAPY.model_copy(update={"goals": (goal,)})
    assert operating_point(Patient.load("shock-d"), Pump.load("CP"), easy).level.name == "P-2"


def test_the_operating_point_is_cached():
    args = (Patient.load("shock-e"), Pump.load("CP"), THERAPY)
    assert operating_point(*args) is operating_point(*args)


def test_levels_without_a_beat_are_passed_over(monkeypatch):
    def broken(plant, speed, **options):
        if speed > limit:
            raise PhysicsError("no beat")
        return real(plant, speed, **options)

    monkeypatch.setitem(face.__wrapped__.__globals__, "steady_state", broken)
    face.cache_clear()
    limit, args = 40_000.0, (Patient.load("shock-d"), Pump.load("CP"), THERAPY)
    assert operating_point(*args).level.name == "P-6"
    face.cache_clear()
    limit = 0.0
    with pytest.raises(PhysicsError, match="shock-d has no periodic beat at any level of the CP"):
        operating_point(*args)
    face.cache_clear()


def test_an_unknown_fallback_level_is_refused_by_those_that_use_it():
    from controllers import LQG, PI, Briefing

    therapy = THERAPY.model_copy(update={"fallback_level": "P-12"})
    pump = Pump.load("CP")
    briefing = Briefing(Patient.load("shock-d"), pump, therapy, 1.0, "icu", pump.speed("P-6"))
    for controller in (PI(), LQG()):
        with pytest.raises(InputError, match="P-12"):
            controller.reset(briefing)
