"""Preload-responsive speed."""

from __future__ import annotations

import pytest

from controllers import load_controller
from controllers.literature import Quantities
from controllers.literature.reconstruction import hydraulic_power
from plants import Patient

from ...conftest import briefing, closed_loop
from ..conftest import CP, LOW, START, law_of, moment

UNSTRESSED = Patient.load("shock-d")["lv_v0"]
FLOW = float(CP.flow_at(START, 60.0))
AT = Quantities(
    head=60.0,
    hydraulic_power=hydraulic_power(60.0, FLOW),
    lvedv=UNSTRESSED + 100.0,
    heart_rate=90.0,
)


def law(**settings):
    return law_of("preload-responsive", settings={"time_constant": 0.0} | settings, handed_over=AT)


def beat(volume, *, head=60.0, rate=90.0, seconds=1.0):
    return moment(
        lvedv=UNSTRESSED + volume, head=head, heart_rate=rate, hydraulic_power=1.0, seconds=seconds
    )


def test_the_hand_over_is_kept():
    assert law().next_speed(beat(100.0)) == pytest.approx(START)


def test_power_is_linear_in_the_volume():
    """A twentieth more volume wants a twentieth more power, at the same head as much more flow."""
    speed = law().next_speed(beat(105.0))
    assert float(CP.flow_at(speed, 60.0)) == pytest.approx(1.05 * FLOW, rel=1e-3)
    assert law(share=1.05).next_speed(beat(100.0)) == pytest.approx(speed)
    assert law().next_speed(beat(100.0, rate=94.5)) == pytest.approx(speed)


def test_less_volume_is_less_speed():
    assert law().next_speed(beat(90.0)) < START
    assert law().next_speed(beat(-5.0)) == LOW


def test_the_speed_lags():
    """After one time constant 63 % of the way."""
    at_once, lagged = law(), law(time_constant=2.0)
    wanted = at_once.next_speed(beat(105.0))
    speed = lagged.next_speed(beat(105.0, seconds=2.0))
    assert (speed - START) / (wanted - START) == pytest.approx(0.632, abs=1e-3)
    lagged.restart(35_000.0)
    assert lagged.next_speed(beat(100.0, seconds=1e-6)) == pytest.approx(35_000, abs=1)


def test_a_lag_does_not_wind_up_at_a_limit():
    asked = law(time_constant=5.0)
    for _ in range(100):
        asked.next_speed(beat(1000.0))
    assert asked.next_speed(beat(20.0)) < 46_000


@pytest.mark.parametrize("tier", ["icu", "full"])
def test_a_ventricle_that_fills_more_is_supported_more(tier):
    known = briefing(tier, patient="hfref", pump=CP, level="P-6")
    runs = [
        closed_loop(
            load_controller("preload-responsive"), known, scenario=scenario, duration=60.0
        ).rollout
        for scenario in ("hemorrhage-severe", "preload-rise")
    ]
    volumes = [float(run["lvedv"].values[-10:].mean()) for run in runs]
    speeds = [float(run["speed_command"].values[-10:].mean()) for run in runs]
    assert volumes[0] < volumes[1]
    assert speeds[0] < speeds[1]
