"""PI control: its target, its limits, and the closed loop."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from controllers import PI, Gains, Outcome, operating_point
from controllers.clamped_pi import LONGEST_STEP
from controllers.pi import GAINS
from controllers.setpoint import sensor_for, therapy_target
from plants import Goal, InputError, Measurement, Patient, Plant, Pump, steady_metrics, steady_state

from .conftest import THERAPY, briefing, closed_loop

PUMP = Pump.load("5.5")
START = PUMP.speed("P-5")


def reset(signal="map", *, target=None, gains=None, **told):
    controller = PI(signal, target=target, gains=gains)
    controller.reset(briefing(**told))
    return controller


def reading(time, **values):
    return Measurement(time, "icu", {"map": 70.0, "cvp": 8.0, "cardiac_output": math.nan} | values)


# --- targets and sensors ---


def test_target_is_the_middle_of_a_range():
    assert reset().target == therapy_target(briefing(), "map") == 77.5


def test_target_lies_a_scale_from_a_single_end():
    goals = (
        Goal(signal="cardiac_output", low=4.0, weight=1.0, scale=0.5),
        Goal(signal="map", high=90.0, weight=1.0, scale=15.0),
    )
    therapy = THERAPY.model_copy(update={"goals": goals})
    assert therapy_target(briefing(therapy=therapy), "cardiac_output") == 4.5
    assert therapy_target(briefing(therapy=therapy), "map") == 75.0


def test_target_without_a_goal_is_the_best_levels():
    point = operating_point(Patient.load("shock-d"), PUMP, THERAPY)
    controller = reset("displayed_flow")
    assert controller.target == point.steady.metrics["displayed_flow"]


def test_a_given_target_stays():
    assert reset(target=70.0).target == 70.0
    assert math.isnan(PI().target)


@pytest.mark.parametrize("target", [math.nan, math.inf, 1e4])
def test_a_target_out_of_range_is_refused(target):
    with pytest.raises(InputError, match="mmHg"):
        PI(target=target)


def test_a_signal_that_cannot_be_controlled_is_refused():
    with pytest.raises(InputError, match="map, displayed_flow, cardiac_output"):
        PI("pcwp")


def test_the_pressure_is_the_placement_signal_where_that_is_aortic():
    assert sensor_for(briefing("icu"), "map") == "map"
    assert sensor_for(briefing("console"), "map") == "placement_signal"


def test_a_tier_without_the_signal_is_refused_with_what_it_shows():
    with pytest.raises(InputError, match=r"displayed_flow, because tier console with the 5\.0"):
        reset(tier="console", pump=Pump.load("5.0"))
    with pytest.raises(InputError, match="map, displayed_flow, because"):
        reset("cardiac_output", tier="console")


# --- one step after the other ---


def test_the_law_is_that_of_its_notes():
    controller = reset(target=80.0, gains=Gains(0.002, 0.003))
    kp, ki = 0.002 * PUMP.max_rpm, 0.003 * PUMP.max_rpm
    assert controller.act(reading(0.0, map=70.0)).speed == pytest.approx(START + 10 * (kp + ki))
    assert controller.act(reading(1.0, map=75.0)).speed == pytest.approx(START + 15 * ki + 5 * kp)


def test_one_error_is_integrated_for_a_limited_time():
    controller = reset(target=80.0, gains=Gains(0.0, 0.003), period=30.0)
    step = 0.003 * PUMP.max_rpm * LONGEST_STEP * 10
    assert controller.act(reading(0.0)).speed == pytest.approx(START + step)


def test_the_first_command_on_target_is_the_start_speed():
    assert reset(target=70.0).act(reading(0.0, map=70.0)).speed == START


@pytest.mark.parametrize(("pressure", "limit"), [(66.0, 33_000.0), (94.0, 17_000.0)])
def test_an_unreachable_target_saturates_without_windup(pressure, limit):
    controller = reset(target=80.0)
    for t in range(300):
        command = controller.act(reading(float(t), map=pressure))
    assert command.speed == limit
    # The error changes its sign: the very next command leaves the limit.
    back = controller.act(reading(300.0, map=160.0 - pressure)).speed
    assert abs(back - limit) > 100.0


@pytest.mark.parametrize(("pressure", "limit"), [(52.0, 33_000.0), (108.0, 17_000.0)])
def test_the_integral_stays_while_the_command_lies_on_a_limit(pressure, limit):
    controller = reset(target=80.0, gains=Gains(0.02, 0.003))
    assert controller.act(reading(0.0, map=pressure)).speed == limit
    # On target nothing but the integral is left, and it is still that of the start.
    assert controller.act(reading(1.0, map=80.0)).speed == START


def test_a_start_outside_the_limits_is_brought_into_them():
    controller = reset(target=70.0, start=0.0)
    assert controller.act(reading(0.0, map=70.0)).speed == PUMP.speed("P-2")


def test_a_missing_value_holds_and_then_falls_back():
    controller = reset(target=80.0)
    held = controller.act(reading(0.0, map=70.0)).speed
    waiting = controller.act(reading(1.0, map=math.nan))
    assert (waiting.speed, waiting.status) == (held, None)
    fallen = controller.act(reading(2.0, map=math.nan))
    assert fallen.speed == PUMP.speed(THERAPY.fallback_level)
    assert fallen.status.outcome is Outcome.FALLBACK
    # It goes on from there, with nothing left of the time before.
    again = controller.act(reading(3.0, map=80.0))
    assert (again.speed, again.status) == (PUMP.speed(THERAPY.fallback_level), None)


@pytest.mark.parametrize("junk", [math.inf, -math.inf])
def test_what_is_not_finite_is_no_value(junk):
    controller = reset(target=80.0)
    assert controller.act(reading(0.0, map=junk)).speed == START


def test_a_slow_sensor_is_waited_for():
    controller = reset("cardiac_output", target=4.5)
    first = controller.act(reading(0.0, cardiac_output=4.0)).speed
    assert first > START
    for t in range(1, 62):
        command = controller.act(reading(float(t)))
        assert (command.speed, command.status) == (first, None)
    assert controller.act(reading(62.0)).status.outcome is Outcome.FALLBACK


def test_a_slow_sensor_is_not_waited_for_when_all_are_silent():
    controller = reset("cardiac_output", target=4.5)
    silent = {"map": math.nan, "cvp": math.nan}
    statuses = [controller.act(reading(float(t), **silent)).status for t in range(3)]
    assert statuses[:2] == [None, None]
    assert statuses[2].outcome is Outcome.FALLBACK


def test_it_has_to_be_reset_first():
    with pytest.raises(RuntimeError, match="reset"):
        PI().act(reading(0.0))


# --- closed loops ---


@pytest.mark.parametrize(
    ("signal", "tier", "target", "tolerance"),
    [
        ("map", "full", None, 0.2),
        ("map", "icu", None, 1.0),
        ("map", "console", None, 1.0),
        ("displayed_flow", "full", 4.2, 0.03),
        ("cardiac_output", "full", 4.2, 0.03),
    ],
)
def test_the_target_is_reached_on_the_believed_patient(signal, tier, target, tolerance):
    controller = PI(signal, target=target)
    rollout = closed_loop(controller, briefing(tier), duration=90.0).rollout
    name = "displayed_flow_mean" if signal == "displayed_flow" else signal
    assert float(rollout[name][-10:].mean()) == pytest.approx(controller.target, abs=tolerance)


def test_a_thermodilution_every_minute_is_enough():
    controller = PI("cardiac_output", target=4.2)
    rollout = closed_loop(controller, briefing(), duration=600.0).rollout
    assert float(rollout["cardiac_output"][-60:].mean()) == pytest.approx(4.2, abs=0.3)


@pytest.mark.parametrize("period", [0.1, 0.5, 5.0])
def test_other_periods_work_too(period):
    rollout = closed_loop(PI(), briefing(period=period), duration=60.0).rollout
    pressures = rollout["map"].values[-max(4, round(10 / period)) :]
    assert pressures.mean() == pytest.approx(77.5, abs=1.0)
    assert pressures.std() < 1.5


@pytest.mark.parametrize("scenario", ["afterload-down", "contractility-loss", "hemorrhage"])
@pytest.mark.parametrize("device", ["CP", "5.5"])
def test_disturbed_individuals_stay_bounded(scenario, device):
    known = briefing(pump=device, level="P-6")
    rollout = closed_loop(
        PI(), known, individual_seed=3, scenario=scenario, seed=3, duration=120.0
    ).rollout
    assert rollout.attrs["ended"] == ""
    speeds, pump = rollout["speed_command"].values, known.pump
    assert speeds.min() >= pump.speed("P-2")
    assert speeds.max() <= pump.max_rpm
    settled = float(rollout["map"][-10:].mean())
    on_target = abs(settled - 77.5) < 1.5
    assert on_target or speeds[-10:].mean() > 0.99 * pump.max_rpm


def test_lost_values_do_not_keep_it_from_the_target():
    rollout = closed_loop(PI(), briefing(), dropout=0.2, duration=90.0).rollout
    assert steady_metrics(rollout, seconds=10.0)["map"] == pytest.approx(77.5, abs=1.5)


@pytest.mark.slow
@pytest.mark.parametrize("signal", ["map", "displayed_flow"])
def test_gains_are_nearly_the_best_of_their_neighbours(signal):
    """The sweep that the gains came from, made small."""
    scale = {"map": 15.0, "displayed_flow": 0.5}[signal]
    cases = []
    for patient, device in (("shock-d", "CP"), ("shock-e", "5.5")):
        pump = Pump.load(device)
        believed = Patient.load(patient)
        target = steady_state(Plant(believed, pump), pump.speed("P-6")).metrics[signal]
        cases += [(patient, pump, target, s) for s in ("none", "preload-drop")]

    def price(gains):
        total = 0.0
        for patient, pump, target, scenario in cases:
            rollout = closed_loop(
                PI(signal, target=target, gains=gains),
                briefing(patient=patient, pump=pump, level="P-3"),
                individual_seed=3,
                scenario=scenario,
                seed=3,
            ).rollout
            name = "displayed_flow_mean" if signal == "displayed_flow" else signal
            errors = (rollout[name].values - target) / scale
            changes = np.diff(rollout["speed_command"].values) * 1e-3
            total += (errors**2).mean() + THERAPY.effort_weight * (changes**2).mean()
        return total / len(cases)

    kept = GAINS[signal]
    best = min(
        price(Gains(kept.proportional * p, kept.integral * i))
        for p, i in itertools.product((0.3, 1.0, 3.0), repeat=2)
    )
    assert price(kept) < 1.1 * best
