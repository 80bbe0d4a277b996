"""Systolic-pressure controller."""

from __future__ import annotations

import pytest

from controllers.literature import Quantities

from ..conftest import SPAN, START, law_of, moment

AT = Quantities(lv_peak_pressure=80.0)


def test_published_gain_by_range():
    """50 rpm/mmHg on 10 krpm are 75 on the 15 krpm of a CP."""
    law = law_of("systolic-pressure", part="published", handed_over=AT)
    assert SPAN == 15_000
    assert law.next_speed(moment(lv_peak_pressure=84.0)) == pytest.approx(START + 300)


def test_the_pressure_is_a_mean_of_three_beats():
    law = law_of("systolic-pressure", settings={"gain": 0.01}, handed_over=AT)
    speeds = [law.next_speed(moment(lv_peak_pressure=p)) for p in (80.0, 86.0, 86.0, 86.0)]
    assert speeds == pytest.approx([START + 150 * rise for rise in (0.0, 3.0, 4.0, 6.0)])


def test_less_preload_is_less_speed():
    law = law_of("systolic-pressure", handed_over=AT)
    assert law.next_speed(moment(lv_peak_pressure=70.0)) < START


def test_a_restart_forgets_the_beats_and_keeps_the_reference():
    law = law_of("systolic-pressure", handed_over=AT)
    law.next_speed(moment(lv_peak_pressure=120.0))
    law.restart(31_000.0)
    assert law.next_speed(moment(31_000.0, lv_peak_pressure=80.0)) == START
