"""The recovery tracker on patients of whom everything is known."""

import math

import numpy as np
import pytest

from controllers import RecoveryTracker, WeaningBriefing
from controllers.tracking.filter import READ_SIGNALS, Gaussian
from controllers.tracking.valve_hypotheses import PRIOR_LEAK_PROBABILITY
from controllers.weaning.evidence import Forecasts
from plants import InputError, Measurement, Patient, Plant, Pump, Sensors, Therapy, steady_state

PUMP = Pump.load("CP")
PLANT = Plant("shock-d", PUMP)


def briefing(tier="icu", **given):
    known = Patient.load("shock-d")
    return WeaningBriefing(known, PUMP, Therapy.default(), tier=tier, baroreflex=0.0, **given)


class Course:
    """A heart that beats steadily, and its tracker."""

    def __init__(self, tier="icu", seed=0, **given):
        self.sensors = Sensors(tier, seed=seed)
        self.tracker = RecoveryTracker(briefing(tier, **given))
        self.hours = -1.0

    def truth(self, level, **acting):
        return steady_state(PLANT, PUMP.speed(level), acting).metrics

    def look(self, level="P-8", *, hours=1.0, change=None, drugs=None, **acting):
        self.hours += hours
        seen = dict(self.sensors.measure(3600.0 * self.hours, self.truth(level, **acting)))
        seen |= change or {}
        measurement = Measurement(3600.0 * self.hours, self.sensors.tier, seen)
        return self.tracker.update(measurement, level, self.hours, drugs=drugs)


def sds_off(estimate, value):
    return abs(estimate.mean - value) / estimate.sd


@pytest.mark.parametrize("tier", ["icu", "console"])
def test_all_readings_of_a_patient_as_believed_are_plausible(tier):
    course = Course(tier, seed=3)
    innovations = [course.look(level) for level in ("P-8", "P-8", "P-6", "P-6", "P-4", "P-4")]
    assert all(innovation.consistent and not innovation.reason for innovation in innovations)
    assert not any(innovation.jumped for innovation in innovations)
    nis = sum(innovation.nis for innovation in innovations)
    readings = sum(innovation.readings for innovation in innovations)
    assert nis < 2.0 * readings
    assert sds_off(course.tracker.estimate["lv_ees"], PLANT.patient["lv_ees"]) < 3.0


def test_uncertainty_shrinks_with_readings():
    course = Course()
    prior = course.tracker.estimate["lv_contractility"].spread
    course.look("P-8")
    first = course.tracker.estimate["lv_contractility"].spread
    course.look("P-4")
    assert course.tracker.estimate["lv_contractility"].spread < 0.9 * first < 0.81 * prior


@pytest.mark.parametrize("factor", [0.7, 1.5])
def test_a_contractility_that_is_not_the_believed_one_is_found(factor):
    course = Course(seed=1)
    for level in ("P-8", "P-6", "P-4", "P-4"):
        course.look(level, lv_contractility=factor)
    low, high = course.tracker.estimate["lv_ees"].interval(0.99)
    assert low < factor * PLANT.patient["lv_ees"] < high
    assert not low < PLANT.patient["lv_ees"] < high


def test_a_sudden_loss_of_contractility_is_a_surprise_and_then_believed():
    course = Course(seed=2)
    for _ in range(4):
        course.look("P-5", lv_contractility=1.4)
    assert course.look("P-5", lv_contractility=0.6).nis > 40.0
    for _ in range(3):
        last = course.look("P-5", lv_contractility=0.6)
    tracked = course.tracker.estimate["lv_contractility"]
    assert math.log(0.6) == pytest.approx(tracked.centre, abs=3.0 * tracked.spread)
    assert not last.reason


@pytest.mark.parametrize("seed", [0, 4, 5])
def test_a_leak_that_a_lower_level_reveals_becomes_likelier_than_of_a_tight_valve(seed):
    tight, leaking = Course(seed=seed), Course(seed=seed)
    for level, leak in (("P-8", 0.0), ("P-8", 0.0), ("P-3", 1.5), ("P-3", 1.5), ("P-3", 1.5)):
        tight.look(level)
        leaking.look(level, mitral_leak=leak)
    assert leaking.tracker.leaking > tight.tracker.leaking + 0.1


