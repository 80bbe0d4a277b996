"""What holds for every controller: jumps of the clock, silence, outliers, range and rate."""

import math
import time
from pathlib import Path

import pytest

from controllers import LQG, PI, Command, LQGSettings, NmpcController, Outcome, PolicyController
from controllers.supervision import LONGEST_HOLD, Reading, Supervised, Supervisor, Used
from plants import Measurement, Pump, tier_table

from ..conftest import THERAPY, briefing, steady_truth

PUMP = Pump.load("5.5")
FALLBACK = PUMP.speed(THERAPY.fallback_level)
POLICY = Path(__file__).parents[3] / "results" / "policies" / "support-ppo"
SIGNALS = [sensor.signal for sensor in tier_table("icu")]
KNOWN = briefing(pump=PUMP, start=28_000.0)
TRUTH = steady_truth(KNOWN)


class Own:
    """A user's controller: proportional to the pressure, and with a memory."""

    name = "own"

    def reset(self, known):
        self.pump, self.speed = known.pump, known.start_speed

    def act(self, measurement):
        pressure = measurement["map"]
        if math.isfinite(pressure):
            self.speed = min(max(28_000.0 + 100.0 * (TRUTH["map"] - pressure), 0.0), 33_000.0)
        return Command(self.speed)


def policy():
    pytest.importorskip("stable_baselines3")
    return PolicyController(POLICY)


# Aimed at where the patient is, so that no command lies on a limit.
CONTROLLERS = {
    "pi": lambda: PI(target=TRUTH["map"]),
    "lqg": lambda: LQG(target=TRUTH["map"]),
    "nmpc": NmpcController,
    "policy": policy,
    "own": lambda: Supervised(Own()),
}


@pytest.fixture(params=CONTROLLERS)
def controller(request):
    controller = CONTROLLERS[request.param]()
    controller.reset(KNOWN)
    for second in range(6):
        controller.act(seen(float(second)))
    return controller


def seen(when, **changes):
    return Measurement(when, "icu", {name: TRUTH[name] for name in SIGNALS} | changes)


def blind(when, junk=math.nan, **measured):
    return Measurement(when, "icu", dict.fromkeys(SIGNALS, junk) | measured)


def fallen(command):
    return command.status is not None and command.status.outcome is Outcome.FALLBACK


@pytest.mark.parametrize("clock", [0.0, -1.0, -1e-3, 1e-6, 1.0, 1e4])
def test_silence_means_the_fallback_level_whatever_the_clock_does(controller, clock):
    commands = [controller.act(blind(5.0 + clock * k)) for k in range(1, 5)]
    assert all(fallen(command) for command in commands[1:])
    assert {command.speed for command in commands[1:]} == {FALLBACK}


@pytest.mark.parametrize("junk", [math.nan, math.inf, -math.inf, 1e12])
def test_a_speed_that_the_console_knows_is_no_sight(controller, junk):
    commands = [controller.act(blind(5.0 + k, junk, pump_speed=28_000.0)) for k in range(1, 4)]
    assert [fallen(command) for command in commands] == [False, True, True]


def test_it_goes_on_from_the_fallback_level_when_it_sees_again(controller):
    for k in range(1, 5):
        controller.act(blind(5.0 + k))
    again = controller.act(seen(10.0))
    assert not fallen(again)
    assert 17_000.0 <= again.speed <= 33_000.0


@pytest.mark.parametrize("jump", [10_000.0, 1e9, -5.0, -1e9])
def test_a_jump_of_the_clock_is_a_bounded_restart(controller, jump):
    before = controller.act(seen(6.0)).speed
    begun = time.perf_counter()
    # What is measured rarely is old after a jump forward; here it comes anew.
    after = controller.act(seen(6.0 + jump))
    # Minutes without a bound; the limit leaves room for a busy machine.
    assert time.perf_counter() - begun < 20.0
    assert not fallen(after)
    assert abs(after.speed - before) <= LQGSettings().rate_limit


@pytest.mark.parametrize("junk", [1e6, 200.0, 5.0, -1e6])
def test_one_bad_sample_of_the_pressure_moves_nothing(controller, junk):
    before = controller.act(seen(6.0)).speed
    bad = controller.act(seen(7.0, map=TRUTH["map"] * junk if abs(junk) > 1e3 else junk))
    after = controller.act(seen(8.0))
    assert not fallen(bad)
    assert abs(bad.speed - before) < (3_001.0 if controller.name == "nmpc" else 300.0)
    assert abs(after.speed - before) < (6_000.0 if controller.name == "nmpc" else 300.0)


def test_readings_that_cannot_be_are_silence_when_they_last(controller):
    commands = [controller.act(blind(5.0 + k, 1e12)) for k in range(1, 4)]
    assert [fallen(command) for command in commands] == [False, True, True]


def test_a_value_that_a_policy_holds_grows_old():
    controller = policy()
    controller.reset(KNOWN)
    controller.act(seen(0.0))
    sees = {name: TRUTH[name] for name in SIGNALS if name != "map"}
    statuses = [fallen(controller.act(blind(float(k), **sees))) for k in range(1, 40)]
    assert statuses.index(True) + 1 == LONGEST_HOLD + 1


def test_a_pump_out_of_place_is_no_loss_for_a_policy():
    controller = policy()
    controller.reset(KNOWN)
    flowless = [fallen(controller.act(seen(float(k)))) for k in range(2)]
    flowless += [
        fallen(controller.act(seen(float(k), displayed_flow=math.nan))) for k in range(2, 60)
    ]
    assert not any(flowless)


class Wild:
    """A law whose plan is far out of everything."""

    def __init__(self, speed, status):
        self.command, self.restarts = Command(speed, status), []

    def advance(self, reading: Reading):
        return self.command

    def restart(self, speed):
        self.restarts.append(speed)


@pytest.mark.parametrize(("wanted", "given"), [(12_000.0, 17_000.0), (60_000.0, 33_000.0)])
def test_a_plan_that_is_clipped_says_so(wanted, given):
    from controllers import SolveStatus

    law = Wild(wanted, SolveStatus(Outcome.SOLVED, 3, 2.0))
    supervisor = Supervisor(law, KNOWN, Used(("map",)), low=17_000.0, high=33_000.0)
    command = supervisor.act(seen(0.0))
    assert (command.speed, command.status.outcome) == (given, Outcome.CLIPPED)
    assert (command.status.iterations, command.status.milliseconds) == (3, 2.0)


def test_a_law_starts_again_once_for_each_silence_and_jump():
    law = Wild(30_000.0, None)
    supervisor = Supervisor(law, KNOWN, Used(("map",)), low=17_000.0, high=33_000.0)
    for command in (seen(0.0), blind(1.0), blind(2.0), blind(3.0), seen(4.0), seen(1.0)):
        supervisor.act(command)
    assert law.restarts == [FALLBACK, 30_000.0]
