"""Settled beats of the believed patient against the plant."""

import numpy as np
import pytest

from controllers.tracking.filter import Fan, Gaussian
from controllers.tracking.model import (
    N_PATIENT,
    OUTPUT_PLACE,
    PLACE,
    Setting,
    SettledBeats,
    StateSpace,
    Told,
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

PUMP = Pump.load("CP")
PLANT = Plant("shock-d", PUMP)
SLOW = SlowClock(PLANT.patient, SlowParameters.load().replace(baroreflex_gain=0.0)).parameters
TOLD = Told(np.zeros(2), np.nan, 12.0).tight()
NAMES = ("map", "cardiac_output", "pcwp", "cvp", "lvedv", "pump_flow", "heart_rate")


@pytest.fixture(scope="module")
def beats():
    return SettledBeats(PLANT, SLOW)


def outputs(found, place=0):
    return {name: found.values[place, 0, OUTPUT_PLACE[name]] for name in NAMES}


def point(**shifts):
    x = np.zeros(N_PATIENT)
    for name, value in shifts.items():
        x[PLACE[name]] = value
    return x


@pytest.mark.parametrize("level", ["P-2", "P-8"])
@pytest.mark.parametrize("factor", [0.8, 1.3])
def test_a_settled_beat_is_the_plants_periodic_beat(beats, level, factor):
    speed = PUMP.speed(level)
    found = beats.centres(point(lv_contractility=np.log(factor))[None], [Setting(speed, TOLD)])
    acting = {"lv_contractility": factor}
    coarse = BeatMap(PLANT, step=0.004)
    truth = steady_state(PLANT, speed, acting, beats=coarse).metrics
    assert found.exact.all()
    for name, value in outputs(found).items():
        assert value == pytest.approx(truth[name], abs=0.05), name


def test_the_reflex_is_settled_as_on_the_slow_clock():
    plant = Plant("shock-d", PUMP)
    run = MultirateRun(plant)
    run.hold(PUMP.speed("P-4"))
    truth = run.metrics()
    slow = SlowClock(plant.patient).parameters
    told = Told(np.array([slow["inotrope_baseline"], slow["vasopressor_baseline"]]), np.nan, 12.0)
    setting = Setting(PUMP.speed("P-4"), told.tight())
    found = SettledBeats(plant, slow).centres(point()[None], [setting])
    assert outputs(found)["map"] == pytest.approx(truth["map"], abs=0.3)
    assert outputs(found)["heart_rate"] == pytest.approx(truth["heart_rate"], abs=0.3)


def test_many_settings_side_by_side_are_the_same_as_one_by_one(beats):
    shifts = [point(blood_volume=100.0), point(rv_contractility=0.2), point(blood_volume=-50.0)]
    settings = [Setting(PUMP.speed(level), TOLD) for level in ("P-3", "P-5", "P-8")]
    together = beats.centres(np.array(shifts), settings)
    for place, (shift, setting) in enumerate(zip(shifts, settings, strict=True)):
        alone = SettledBeats(PLANT, SLOW).centres(shift[None], [setting])
        for name, value in outputs(alone).items():
            assert outputs(together, place)[name] == pytest.approx(value, abs=0.05), name


def test_points_about_a_centre_are_beats_of_their_own(beats):
    setting = Setting(PUMP.speed("P-6"), TOLD)
    beats.centres(point()[None], [setting])
    many = np.array([point(lv_contractility=0.4), point(systemic_resistance=-0.3)])
    around = beats.around(many[None], [setting])
    for place, one in enumerate(many):
        alone = SettledBeats(PLANT, SLOW).centres(one[None], [setting])
        found = around.values[0, place, OUTPUT_PLACE["map"]]
        assert found == pytest.approx(outputs(alone)["map"], abs=0.05)


def test_where_there_is_no_beat_the_reason_is_told():
    beats = SettledBeats(PLANT, SLOW)
    found = beats.centres(point(blood_volume=-2400.0)[None], [Setting(PUMP.speed("P-9"), TOLD)])
    assert "no settled beat" in found.reasons[0]
    assert np.isnan(found.values).all()


def test_a_beat_that_is_led_from_a_leak_is_that_of_a_tight_valve_where_none_leaks(beats):
    setting, at = Setting(PUMP.speed("P-2"), TOLD), point()
    tight = outputs(beats.centres(at[None], [setting]))
    led = beats.stretched(at, setting, 4.0)
    assert led[METRICS.index["mitral_regurgitant_fraction"]] < 0.05
    for name, value in tight.items():
        assert led[METRICS.index[name]] == pytest.approx(value, rel=0.02), name


def test_no_beat_is_led_from_a_leak_where_there_is_none(beats):
    with pytest.raises(PhysicsError):
        beats.stretched(point(blood_volume=-6000.0), Setting(PUMP.speed("P-2"), TOLD), 4.0)


def test_a_kept_slope_is_used_until_the_belief_has_moved():
    space = StateSpace(())
    predictor = Predictor(SettledBeats(PLANT, SLOW), space)
    belief = Gaussian(np.zeros(len(space.names)), np.diag(0.1 * space.sd))
    setting = Setting(PUMP.speed("P-6"), TOLD)
    predictor.outputs([belief], [setting])
    assert predictor.fans == 1
    near = Gaussian(belief.mean + 0.01 * space.sd, belief.root)
    predictor.outputs([near], [setting])
    assert predictor.fans == 1
    predictor.outputs([near], [setting], exact=True)
    assert predictor.fans == 2
    far = Gaussian(belief.mean + 1.0 * space.sd, belief.root)
    predictor.outputs([far], [setting])
    assert predictor.fans == 3
    wide = Gaussian(far.mean, 2.0 * far.root)
    predictor.outputs([wide], [setting])
    assert predictor.fans == 4


def test_the_second_order_of_a_fan_goes_with_the_variance():
    generator = np.random.default_rng(0)
    belief = Gaussian(np.zeros(N_PATIENT), np.eye(N_PATIENT))
    count = len(OUTPUT_PLACE)
    bend = generator.normal(size=(count, N_PATIENT))
    linear = generator.normal(size=(count, N_PATIENT))
    away = np.sqrt(3.0) * np.concatenate([0 * np.eye(N_PATIENT)[:1], np.eye(N_PATIENT)])
    points = np.concatenate([away, -away[1:]])
    fan = Fan.through(belief, points @ linear.T + (points**2) @ bend.T, 1.0)
    assert np.allclose(fan.slope, linear)
    half = fan.about(Gaussian(belief.mean, 0.5 * belief.root), np.zeros(count))
    assert np.allclose(half.value, 0.25 * bend.sum(axis=1))
    assert np.allclose(half.first, 0.5 * linear)