def test_an_echo_decides_about_the_valve():
    tight, leaking = Course(seed=1), Course(seed=1)
    for course, leak in ((tight, 0.0), (leaking, 1.5)):
        course.look("P-8")
        before = course.tracker.leaking
        shown = course.truth("P-3", mitral_leak=leak)["mitral_regurgitant_fraction"]
        course.look("P-3", mitral_leak=leak, change={"mitral_regurgitant_fraction": shown})
        assert before < 0.5
    assert tight.tracker.leaking < 0.1
    assert leaking.tracker.leaking > 0.9
    assert leaking.tracker.forecast("P-3")["mitral_regurgitant_fraction"].mean > 0.1


def test_a_valve_that_was_seen_to_leak_is_never_again_believed_tight_for_good():
    course = Course(seed=1)
    course.look("P-8")
    course.look("P-3", mitral_leak=1.5, change={"mitral_regurgitant_fraction": 0.4})
    assert course.tracker.leaking > 0.99
    for _ in range(6):
        course.look("P-8", change={"mitral_regurgitant_fraction": 0.0})
    assert course.tracker.leaking > 0.99
    course.tracker.reset()
    assert course.tracker.leaking == pytest.approx(PRIOR_LEAK_PROBABILITY)


def test_what_is_known_of_the_valve_fades_to_what_was_thought_before():
    course = Course(seed=1)
    for level in ("P-8", "P-3", "P-3"):
        course.look(level, change={"mitral_regurgitant_fraction": 0.0})
    assert course.tracker.leaking < 0.5 * PRIOR_LEAK_PROBABILITY
    blind = dict.fromkeys(course.sensors.signals, math.nan)
    for _ in range(60):
        course.look("P-3", hours=24.0, change=blind)
    assert course.tracker.leaking == pytest.approx(PRIOR_LEAK_PROBABILITY, abs=0.01)


def test_a_change_that_no_explanation_foresaw_tells_nothing_of_the_valve():
    course = Course(seed=2)
    for _ in range(4):
        course.look("P-5", lv_contractility=1.4)
    before = course.tracker.leaking
    assert course.look("P-5", lv_contractility=0.6).jumped
    assert course.tracker.leaking == pytest.approx(before, abs=0.02)


def test_a_forecast_keeps_both_explanations():
    course = Course(seed=2)
    for level in ("P-8", "P-6"):
        course.look(level)
    forecast = course.tracker.forecast("P-3")
    (first, tight), (second, leaks) = forecast.explanations
    assert first + second == pytest.approx(1.0)
    assert second == pytest.approx(course.tracker.leaking)
    for name in ("map", "mitral_regurgitant_fraction"):
        mixture = first * tight[name].mean + second * leaks[name].mean
        assert forecast[name].mean == pytest.approx(mixture, abs=1e-9)
    assert tight.explanations == ((1.0, tight),)


def test_forecasts_agree_with_the_plant():
    course = Course(seed=5)
    for level in ("P-8", "P-6", "P-8"):
        course.look(level, lv_contractility=1.2, systemic_resistance=0.9)
    forecasts = course.tracker.forecasts(["P-6", "P-4", "P-2"])
    for level, forecast in forecasts.items():
        truth = course.truth(level, lv_contractility=1.2, systemic_resistance=0.9)
        for name in ("map", "cardiac_index", "pcwp", "cvp", "pump_flow"):
            assert sds_off(forecast[name], truth[name]) < 3.5, (level, name)
    assert forecasts["P-6"].known
    assert forecasts["P-2"]["pump_flow"].mean < forecasts["P-6"]["pump_flow"].mean


def test_kept_slopes_say_what_all_sigma_points_say():
    course = Course(seed=6)
    for level in ("P-8", "P-8", "P-6", "P-6"):
        course.look(level, lv_contractility=1.1)
        quick = course.tracker.forecasts(["P-8", "P-6", "P-4"])
    exact = course.tracker.forecasts(["P-8", "P-6", "P-4"], exact=True)
    for level, forecast in exact.items():
        for name in ("map", "cardiac_index", "pcwp", "cvp"):
            assert abs(quick[level][name].mean - forecast[name].mean) < 0.5 * forecast[name].sd
            assert 0.6 < quick[level][name].sd / forecast[name].sd < 1.6


