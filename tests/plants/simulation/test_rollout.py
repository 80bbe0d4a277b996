"""Labelled records: names, units, partial runs, files."""

from __future__ import annotations

import numpy as np
import pytest
import xarray

from plants import METRICS, SIGNALS, WAVEFORMS, Recorder, save_rollout, simulate, steady_metrics


@pytest.fixture(scope="module")
def rollout() -> xarray.Dataset:
    return simulate("shock-d", "CP", level="P-8", duration=8.0, tier="icu", seed=3)


def test_every_variable_carries_its_unit(rollout):
    for name in rollout.variables:
        assert rollout[name].attrs["units"], name
        assert rollout[name].attrs["long_name"], name
    assert rollout["lv_pressure"].attrs["units"] == "mmHg"
    assert rollout["pump_flow_mean"].attrs["units"] == SIGNALS["pump_flow"].unit == "L/min"
    assert rollout["measured_map"].attrs["units"] == "mmHg"
    assert rollout["speed_command"].attrs["units"] == "rpm"
    assert rollout["time"].attrs["units"] == rollout["step_time"].attrs["units"] == "s"


def test_what_happens_once_a_step_stands_apart_from_the_waveforms(rollout):
    assert rollout["map"].dims == rollout["measured_map"].dims == ("step_time",)
    assert rollout["lv_pressure"].dims == ("time",)
    assert rollout["step_time"].values == pytest.approx(np.arange(8.0))
    assert rollout["time"].values == pytest.approx(np.arange(800) * 0.01)


def test_intermittent_measurements_are_missing_in_between(rollout):
    output = rollout["measured_cardiac_output"].values
    assert np.isfinite(output[0])
    assert np.isnan(output[1:]).all()


def test_means_agree_with_waveforms(rollout):
    for name in ("aortic_pressure", "pump_flow", "lv_volume"):
        # Fourteen beats fill 8 s.
        expected = float(rollout[f"{name}_mean"].mean())
        assert float(rollout[name].mean()) == pytest.approx(expected, rel=5e-3)


def test_steady_metrics_average_the_end(rollout):
    steady = steady_metrics(rollout, seconds=3.0)
    assert set(steady) == set(METRICS.names)
    assert steady["map"] == pytest.approx(float(rollout["map"][-4:].mean()))
    assert steady["pump_flow"] == pytest.approx(float(rollout["pump_flow_mean"][-4:].mean()))


def test_a_rollout_survives_a_file(rollout, tmp_path):
    path = tmp_path / "rollout.nc"
    save_rollout(rollout, path)
    with xarray.open_dataset(path, engine="scipy") as read:
        for name in rollout.variables:
            assert np.array_equal(read[name].values, rollout[name].values, equal_nan=True), name
            assert read[name].attrs == rollout[name].attrs
        assert read.attrs["patient"] == "shock-d"
    assert [path.name for path in tmp_path.iterdir()] == ["rollout.nc"]


def test_a_file_that_cannot_be_written_leaves_nothing(rollout, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(xarray.Dataset, "to_netcdf", fail)
    with pytest.raises(OSError, match="disk full"):
        save_rollout(rollout, tmp_path / "rollout.nc")
    assert not list(tmp_path.iterdir())


def test_a_run_that_ended_early_keeps_its_steps_only():
    recorder = Recorder(steps=10, samples=5, period=0.5, measured=("map",))
    metrics = dict.fromkeys(METRICS.names, 1.0)
    for k in range(3):
        recorder.add(metrics, {"map": float(k)}, 100.0 * k, np.full((5, len(WAVEFORMS)), k))
    short = recorder.rollout(ended="stopped")
    assert short.sizes == {"step_time": 3, "time": 15}
    assert short["measured_map"].values.tolist() == [0.0, 1.0, 2.0]
    assert short["time"].values == pytest.approx(np.arange(15) * 0.1)
    assert not np.isnan(short["lv_pressure"]).any()
    assert short.attrs["ended"] == "stopped"


def test_waveforms_may_be_left_out():
    recorder = Recorder(steps=2, samples=0, period=1.0, measured=())
    metrics = dict.fromkeys(METRICS.names, 1.0)
    for _ in range(2):
        recorder.add(metrics, {}, 0.0, np.empty((0, len(WAVEFORMS))))
    bare = recorder.rollout()
    assert set(bare.sizes) == {"step_time"}
    assert "lv_pressure" not in bare
    assert "lv_pressure_mean" in bare
