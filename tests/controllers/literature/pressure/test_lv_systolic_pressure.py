"""LV systolic-pressure loop."""

from __future__ import annotations

import pytest

from ..conftest import HIGH, LOW, SPAN, START, law_of, moment

SETTINGS = {"gain": 0.001, "proportional_time": 2.0}


def test_speed_by_error_and_integral():
    law = law_of("lv-systolic-pressure", settings=SETTINGS)
    wanted = START + 0.001 * SPAN * 10.0 * (1.0 + 2.0)
    assert law.next_speed(moment(lv_peak_pressure=50.0)) == pytest.approx(wanted)


def test_a_ventricle_below_the_target_is_unloaded_less():
    assert law_of("lv-systolic-pressure").next_speed(moment(lv_peak_pressure=30.0)) < START


def test_a_target_out_of_reach_does_not_wind_up():
    law = law_of("lv-systolic-pressure")
    for _ in range(300):
        assert LOW <= law.next_speed(moment(lv_peak_pressure=70.0)) <= HIGH
    assert law.next_speed(moment(lv_peak_pressure=35.0)) < HIGH
