"""Simulated courses: the loop of measuring, acting and driving, and held speeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from plants import (
    METRICS,
    SIGNALS,
    SLOW_SIGNALS,
    DeviceDriver,
    Event,
    InputError,
    Patient,
    PhysicsError,
    Plant,
    Pump,
    Scenario,
    Sensors,
    Simulator,
    Therapy,
    held_speed,
    run_course,
    simulate,
    steady_metrics,
    steady_state,
)
from plants.quantities import FailureKind


@dataclass
class Command:
    speed: float


def course(act, *, patient: str = "shock-d", device: str | None = "CP", **options):
    simulator = Simulator(Plant(patient, device))
    options = {"duration": 6.0, "log_interval": None} | options
    return run_course(simulator, act, Sensors("full", seed=0), **options)


def test_a_held_speed_stays_in_the_steady_state():
    rollout = simulate("shock-d", "CP", level="P-8", duration=5.0)
    expected = steady_state(Plant("shock-d", "CP"), 44_000).metrics
    for name in ("map", "cardiac_output", "pcwp"):
        assert rollout[name].values == pytest.approx(np.full(5, expected[name]), rel=1e-3)
    assert np.all(rollout["speed_command"] == 44_000)
    assert rollout.sizes == {"step_time": 5, "time": 500}
    assert rollout.attrs["patient"] == "shock-d"
    assert rollout.attrs["device"] == "CP"
    assert rollout.attrs["ended"] == ""


def test_without_a_speed_the_pump_stands_still_and_leaks():
    rollout = simulate("shock-d", "CP", duration=3.0, log_interval=None)
    assert float(rollout["pump_flow_mean"][-1]) < -0.5
    assert "time" not in rollout.sizes


def test_without_a_device_there_is_no_pump():
    rollout = simulate("healthy", duration=3.0, log_interval=None)
    assert rollout["cardiac_output"].values[-1] == pytest.approx(5.4, abs=0.01)
    assert rollout.attrs["device"] == "none"
    assert float(rollout["map"][-1]) == pytest.approx(92.0, rel=0.05)


def test_the_controller_sees_what_is_true_at_the_time_and_drives_what_follows():
    seen = []

    def act(measurement):
        seen.append((measurement.time, measurement["pump_speed"]))
        return Command(40_000 if measurement.time < 2.5 else 20_000)

    rollout = course(act, start_speed=44_000, period=0.5)
    assert [time for time, _ in seen] == pytest.approx(np.arange(0, 6, 0.5))
    assert seen[0][1] == pytest.approx(44_000)
    commands = rollout["speed_command"].values
    assert np.all(commands[:5] == 40_000)
    assert np.all(commands[5:] == 20_000)
    assert rollout["pump_speed_mean"][-1] < 25_000


def test_a_command_that_is_no_number_holds_the_last_speed():
    driver = DeviceDriver(Pump.load("CP"))
    speeds = iter([44_000, np.nan, np.nan, 30_000, np.inf, 30_000])
    rollout = course(lambda _: Command(next(speeds)), start_speed=40_000, driver=driver)
    assert driver.held == 3
    held = [44_000, 44_000, 44_000, 30_000, 30_000, 30_000]
    assert rollout["speed_command"].values.tolist() == held


def test_commands_beyond_the_device_are_limited():
    rollout = course(lambda _: Command(1e6), start_speed=40_000)
    assert np.all(rollout["speed_command"] == 46_000)


def test_a_driver_may_quantise():
    driver = DeviceDriver(Pump.load("CP"), quantise=True)
    rollout = course(lambda _: Command(43_400), start_speed=40_000, driver=driver)
    assert np.all(rollout["speed_command"] == 44_000)


def test_a_run_that_leaves_the_physical_range_says_so_and_keeps_what_was():
    patient = Patient.load("healthy")
    bleeding = Scenario("bleeding", "", (Event("volume", -3000.0, "ramp", 1.0, duration=60.0),))
    simulator = Simulator(Plant(patient, "5.5"), bleeding)
    rollout = run_course(
        simulator,
        lambda _: Command(33_000),
        Sensors("full", seed=0),
        duration=120.0,
        start_speed=33_000,
        log_interval=None,
    )
    assert "below 0" in rollout.attrs["ended"]
    assert "mL of 5000 mL of blood lost" in rollout.attrs["ended"]
    assert rollout.attrs["outcome"] == "died"
    steps = rollout.sizes["step_time"]
    assert 5 < steps < 120
    assert np.all(np.isfinite(rollout["map"]))


@pytest.mark.parametrize("interval", [0.001, 0.003, 0.005, 0.01])
@pytest.mark.parametrize("period", [0.5, 1 / 3])
def test_the_waveforms_stand_at_their_times(interval, period):
    rollout = course(
        lambda _: Command(44_000),
        start_speed=44_000,
        period=period,
        log_interval=interval,
        duration=6 * period,
    )
    per_period = round(period / interval)
    assert rollout.sizes["time"] == 6 * per_period
    assert not np.isnan(rollout["lv_pressure"]).any()
    # A periodic beat repeats itself along the time axis.
    times = rollout["time"].values
    pressure = rollout["lv_pressure"].values
    later = np.interp(times + 60 / 105, times, pressure, right=np.nan)
    known = ~np.isnan(later)
    assert known.sum() > 50
    assert np.abs(later[known] - pressure[known]).max() < 2.5


def test_progress_is_told():
    told: list[float] = []
    course(lambda _: Command(40_000), start_speed=40_000, progress=told.append, duration=3.0)
    assert told == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"duration": 0.5}, "duration"),
        ({"duration": float("nan")}, "duration"),
        ({"period": 0.0}, "period"),
        ({"period": float("inf")}, "period"),
    ],
)
def test_times_that_make_no_sense_are_refused(options, field):
    with pytest.raises(InputError, match=field):
        course(lambda _: Command(40_000), **options)


def test_the_same_seed_measures_the_same():
    first, again, other = (
        simulate("shock-d", "CP", level="P-6", duration=4.0, tier="icu", seed=seed)
        for seed in (1, 1, 2)
    )
    assert first.identical(again)
    assert not np.array_equal(first["measured_map"], other["measured_map"])
    assert np.array_equal(first["map"], other["map"])


def test_a_scenario_may_be_named():
    rollout = simulate("shock-d", "CP", level="P-6", scenario="afterload-up", duration=40.0)
    assert rollout.attrs["scenario"] == "afterload-up"
    assert rollout["map"][-1] > rollout["map"][0] + 5


@pytest.mark.parametrize(
    ("level", "speed", "expected"),
    [(None, None, 0.0), ("P-8", None, 44_000.0), ("8", None, 44_000.0), (None, 41_234, 41_234.0)],
)
def test_a_held_speed_comes_from_a_level_or_a_number(level, speed, expected):
    assert held_speed(Pump.load("CP"), level, speed) == expected


@pytest.mark.parametrize(
    ("device", "level", "speed"),
    [
        ("CP", "P-8", 40_000),
        ("CP", "P-12", None),
        ("CP", None, -1.0),
        ("CP", None, 46_001.0),
        ("CP", None, float("nan")),
        (None, "P-8", None),
        (None, None, 1000.0),
    ],
)
def test_a_held_speed_that_makes_no_sense_is_refused(device, level, speed):
    with pytest.raises(InputError):
        held_speed(Pump.load(device) if device else None, level, speed)


def test_a_plant_that_breaks_without_bleeding_is_no_death(monkeypatch):
    def broken(self, *arguments, **options):
        kind = FailureKind.OUT_OF_PHYSICAL_RANGE
        raise PhysicsError("somewhere: pressure out of range", kind=kind)

    monkeypatch.setattr(Simulator, "advance", broken)
    rollout = course(lambda _: Command(40_000), start_speed=40_000)
    assert rollout.attrs["outcome"] == "left the physical range"
    assert rollout.attrs["ended"] == "somewhere: pressure out of range"
    assert rollout.attrs["failure"] == FailureKind.OUT_OF_PHYSICAL_RANGE
    assert rollout.sizes["step_time"] == 0


def test_death_ends_a_course_with_its_reason():
    bleeding = Scenario("bleeding", "", (Event("volume", -3000.0, "ramp", 1.0, duration=300.0),))
    death = Therapy.default().death
    simulator = Simulator(Plant("shock-d", "CP"), bleeding)
    rollout = run_course(
        simulator,
        lambda _: Command(40_000),
        Sensors("full", seed=0),
        duration=300.0,
        period=2.0,
        start_speed=40_000,
        log_interval=None,
        death=death,
    )
    assert rollout.attrs["outcome"] == "died"
    assert rollout.attrs["ended"] == "map below 30 mmHg for 10 s"
    low = rollout["map"].values < death.low
    # The last five of them, and never so many in a row before.
    assert low[-5:].all()
    assert not low[-6]
    named = simulate("shock-d", "CP", speed=40_000, scenario=bleeding, period=2.0, duration=300.0)
    assert named.attrs["ended"] == rollout.attrs["ended"]
    assert named.sizes["step_time"] == rollout.sizes["step_time"]


def test_without_a_death_a_course_goes_on_as_long_as_the_plant():
    low = Therapy.default().death.model_copy(update={"low": 200.0})
    options = {"start_speed": 40_000, "duration": 20.0}
    assert course(lambda _: Command(40_000), **options).sizes["step_time"] == 20
    cut = course(lambda _: Command(40_000), death=low, **options)
    assert cut.sizes["step_time"] == 10


@pytest.mark.parametrize("period", [1.0, 0.5])
def test_the_slow_clock_is_recorded(period):
    rollout = simulate(
        "shock-d", "CP", level="P-8", slow=True, duration=4.0, period=period, log_interval=None
    )
    for name in SLOW_SIGNALS:
        assert rollout[name].attrs["units"] == SIGNALS[name].unit
        assert np.isfinite(rollout[name]).all()
    assert np.all(np.diff(rollout["hemolysis_dose"].values[1:]) >= 0)
    assert steady_metrics(rollout)["hemolysis_dose"] > 0
    plain = simulate("shock-d", "CP", level="P-8", duration=4.0, log_interval=None)
    assert "pfhb" not in plain
    assert "pfhb" not in steady_metrics(plain)


def test_both_pumps_and_the_right_one_alone():
    both = simulate("biventricular-shock", "CP+RP", level="P-8", right_level="P-4", duration=3.0)
    plant = Plant("biventricular-shock", "CP+RP", right_level="P-4")
    truth = steady_state(plant, plant.pump.speed("P-8")).metrics
    assert both["right_pump_flow_mean"].values == pytest.approx(
        np.full(3, truth["right_pump_flow"]), rel=1e-3
    )
    assert (both.attrs["left_pump"], both.attrs["right_pump"]) == ("CP", "RP")
    assert both.attrs["right_speed"] == plant.right.speed("P-4")
    alone = simulate("rv-failure", "RP", level="P-6", duration=3.0)
    assert np.all(alone["speed_command"] == plant.right.speed("P-6"))
    assert (alone.attrs["left_pump"], alone.attrs["right_pump"]) == ("", "RP")
    assert float(alone["right_pump_flow_mean"][-1]) > 2.0


def test_rhythm_and_valves_by_name():
    first, again, other = (
        simulate(
            "shock-c",
            "CP",
            level="P-6",
            rhythm="atrial-fibrillation",
            seed=seed,
            duration=6.0,
            log_interval=None,
        )
        for seed in (1, 1, 2)
    )
    assert first.identical(again)
    assert not np.array_equal(first["map"], other["map"])
    assert np.ptp(first["heart_rate"].values) > 10
    assert first.attrs["rhythm"] == "atrial-fibrillation"
    leaking = simulate("hfref", None, valve_disease="mitral-regurgitation:severe", duration=2.0)
    assert float(leaking["mitral_regurgitant_fraction"][-1]) > 0.3
    assert leaking.attrs["patient"] == "hfref with severe mitral-regurgitation"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"device": "5.0", "access": "femoral cut-down", "artery_diameter": 5.0}, "5.6 mm"),
        ({"device": "RP"}, "failure of the left ventricle"),
        ({"right_level": "P-6"}, "right_level"),
        ({"rhythm": "jazz"}, "bigeminy"),
        ({"valve_disease": ("gout:mild",)}, "gout"),
        ({"therapy": "prayer"}, "prayer"),
    ],
)
def test_conditions_that_make_no_sense_are_refused(options, word):
    with pytest.raises(InputError, match=word):
        simulate("shock-d", **({"device": "CP", "level": "P-6"} | options))


def test_every_metric_is_recorded():
    rollout = simulate("shock-d", "CP", level="P-8", duration=2.0, log_interval=None)
    for name in METRICS.names:
        assert name in rollout or f"{name}_mean" in rollout


@pytest.mark.parametrize(("duration", "last"), [(10.0, 2.0), (11.0, 3.0), (12.0, 4.0)])
def test_a_course_lasts_as_long_as_was_asked(duration, last):
    """The last period is short where it must be: time is neither cut off nor added."""
    simulator = Simulator(Plant("shock-d", "CP"))
    told = []
    rollout = run_course(
        simulator,
        lambda _: Command(40_000),
        Sensors("full", seed=0),
        duration=duration,
        period=4.0,
        start_speed=40_000,
        progress=told.append,
    )
    assert simulator.time == pytest.approx(duration, abs=1e-9)
    assert told == [4.0, 8.0, duration]
    assert rollout["step_time"].values.tolist() == [0.0, 4.0, 8.0]
    assert rollout.attrs["seconds"] == duration == 8.0 + last
    times = rollout["time"].values
    assert times == pytest.approx(0.01 * np.arange(round(100 * duration)), abs=1e-9)
    assert np.isfinite(rollout["aortic_pressure"]).all()


def test_a_short_last_period_is_what_a_longer_course_begins_with():
    short, whole = (
        simulate("shock-d", "CP", level="P-8", scenario="hemorrhage", duration=duration, period=4.0)
        for duration in (9.0, 12.0)
    )
    waves = whole["lv_pressure"].values[: short.sizes["time"]]
    assert short.sizes["time"] == 900
    assert short["lv_pressure"].values == pytest.approx(waves, rel=1e-6)
    assert short["map"].values.tolist() == whole["map"].values.tolist()


def test_samples_of_a_short_period_are_even_though_none_fits():
    rollout = simulate("shock-d", "CP", level="P-8", duration=1.5, period=1.0, log_interval=0.4)
    expected = [0.0, 0.5, 1.0]
    assert rollout["time"].values.tolist() == pytest.approx(expected)