def test_without_the_pump_is_the_patient_without_the_pump():
    course = Course(seed=5)
    for level in ("P-8", "P-4", "P-2"):
        course.look(level, lv_contractility=1.3)
    forecast = course.tracker.without_pump()
    truth = steady_state(Plant(PLANT.patient), 0.0, {"lv_contractility": 1.3}).metrics
    for name in ("map", "cardiac_index", "pcwp", "cvp"):
        assert sds_off(forecast[name], truth[name]) < 3.5, name
    assert forecast.level is None
    assert forecast["pump_flow"].mean == 0.0
    stronger = course.tracker.without_pump(drugs={"inotrope": 10.0})
    assert stronger["cardiac_output"].mean > forecast["cardiac_output"].mean


def test_a_ventricle_that_leaks_at_first_goes_on_leaking_or_finds_back():
    course = Course(seed=5)
    for level in ("P-8", "P-4", "P-2"):
        course.look(level, lv_contractility=1.3)
    tracker, index = course.tracker, course.tracker.space.index
    estimate, fractions = tracker._hypotheses.leaking.estimate, []
    for closing in range(0, 100, 10):
        mean = estimate.mean.copy()
        mean[index["mitral_closing"]], mean[index["mitral_leak"]] = closing, math.log(2.0)
        tracker._hypotheses.leaking.estimate = Gaussian(mean, estimate.root)
        fractions.append(tracker.stretched_without_pump())
    # It leaks where it closes early, and where it closes late the ventricle finds back.
    assert fractions[0] > 0.3 > 0.05 > fractions[-1]
    assert fractions == sorted(fractions, reverse=True)


def test_forecasts_ask_for_the_patient_without_the_pump():
    course = Course(seed=5, drugs={"inotrope": 5.0})
    course.look("P-4", drugs={"inotrope": 5.0})
    forecasts = Forecasts(course.tracker)
    forecasts.doses = {"inotrope": 5.0, "vasopressor": 0.0}
    asked = course.tracker.without_pump(drugs={"inotrope": 0.0})
    assert forecasts.without_pump()["map"].mean == pytest.approx(asked["map"].mean)
    assert (
        forecasts.without_pump(inotrope=forecasts.doses["inotrope"])["map"].mean
        > asked["map"].mean + 1.0
    )


def test_forecasts_do_not_change_the_estimate():
    asked, silent = Course(seed=7), Course(seed=7)
    for level in ("P-8", "P-8", "P-5"):
        asked.look(level)
        silent.look(level)
        asked.tracker.forecasts(["P-6", "P-3"], drugs={"inotrope": 0.0})
    first, second = asked.tracker.estimate["lv_ees"], silent.tracker.estimate["lv_ees"]
    assert first.mean == pytest.approx(second.mean, abs=0.1 * second.sd)
    assert first.sd == pytest.approx(second.sd, rel=0.1)


def test_a_forecast_further_ahead_is_less_sure():
    course = Course()
    course.look("P-8")
    now, predicted = (course.tracker.forecast("P-6", hours) for hours in (0.0, 24.0))
    assert predicted["map"].sd > now["map"].sd
    assert predicted.hours == now.hours + 24.0


@pytest.mark.parametrize("drop", [("pcwp", "cardiac_output"), ("map", "systolic", "diastolic")])
def test_readings_that_are_not_there_are_left_out(drop):
    whole, part = Course(), Course()
    whole.look("P-8")
    partial = part.look("P-8", change=dict.fromkeys(drop, math.nan))
    assert not set(partial.rejected) & set(drop)
    assert partial.readings == whole.tracker.innovation.readings - len(drop)
    assert math.isfinite(part.tracker.estimate["lv_ees"].mean)


def test_a_catheter_that_is_removed_leaves_a_less_sure_tracker():
    catheter = ("cvp", "mpap", "pa_systolic", "pa_diastolic", "cardiac_output", "pcwp")
    course, bare = Course(seed=8), Course(seed=8)
    for level in ("P-8", "P-7", "P-6"):
        course.look(level)
        innovation = bare.look(level, change=dict.fromkeys(catheter, math.nan))
        assert innovation.consistent
        assert not innovation.reason
    # The arterial line tells the mean pressure of both.
    for name in ("cvp", "pcwp", "lvedp"):
        assert bare.tracker.forecast("P-4")[name].sd > 2.0 * course.tracker.forecast("P-4")[name].sd


