"""Whether a heart that holds without the pump today still does in two days."""

import math
from types import SimpleNamespace

import casadi as ca
import pytest

from controllers import WeaningCriteria
from controllers.tracking.filter import Estimate
from controllers.weaning.assessment import sustained_recovery_reason
from controllers.weaning.assessment.sustained_recovery import expected_trend
from controllers.weaning.evidence import AssessmentHistory
from controllers.weaning.evidence.history import ASSESSMENTS_AVERAGED
from plants import METRICS, SlowParameters
from plants.slow import PARAMETER_LAYOUT
from plants.slow.laws import myocardium

CRITERIA = WeaningCriteria.load()
NUMBER = CRITERIA.number


def forecasts(perfusion, trend=0.1, gained=0.4, here=46.0):
    name = "coronary_driving_pressure"
    at_level, without_pump = (
        {name: Estimate(name, "mmHg", pressure, 1.0)} for pressure in (here, perfusion)
    )
    return SimpleNamespace(
        contractility_trend=trend,
        contractility_gain=gained,
        trusted=True,
        at_level={"P-2": at_level}.get,
        without_pump=lambda: without_pump,
    )


def trend(*args, **kwargs):
    return expected_trend(forecasts(*args, **kwargs), "P-2", CRITERIA)


def averaged(history, hours):
    """Of a weaning state that keeps a history."""
    return lambda name, value: value if history is None else history.mean(name, hours, value)


def weaning_state(perfusion, *, hours=0.0, history=None, label_ending=False, **kwargs):
    return SimpleNamespace(
        forecasts=forecasts(perfusion, **kwargs),
        criteria=CRITERIA,
        level="P-2",
        averaged=averaged(history, hours),
        label_ending=label_ending,
    )


def test_a_heart_that_is_perfused_as_before_goes_on_as_before():
    weight = NUMBER("observed_trend_weight")
    observed = weight * 0.1 + (1.0 - weight) * NUMBER("usual_trend")
    assert trend(46.0) == pytest.approx(observed)


def test_the_less_it_is_perfused_the_worse():
    trends = [trend(pressure) for pressure in (46.0, 40.0, 34.0, 30.0, 26.0)]
    assert trends == sorted(trends, reverse=True)
    assert trends[0] > 0.0 > trends[-1]


def test_the_balance_is_that_of_the_plants_myocardium():
    # Recovery held back, the plant stuns what has recovered at the rate that is told here.
    pressure, stunned, gain = 33.0, 0.4, 1.5
    known = SlowParameters.load().values | {
        "recoverable": gain,
        "coronary_infarct_pressure": 0.0,
        "overload_margin": 10.0,
        "coronary_critical_pressure": NUMBER("coronary_critical_pressure"),
        "coronary_width": NUMBER("coronary_pressure_width"),
        "stunning_time": NUMBER("stunning_time"),
    }
    p = PARAMETER_LAYOUT.partly(**known)
    beat = METRICS.partly(
        lvedp=5.0,
        lvedv=100.0,
        pressure_volume_area=5e3,
        heart_rate=80.0,
        coronary_driving_pressure=pressure,
    )
    state = myocardium.States(
        stunned=stunned,
        infarcted=0.0,
        recovery_onset_1=0.0,
        recovery_onset_2=0.0,
        recovery_onset_3=0.0,
        tension_reference=1e4,
        demand_reference=2e7,
    )
    rate = float(ca.DM(myocardium.rates(state, beat, None, p)["stunned"]))
    present = 1.0 + gain * (1.0 - stunned)
    by_plant = -gain * rate / present * 24.0
    gained = 1.0 - 1.0 / present
    here = 200.0  # where nothing is stunned
    usual = (1.0 - NUMBER("observed_trend_weight")) * NUMBER("usual_trend")
    with_gain = trend(pressure, trend=0.0, gained=gained, here=here)
    without_gain = trend(pressure, trend=0.0, gained=0.0, here=here)
    assert 0.0 < without_gain < usual
    assert with_gain - without_gain == pytest.approx(by_plant, rel=0.02)


def test_without_recovery_no_contractility_is_lost():
    assert trend(28.0, trend=0.0, gained=0.0) >= 0.0


def test_a_negative_gain_counts_as_none():
    # A bound of what was gained may be negative by noise.
    assert trend(28.0, gained=-0.1) == trend(28.0, gained=0.0)


def test_a_fall_of_the_trend_is_not_carried_on():
    assert trend(46.0, trend=-0.5) == trend(46.0, trend=0.0)


def test_without_a_trend_nothing_is_told():
    assert math.isnan(trend(30.0, trend=math.nan))
    assert sustained_recovery_reason(weaning_state(30.0, trend=math.nan)) is None


def test_the_last_assessments_count():
    history = AssessmentHistory()
    assert not sustained_recovery_reason(weaning_state(26.0, history=history)).met
    for hour in range(1, ASSESSMENTS_AVERAGED):
        assert not sustained_recovery_reason(weaning_state(46.0, hours=hour, history=history)).met
    assert sustained_recovery_reason(
        weaning_state(46.0, hours=ASSESSMENTS_AVERAGED, history=history)
    ).met


def test_an_untrusted_tracker_is_not_asked():
    now = weaning_state(46.0)
    now.forecasts.trusted = False
    assert sustained_recovery_reason(now) is None


def test_near_the_labels_end_no_margin_is_asked_for():
    little = next(
        p / 10.0
        for p in range(460, 250, -1)
        if NUMBER("late_trend_without_pump") <= trend(p / 10.0) < NUMBER("trend_without_pump")
    )
    assert not sustained_recovery_reason(weaning_state(little)).met
    assert sustained_recovery_reason(weaning_state(little, label_ending=True)).met
    assert not sustained_recovery_reason(weaning_state(26.0, label_ending=True)).met
