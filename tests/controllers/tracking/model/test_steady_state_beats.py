"""Steady-state beats of the believed patient against the plant."""

import numpy as np
import pytest

from controllers.tracking.filter import Gaussian, SigmaPointRegression
from controllers.tracking.model import (
    N_PATIENT,
    OUTPUTS,
    STATE_INDEX,
    KnownInputs,
    OperatingCondition,
    StateSpace,
    SteadyStateBeats,
    steady_state_beats,
)
from controllers.tracking.prediction import Predictor
from plants import (
    METRICS,
    BeatMap,
    MultirateRun,
    PhysicsError,
    Plant,
    Pump,
    SlowClock,
    SlowParameters,
    steady_state,
)
from plants.quantities import FailureKind

PUMP = Pump.load("CP")
PLANT = Plant("shock-d", PUMP)
SLOW = SlowClock(PLANT.patient, SlowParameters.load().replace(baroreflex_gain=0.0)).parameters
INPUTS = KnownInputs(np.zeros(2), np.nan, 12.0).without_leak()
NAMES = ("map", "cardiac_output", "pcwp", "cvp", "lvedv", "pump_flow", "heart_rate")


@pytest.fixture(scope="module")
def beats():
    return SteadyStateBeats(PLANT, SLOW)


def outputs(steady, index=0):
    return {name: steady.values[index, 0, OUTPUTS.index[name]] for name in NAMES}


def point(**shifts):
    x = np.zeros(N_PATIENT)
    for name, value in shifts.items():
        x[STATE_INDEX[name]] = value
    return x


@pytest.mark.parametrize("level", ["P-2", "P-8"])
@pytest.mark.parametrize("factor", [0.8, 1.3])
def test_a_steady_state_beat_is_the_plants_periodic_beat(beats, level, factor):
    speed = PUMP.speed(level)
    steady = beats.centres(
        point(lv_contractility=np.log(factor))[None], [OperatingCondition(speed, INPUTS)]
    )
    acting = {"lv_contractility": factor}
    coarse = BeatMap(PLANT, step=0.004)
    truth = steady_state(PLANT, speed, acting, beats=coarse).metrics
    assert steady.exact.all()
    for name, value in outputs(steady).items():
        assert value == pytest.approx(truth[name], abs=0.05), name


def test_the_reflex_is_in_equilibrium_as_on_the_slow_clock():
    plant = Plant("shock-d", PUMP)
    run = MultirateRun(plant)
    run.hold(PUMP.speed("P-4"))
    truth = run.metrics()
    slow = SlowClock(plant.patient).parameters
    inputs = KnownInputs(
        np.array([slow["inotrope_baseline"], slow["vasopressor_baseline"]]), np.nan, 12.0
    )
    condition = OperatingCondition(PUMP.speed("P-4"), inputs.without_leak())
    steady = SteadyStateBeats(plant, slow).centres(point()[None], [condition])
    assert outputs(steady)["map"] == pytest.approx(truth["map"], abs=0.3)
    assert outputs(steady)["heart_rate"] == pytest.approx(truth["heart_rate"], abs=0.3)


def test_many_settings_side_by_side_are_the_same_as_one_by_one(beats):
    shifts = [point(blood_volume=100.0), point(rv_contractility=0.2), point(blood_volume=-50.0)]
    conditions = [OperatingCondition(PUMP.speed(level), INPUTS) for level in ("P-3", "P-5", "P-8")]
    together = beats.centres(np.array(shifts), conditions)
    for index, (shift, condition) in enumerate(zip(shifts, conditions, strict=True)):
        alone = SteadyStateBeats(PLANT, SLOW).centres(shift[None], [condition])
        for name, value in outputs(alone).items():
            assert outputs(together, index)[name] == pytest.approx(value, abs=0.05), name


def test_points_about_a_centre_are_beats_of_their_own(beats):
    condition = OperatingCondition(PUMP.speed("P-6"), INPUTS)
    beats.centres(point()[None], [condition])
    many = np.array([point(lv_contractility=0.4), point(systemic_resistance=-0.3)])
    around = beats.around(many[None], [condition])
    for index, single in enumerate(many):
        alone = SteadyStateBeats(PLANT, SLOW).centres(single[None], [condition])
        signals = around.values[0, index, OUTPUTS.index["map"]]
        assert signals == pytest.approx(outputs(alone)["map"], abs=0.05)


def test_where_there_is_no_beat_the_reason_is_told():
    beats = SteadyStateBeats(PLANT, SLOW)
    steady = beats.centres(
        point(blood_volume=-3000.0)[None], [OperatingCondition(PUMP.speed("P-9"), INPUTS)]
    )
    assert "no steady-state beat" in steady.reasons[0]
    assert np.isnan(steady.values).all()


