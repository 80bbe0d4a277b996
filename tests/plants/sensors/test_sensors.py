"""Sensors: tiers, noise, biases, intermittent values, dropout and seeds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from plants import (
    BEAT_METRICS,
    METRICS,
    SIGNALS,
    TIERS,
    WAVEFORMS,
    InputError,
    Plant,
    Sensors,
    steady_state,
    tier_table,
)
from plants.sensors import position_limits

_INTERMITTENT = {"cardiac_output": 60.0, "pcwp": 300.0, "ejection_fraction": 3600.0}


@pytest.fixture
def truth():
    middle = {name: 0.5 * (signal.low + signal.high) for name, signal in SIGNALS.items()}
    return middle | {
        "map": 70.0,
        "displayed_flow": 3.0,
        "placement_signal": 60.0,
        "malposition": 0.0,
    }


def _run(sensors, truth, times):
    return [dict(sensors.measure(t, truth)) for t in times]


def _same(left, right):
    return all(
        np.array_equal(list(a.values()), list(b.values()), equal_nan=True)
        for a, b in zip(left, right, strict=True)
    )


def test_tiers_grow():
    console, icu, full = (set(Sensors(tier, seed=0).signals) for tier in TIERS)
    assert console < icu < full
    assert console == {
        "placement_signal",
        "placement_pulsatility",
        "motor_current",
        "motor_current_pulsatility",
        "pump_speed",
        "displayed_flow",
    }
    assert icu - console == {
        "map",
        "systolic",
        "diastolic",
        "pulse_pressure",
        "heart_rate",
        "cvp",
        "mpap",
        "pa_systolic",
        "pa_diastolic",
        *_INTERMITTENT,
    }
    assert full == {*WAVEFORMS, *BEAT_METRICS}


def test_every_guess_of_the_table_is_tagged_as_one():
    for sensor in (*tier_table("icu"), *tier_table("console")):
        assert sensor.tag == "X"
        assert sensor.source.startswith("guess")


def test_full_tier_is_exact(truth):
    measured = Sensors("full", seed=3, noise_scale=5.0).measure(0.0, truth)
    assert dict(measured) == {name: truth[name] for name in METRICS.names}


def test_noise_scale_zero_is_exact(truth):
    measured = Sensors("icu", seed=3, noise_scale=0.0).measure(0.0, truth)
    assert all(measured[name] == truth[name] for name in measured)


def test_same_seed_same_noise_and_reset_repeats_it(truth):
    times = np.arange(0.0, 100.0, 1.0)
    sensors = Sensors("icu", seed=7, dropout=0.2)
    first = _run(sensors, truth, times)
    assert _same(first, _run(Sensors("icu", seed=7, dropout=0.2), truth, times))
    sensors.reset()
    assert _same(first, _run(sensors, truth, times))
    sensors.reset(7)
    assert _same(first, _run(sensors, truth, times))
    sensors.reset(8)
    assert not _same(first, _run(sensors, truth, times))


def test_global_generator_is_neither_read_nor_moved(truth):
    np.random.seed(0)  # noqa: NPY002  (the global generator is what is looked at)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = _run(Sensors("icu", seed=1), truth, [0.0])
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    np.random.seed(99)  # noqa: NPY002
    assert _same(first, _run(Sensors("icu", seed=1), truth, [0.0]))


def test_options_do_not_shift_the_other_draws(truth):
    plain = Sensors("icu", seed=5)
    lossy = Sensors("icu", seed=5, dropout=0.3)
    for t in np.arange(0.0, 20.0):
        a, b = plain.measure(t, truth), lossy.measure(t, truth)
        assert all(b[name] == a[name] for name in b if not math.isnan(b[name]))


def test_noise_has_the_tables_spread(truth):
    sensors = Sensors("icu", seed=11)
    values = np.array([sensors.measure(float(t), truth)["map"] for t in range(4000)])
    sd = next(sensor.noise_sd for sensor in tier_table("icu") if sensor.signal == "map")
    assert values.std() == pytest.approx(sd, rel=0.05)
    assert values.mean() == pytest.approx(70.0, abs=0.1)


def test_displayed_flow_is_wrong_by_a_constant_in_each_run(truth):
    sensors = Sensors("console", seed=0)
    biases = []
    for seed in range(200):
        sensors.reset(seed)
        flows = [sensors.measure(float(t), truth)["displayed_flow"] for t in range(30)]
        biases.append(np.mean(flows) - 3.0)
    sensor = next(s for s in tier_table("console") if s.signal == "displayed_flow")
    expected = math.hypot(sensor.bias_sd, sensor.noise_sd / math.sqrt(30))
    assert np.std(biases) == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize("snr_db", [29.5, 14.9, 6.3])
def test_noise_at_a_given_ratio(truth, snr_db):
    sensors = Sensors("icu", seed=2, snr_db=snr_db)
    values = np.array([sensors.measure(float(t), truth)["map"] for t in range(4000)])
    assert 20 * math.log10(70.0 / values.std()) == pytest.approx(snr_db, abs=0.4)
    assert sensors.measure(4000.0, truth)["pump_speed"] == truth["pump_speed"]


def test_intermittent_signals_come_at_their_times(truth):
    sensors = Sensors("icu", seed=0)
    period = 0.1  # its multiples are not exact in binary
    seen = {name: [] for name in _INTERMITTENT}
    for k in range(7300):
        t = k * period
        measured = sensors.measure(t, truth)
        for name in _INTERMITTENT:
            if not math.isnan(measured[name]):
                seen[name].append(round(t, 6))
        assert not set(measured.missing) - set(_INTERMITTENT)
    assert seen["cardiac_output"] == [60.0 * k for k in range(13)]
    assert seen["pcwp"] == [0.0, 300.0, 600.0]
    assert seen["ejection_fraction"] == [0.0]


@settings(max_examples=40, deadline=None)
@given(st.floats(0.01, 400.0), st.floats(0.0, 1000.0))
def test_intermittent_value_comes_once_for_each_interval_measured(period, start):
    sensors = Sensors("icu", seed=0)
    values = dict.fromkeys(SIGNALS, 1.0)
    times = [start + k * period for k in range(60)]
    shown = [t for t in times if not math.isnan(sensors.measure(t, values)["cardiac_output"])]
    assert shown[0] == start
    slots = [math.floor(t / 60.0 + 1e-9 * max(1.0, t)) for t in times]
    assert len(shown) == len(set(slots))


def test_first_measurement_off_the_grid_shows_everything(truth):
    sensors = Sensors("icu", seed=0)
    assert sensors.measure(55.0, truth).missing == ()
    assert "cardiac_output" in sensors.measure(59.0, truth).missing
    assert "cardiac_output" not in sensors.measure(61.0, truth).missing
    assert "cardiac_output" in sensors.measure(119.0, truth).missing


def test_dropout_loses_its_share(truth):
    sensors = Sensors("console", seed=4, dropout=0.25)
    missing = sum(len(sensors.measure(float(t), truth).missing) for t in range(2000))
    assert missing / (2000 * len(sensors.signals)) == pytest.approx(0.25, abs=0.02)
    everything = Sensors("full", seed=4, dropout=1.0).measure(0.0, truth)
    assert len(everything.missing) == len(everything)


def test_measured_values_stay_within_the_signals_bounds(truth):
    sensors = Sensors("icu", seed=0, noise_scale=1000.0)
    for t in range(200):
        for name, value in sensors.measure(float(t), truth | {"displayed_flow": 0.0}).items():
            assert math.isnan(value) or SIGNALS[name].low <= value <= SIGNALS[name].high


def test_measuring_does_not_change_the_truth(truth):
    before = dict(truth)
    Sensors("full", seed=0, dropout=1.0).measure(0.0, truth)
    assert truth == before


@pytest.mark.parametrize("tier", ["console", "icu"])
@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"malposition": 0.0}, True),
        ({"malposition": 0.49}, True),
        ({"malposition": 0.51}, False),
        ({"malposition": 1.0}, False),
        ({"pump_speed": 999.0}, False),
        ({"pump_speed": 0.0}, False),
        ({"pump_speed": 1001.0}, True),
    ],
)
def test_the_console_displays_no_flow_out_of_place_or_at_rest(truth, tier, changed, shown):
    sensors, other = Sensors(tier, seed=3), Sensors(tier, seed=3)
    usual, seen = sensors.measure(0.0, truth), other.measure(0.0, truth | changed)
    assert math.isnan(seen["displayed_flow"]) is not shown
    # Nothing else drops out, and no draw is moved by it.
    for name in set(usual) - {"displayed_flow", *changed}:
        assert seen[name] == usual[name]
    assert (
        other.measure(1.0, truth)["displayed_flow"]
        == (sensors.measure(1.0, truth)["displayed_flow"])
    )


def test_the_true_flow_is_shown_at_full_tier_wherever_the_pump_lies(truth):
    assert Sensors("full", seed=0).measure(0.0, truth | {"malposition": 1.0}).missing == ()


def test_the_flow_drops_out_where_the_plant_puts_the_pump_out_of_place():
    plant = Plant("shock-c", "CP")
    speed = plant.pump.speed("P-6")
    for depth, shown in ((0.0, True), (40.0, False), (-60.0, False)):
        metrics = steady_state(plant, speed, {"inlet_depth": depth}).metrics
        seen = Sensors("console", seed=0).measure(0.0, metrics)
        assert ("displayed_flow" not in seen.missing) is shown
        assert set(seen.missing) <= {"displayed_flow"}
    stopped = steady_state(plant, 0.0).metrics
    assert Sensors("icu", seed=0).measure(0.0, stopped).missing == ("displayed_flow",)


def test_the_rule_is_told_as_a_guess():
    for limit in position_limits().values():
        assert limit.tag == "X"
        assert limit.source.startswith("guess")


@pytest.mark.parametrize("lacking", ["malposition", "pump_speed"])
def test_where_the_pump_lies_must_be_known(truth, lacking):
    del truth[lacking]
    with pytest.raises(InputError, match=lacking):
        Sensors("console", seed=0).measure(0.0, truth)


def test_missing_truth_stays_missing(truth):
    measured = Sensors("icu", seed=0).measure(0.0, truth | {"map": math.nan})
    assert measured.missing == ("map",)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"tier": "ward"}, "tier"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": True}, "seed"),
        ({"noise_scale": -1.0}, "noise_scale"),
        ({"dropout": 1.5}, "dropout"),
        ({"dropout": math.nan}, "dropout"),
        ({"snr_db": math.inf}, "snr_db"),
        ({"tier": "full", "snr_db": 20.0}, "snr_db"),
    ],
)
def test_bad_option_is_refused(options, field):
    with pytest.raises(InputError) as caught:
        Sensors(**({"tier": "icu", "seed": 0} | options))
    assert caught.value.field == field


def test_unknown_tier_names_the_choices():
    with pytest.raises(InputError, match="one of console, icu, full"):
        Sensors("ICU", seed=0)


def test_time_that_runs_backwards_is_refused_until_reset(truth):
    sensors = Sensors("console", seed=0)
    sensors.measure(5.0, truth)
    sensors.measure(5.0, truth)
    with pytest.raises(InputError, match=r"time = 4\.0"):
        sensors.measure(4.0, truth)
    sensors.reset()
    sensors.measure(0.0, truth)


def test_lacking_metric_is_named(truth):
    del truth["map"]
    with pytest.raises(InputError, match=r"map.*tier icu"):
        Sensors("icu", seed=0).measure(0.0, truth)
