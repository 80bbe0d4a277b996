"""Whether a heart that holds without the pump today still does in two days."""

import math
from types import SimpleNamespace

import casadi as ca
import pytest

from controllers import WeaningCriteria
from controllers.tracking.filter import Estimate
from controllers.weaning.assessment import lasts
from controllers.weaning.assessment.sustained_recovery import expected_trend
from controllers.weaning.evidence import Looks
from controllers.weaning.evidence.history import LOOKS
from plants import METRICS, SlowParameters
from plants.slow import PARAMETER_LAYOUT
from plants.slow.laws import myocardium

CRITERIA = WeaningCriteria.load()
NUMBER = CRITERIA.number


def outlook(perfusion, trend=0.1, gained=0.4, here=46.0):
    told = {
        level: {
            "coronary_perfusion_pressure": Estimate(
                "coronary_perfusion_pressure", "mmHg", value, 1.0
            )
        }
        for level, value in (("P-2", here), ("", perfusion))
    }
    return SimpleNamespace(
        trend=trend, gained=gained, trusted=True, at=told.get, free=lambda: told[""]
    )


def trend(*args, **kwargs):
    return expected_trend(outlook(*args, **kwargs), "P-2", CRITERIA)


def steady(looks, hours):
    """Of a situation that keeps some looks."""
    return lambda name, value: value if looks is None else looks.mean(name, hours, value)


def situation(perfusion, *, hours=0.0, looks=None, last=False, **kwargs):
    return SimpleNamespace(
        outlook=outlook(perfusion, **kwargs),
        criteria=CRITERIA,
        level="P-2",
        steady=steady(looks, hours),
        last=last,
    )


def test_a_heart_that_is_perfused_as_before_goes_on_as_before():
    weight = NUMBER("trend_weight")
    seen = weight * 0.1 + (1.0 - weight) * NUMBER("trend_usual")
    assert trend(46.0) == pytest.approx(seen)


def test_the_less_it_is_perfused_the_worse():
    found = [trend(pressure) for pressure in (46.0, 40.0, 34.0, 30.0, 26.0)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.0 > found[-1]


def test_the_balance_is_that_of_the_plants_myocardium():
    # Recovery held back, the plant stuns what has recovered at the rate that is told here.
    pressure, stunned, gain = 33.0, 0.4, 1.5
    known = SlowParameters.load().values | {
        "recoverable": gain,
        "coronary_infarct_pressure": 0.0,
        "overload_margin": 10.0,
        "coronary_critical_pressure": NUMBER("coronary_critical"),
        "coronary_width": NUMBER("coronary_width"),
        "stunning_time": NUMBER("stunning_time"),
    }
    p = PARAMETER_LAYOUT.partly(**known)
    beat = METRICS.partly(
        lvedp=5.0,
        lvedv=100.0,
        pressure_volume_area=5e3,
        heart_rate=80.0,
        coronary_perfusion_pressure=pressure,
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
    rate = float(ca.DM(myocardium.rates(state, beat, myocardium.Inputs(), p)["stunned"]))
    present = 1.0 + gain * (1.0 - stunned)
    by_plant = -gain * rate / present * 24.0
    gained = 1.0 - 1.0 / present
    here = 200.0  # where nothing is stunned
    seen = (1.0 - NUMBER("trend_weight")) * NUMBER("trend_usual")
    told = trend(pressure, trend=0.0, gained=gained, here=here)
    kept = trend(pressure, trend=0.0, gained=0.0, here=here)
    assert 0.0 < kept < seen
    assert told - kept == pytest.approx(by_plant, rel=0.02)


def test_who_has_gained_nothing_loses_nothing():
    assert trend(28.0, trend=0.0, gained=0.0) >= 0.0


def test_who_is_below_the_least_that_was_seen_loses_nothing_either():
    # A bound of what was gained may be negative by noise.
    assert trend(28.0, gained=-0.1) == trend(28.0, gained=0.0)


def test_a_fall_of_the_trend_is_not_carried_on():
    assert trend(46.0, trend=-0.5) == trend(46.0, trend=0.0)


def test_without_a_trend_nothing_is_told():
    assert math.isnan(trend(30.0, trend=math.nan))
    assert lasts(situation(30.0, trend=math.nan)) is None


def test_the_last_looks_count():
    looks = Looks()
    assert not lasts(situation(26.0, looks=looks)).met
    for hour in range(1, LOOKS):
        assert not lasts(situation(46.0, hours=hour, looks=looks)).met
    assert lasts(situation(46.0, hours=LOOKS, looks=looks)).met


def test_an_untrusted_tracker_is_not_asked():
    now = situation(46.0)
    now.outlook.trusted = False
    assert lasts(now) is None


def test_near_the_labels_end_no_margin_is_asked_for():
    little = next(
        p / 10.0
        for p in range(460, 250, -1)
        if NUMBER("last_trend_out") <= trend(p / 10.0) < NUMBER("trend_out")
    )
    assert not lasts(situation(little)).met
    assert lasts(situation(little, last=True)).met
    assert not lasts(situation(26.0, last=True)).met