def test_a_point_without_a_beat_is_not_searched_again_nearby(monkeypatch):
    searches = []
    search = steady_state_beats.newton

    def counted(*arguments):
        searches.append(arguments)
        return search(*arguments)

    monkeypatch.setattr(steady_state_beats, "newton", counted)
    beats = SteadyStateBeats(PLANT, SLOW)
    condition = [OperatingCondition(PUMP.speed("P-9"), INPUTS)]

    def asked(volume):
        """Searches of the patient with that volume, mL."""
        searches.clear()
        empty = beats.centres(point(blood_volume=volume)[None], condition)
        return len(searches), empty.reasons[0]

    first, reason = asked(-3000.0)
    assert first > 0
    # Other points in between do not matter; 90 mL of a prior of 300 mL is not nearby.
    assert asked(-2900.0)[0] > 0
    assert asked(-3010.0) == (0, reason)
    assert asked(-3090.0)[0] > 0
    # Nor is one that is begun from a nearer beat, or one with other known inputs.
    drugs = KnownInputs(np.array([0.0, 0.1]), np.nan, 12.0).without_leak()
    searches.clear()
    beats.centres(point(blood_volume=-3000.0)[None], [OperatingCondition(44_000.0, drugs)])
    assert searches
    assert asked(0.0)[1] == ""


def test_a_beat_that_was_found_is_kept_where_its_slopes_cannot_be_had_anew(monkeypatch):
    beats = SteadyStateBeats(PLANT, SLOW)
    condition = [OperatingCondition(PUMP.speed("P-4"), INPUTS)]
    before = beats.centres(point()[None], condition)

    def no_slopes(*arguments):
        raise PhysicsError("none", kind=FailureKind.NO_PERIODIC_BEAT)

    monkeypatch.setattr(steady_state_beats, "newton", no_slopes)
    monkeypatch.setattr(steady_state_beats, "_SLOW_CHORDS", -1.0)
    for shift in (0.05, 0.1, 0.15):
        steady = beats.centres(point(lv_contractility=shift)[None], condition)
        assert steady.reasons == ("",)
        assert steady.exact.all()
        assert outputs(steady)["map"] > outputs(before)["map"]


def test_a_beat_that_is_led_from_a_leak_is_that_of_a_tight_valve_where_none_leaks(beats):
    condition, at = OperatingCondition(PUMP.speed("P-2"), INPUTS), point()
    tight = outputs(beats.centres(at[None], [condition]))
    led = beats.leaking_beat(at, condition, 4.0)
    assert led[METRICS.index["mitral_regurgitant_fraction"]] < 0.05
    for name, value in tight.items():
        assert led[METRICS.index[name]] == pytest.approx(value, rel=0.02), name


def test_no_beat_is_led_from_a_leak_where_there_is_none(beats):
    with pytest.raises(PhysicsError):
        beats.leaking_beat(
            point(blood_volume=-6000.0), OperatingCondition(PUMP.speed("P-2"), INPUTS), 4.0
        )


def test_a_kept_slope_is_used_until_the_belief_has_moved():
    space = StateSpace(())
    predictor = Predictor(SteadyStateBeats(PLANT, SLOW), space)
    estimate = Gaussian(np.zeros(len(space.names)), np.diag(0.1 * space.sd))
    condition = OperatingCondition(PUMP.speed("P-6"), INPUTS)
    predictor.outputs([estimate], [condition])
    assert predictor.regressions == 1
    near = Gaussian(estimate.mean + 0.01 * space.sd, estimate.root)
    predictor.outputs([near], [condition])
    assert predictor.regressions == 1
    predictor.outputs([near], [condition], exact=True)
    assert predictor.regressions == 2
    far = Gaussian(estimate.mean + 2.0 * space.sd, estimate.root)
    predictor.outputs([far], [condition])
    assert predictor.regressions == 3
    wide = Gaussian(far.mean, 2.0 * far.root)
    predictor.outputs([wide], [condition])
    assert predictor.regressions == 4


def test_the_second_order_of_a_fan_goes_with_the_variance():
    generator = np.random.default_rng(0)
    estimate = Gaussian(np.zeros(N_PATIENT), np.eye(N_PATIENT))
    count = len(OUTPUTS)
    bend = generator.normal(size=(count, N_PATIENT))
    linear = generator.normal(size=(count, N_PATIENT))
    away = np.sqrt(3.0) * np.concatenate([0 * np.eye(N_PATIENT)[:1], np.eye(N_PATIENT)])
    points = np.concatenate([away, -away[1:]])
    regression = SigmaPointRegression.fit(estimate, points @ linear.T + (points**2) @ bend.T, 1.0)
    assert np.allclose(regression.slope, linear)
    half = regression.outputs_for(Gaussian(estimate.mean, 0.5 * estimate.root), np.zeros(count))
    assert np.allclose(half.value, 0.25 * bend.sum(axis=1))
    assert np.allclose(half.first, 0.5 * linear)