def test_without_readings_the_tracker_coasts():
    course = Course()
    for _ in range(3):
        course.look("P-8")
    before = course.tracker.estimate["lv_ees"]
    innovation = course.look("P-8", hours=6.0, change=dict.fromkeys(READ_SIGNALS, math.nan))
    assert innovation.reason == "nothing was measured"
    assert math.isnan(innovation.nis)
    assert innovation.readings == 0
    after = course.tracker.estimate["lv_ees"]
    assert after.sd > before.sd
    assert after.mean == pytest.approx(before.mean, abs=before.sd)


def test_a_console_without_flow_is_not_believed():
    course = Course()
    course.look("P-8")
    innovation = course.look("P-8", change={"displayed_flow": math.nan})
    assert "no flow" in innovation.reason


def test_one_wrong_reading_is_left_out():
    course = Course(seed=9)
    for _ in range(3):
        course.look("P-6")
    before = course.tracker.estimate["lv_ees"]
    innovation = course.look("P-6", change={"cvp": 29.0})
    assert innovation.rejected == ("cvp",)
    assert course.tracker.estimate["lv_ees"].mean == pytest.approx(before.mean, abs=before.sd)


def test_the_same_seed_gives_the_same_course():
    first, second = Course(seed=10), Course(seed=10)
    for level in ("P-8", "P-5"):
        assert first.look(level) == second.look(level)
    assert first.tracker.estimate.mean == second.tracker.estimate.mean


def test_reset_forgets_everything():
    course = Course(seed=11)
    fresh = course.tracker.estimate.mean
    for level in ("P-8", "P-4"):
        course.look(level, lv_contractility=1.5)
    course.tracker.reset()
    assert math.isnan(course.tracker.hours)
    assert course.tracker.estimate.mean == pytest.approx(fresh, nan_ok=True)


def test_an_inotrope_that_is_told_explains_the_contractility():
    course = Course(seed=12, drugs={"inotrope": 10.0})
    for level in ("P-8", "P-5", "P-5"):
        course.look(level, drugs={"inotrope": 10.0})
    estimate = course.tracker.estimate
    assert estimate["unaided_lv_ees"].mean < 0.9 * estimate["lv_ees"].mean
    on, off = (course.tracker.forecast("P-4", drugs={"inotrope": dose}) for dose in (10.0, 0.0))
    assert off["cardiac_output"].mean < on["cardiac_output"].mean


def test_volume_that_is_given_is_expected():
    course, other = Course(seed=13), Course(seed=13)
    for tracked in (course, other):
        tracked.look("P-8")
    nothing = dict.fromkeys(READ_SIGNALS, math.nan)
    measurement = Measurement(3600.0, "icu", nothing)
    course.tracker.update(measurement, "P-8", 1.0, volume_given=500.0)
    other.tracker.update(measurement, "P-8", 1.0)
    gained = [tracked.tracker.estimate["blood_volume"] for tracked in (course, other)]
    assert gained[0].mean - gained[1].mean == pytest.approx(500.0)
    assert gained[0].sd > gained[1].sd


@pytest.mark.parametrize(
    ("level", "hours", "given", "field"),
    [
        ("P-99", 2.0, {}, "level"),
        ("P-8", 0.5, {}, "hours"),
        ("P-8", math.nan, {}, "hours"),
        ("P-8", 2.0, {"drugs": {"aspirin": 1.0}}, "drug"),
        ("P-8", 2.0, {"drugs": {"inotrope": -1.0}}, "inotrope"),
        ("P-8", 2.0, {"volume_given": math.inf}, "volume_given"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(level, hours, given, field):
    course = Course(seed=14)
    course.look("P-8", hours=2.0)
    before = course.tracker.estimate.mean
    with pytest.raises(InputError, match=field):
        course.tracker.update(Measurement(0.0, "icu", {"map": 60.0}), level, hours, **given)
    assert course.tracker.estimate.mean == before


@pytest.mark.parametrize("hours", [-1.0, math.nan])
def test_a_forecast_of_the_past_is_refused(hours):
    course = Course()
    course.look("P-8")
    with pytest.raises(InputError, match="hours_ahead"):
        course.tracker.forecast("P-6", hours)


@pytest.mark.slow  # Readings that no patient explains are looked for everywhere.
def test_no_reading_makes_a_number_that_is_none():
    course = Course(seed=15)
    generator = np.random.default_rng(0)
    for _ in range(2):
        wild = {name: float(generator.uniform(0.0, 200.0)) for name in ("map", "cvp", "pcwp")}
        course.look("P-8", change=wild)
        assert all(math.isfinite(value) for value in course.tracker.estimate.mean.values())
