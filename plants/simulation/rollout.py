"""Labelled time series of a run: an xarray.Dataset with units in its attributes.

Waveforms lie along ``time`` under their signal names. What happens once a control step lies along
``step_time``: beat metrics under their names, the beat mean of a waveform as ``<name>_mean``, the
signals of a slow clock where one ran, a measured value as ``measured_<name>``, and
``speed_command``. The attribute ``seconds`` says how long the run was: the last control step may be
shorter than the others. The attribute ``beyond_life`` names the metrics with which no patient
lives, each with the worst value of the course; it is empty where there are none.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from plants.plant import METRICS, BeyondLife, LifeWatch, beyond_life_text, range_of_life
from plants.quantities import SIGNALS, SLOW_SIGNALS, WAVEFORMS, Array

if TYPE_CHECKING:
    import pandas
    import xarray


class Recorder:
    """Preallocated record of a run, turned into a Rollout at its end.

    Parameters
    ----------
    steps : int
        Number of control steps.
    samples : int
        Number of waveform samples of each step; 0 to record none.
    period : float
        Control period, s.
    measured : tuple of str
        Names of the measured signals.
    slow : bool
        Whether the metrics hold the signals of a slow clock.
    """

    def __init__(
        self,
        steps: int,
        samples: int,
        period: float,
        measured: tuple[str, ...],
        *,
        slow: bool = False,
    ):
        self._period, self._samples, self._measured = period, samples, measured
        self._names = (*METRICS.names, *(SLOW_SIGNALS if slow else ()))
        self._waves = np.full((steps * samples, len(WAVEFORMS)), np.nan)
        self._metrics = np.full((steps, len(self._names)), np.nan)
        self._readings = np.full((steps, len(measured)), np.nan)
        self._speeds = np.full(steps, np.nan)
        self._count = self._rows = 0
        self._last = period

    def add(
        self,
        metrics: Mapping[str, float],
        readings: Mapping[str, float],
        speed: float,
        waves: Array,
        seconds: float | None = None,
    ) -> None:
        """Record one control step: what was true and measured at its start, and what followed.

        Only the last step may be shorter than the period; `seconds` is its length then.
        """
        i, n = self._count, self._samples
        self._metrics[i] = [metrics[name] for name in self._names]
        self._readings[i] = [readings[name] for name in self._measured]
        self._speeds[i] = speed
        if n:
            taken = waves[:n]
            self._waves[i * n : i * n + len(taken)] = taken
            self._rows += len(taken)
        self._last = self._period if seconds is None else seconds
        self._count += 1

    def rollout(self, **attributes: Any) -> xarray.Dataset:
        """The record so far as a Rollout; `attributes` become those of the dataset."""
        import xarray  # Slow to import, and needed only once there is something to label.

        steps = self._count
        variables: dict[str, tuple[str, Array, dict[str, str]]] = {}
        for k, name in enumerate(self._names):
            label = f"{name}_mean" if name in WAVEFORMS else name
            variables[label] = ("step_time", self._metrics[:steps, k], _attributes(name))
        for k, name in enumerate(self._measured):
            values = self._readings[:steps, k]
            variables[f"measured_{name}"] = ("step_time", values, _attributes(name))
        command = {"units": "rpm", "long_name": "speed command"}
        variables["speed_command"] = ("step_time", self._speeds[:steps], command)
        coordinates = {"step_time": ("step_time", np.arange(steps) * self._period, _TIME)}
        if self._samples:
            coordinates["time"] = ("time", self._times(), _TIME)
            for k, name in enumerate(WAVEFORMS):
                variables[name] = ("time", self._waves[: self._rows, k], _attributes(name))
        lived = max(steps - 1, 0) * self._period + (self._last if steps else 0.0)
        rollout = xarray.Dataset(variables, coordinates, {"seconds": lived} | attributes)
        rollout.attrs["beyond_life"] = beyond_life_text(rollout_beyond_life(rollout))
        return rollout

    def _times(self) -> Array:
        """Times of the waveform samples, s: even in all steps but a short last one."""
        n, begin = self._samples, (self._count - 1) * self._samples
        times = np.arange(self._rows, dtype=np.float64) * (self._period / n)
        if self._count and self._last != self._period:
            within = np.arange(self._rows - begin) / (self._rows - begin)
            times[begin:] = (self._count - 1) * self._period + within * self._last
        return times


_TIME = {"units": "s", "long_name": "time"}


def _attributes(name: str) -> dict[str, str]:
    return {"units": SIGNALS[name].unit, "long_name": SIGNALS[name].meaning}


def metric_series(rollout: xarray.Dataset, name: str) -> Array:
    """A metric along the control steps of a run, shape (steps,)."""
    return np.asarray(rollout[f"{name}_mean" if name in WAVEFORMS else name], dtype=float)


def rollout_beyond_life(rollout: xarray.Dataset) -> tuple[BeyondLife, ...]:
    """The worst values of a run with which no patient lives; empty where there are none.

    Examples
    --------
    >>> from plants import simulate
    >>> from plants.simulation import rollout_beyond_life
    >>> rollout_beyond_life(simulate("healthy", None, duration=3.0))
    ()
    """
    series = [metric_series(rollout, name) for name in range_of_life()]
    watch = LifeWatch()
    for values in zip(*series, strict=True):
        watch.look(dict(zip(range_of_life(), values, strict=True)))
    return watch.beyond


def steady_metrics(rollout: xarray.Dataset, *, seconds: float = 5.0) -> dict[str, float]:
    """Mean over the last `seconds` of every metric of a run, by signal name.

    The signals of a slow clock are among them where one ran.

    Examples
    --------
    >>> from plants import simulate, steady_metrics
    >>> rollout = simulate("shock-d", "CP", level="P-8", duration=4.0)
    >>> 40 < steady_metrics(rollout)["map"] < 90
    True
    """
    end = float(rollout["step_time"][-1])
    tail = rollout.sel(step_time=slice(end - seconds, None))
    return {
        name: float(tail[f"{name}_mean" if name in WAVEFORMS else name].mean())
        for name in (*METRICS.names, *SLOW_SIGNALS)
        if name not in SLOW_SIGNALS or name in rollout
    }


def rollout_table(rollout: xarray.Dataset, along: str) -> pandas.DataFrame:
    """What a Rollout holds along one of its times as a data frame, for whoever has no NetCDF.

    Parameters
    ----------
    rollout : Dataset
        A Rollout.
    along : {"time", "step_time"}
        The time of the waveforms, or that of the control periods.

    Returns
    -------
    DataFrame
        The time first, then a column for each variable; ``attrs["units"]`` holds their units.

    Examples
    --------
    >>> from plants import rollout_table, simulate
    >>> rollout = simulate("shock-d", "CP", level="P-8", duration=4.0)
    >>> table = rollout_table(rollout, "step_time")
    >>> list(table["step_time"]), table.attrs["units"]["map"]
    ([0.0, 1.0, 2.0, 3.0], 'mmHg')
    """
    part = rollout[[name for name, values in rollout.data_vars.items() if values.dims == (along,)]]
    table = part.to_dataframe().reset_index()
    table.attrs["units"] = {str(name): rollout[name].attrs["units"] for name in table.columns}
    return table


def save_rollout(rollout: xarray.Dataset, path: Path) -> None:
    """Write a Rollout as NetCDF: to a temporary name beside `path`, then renamed."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".nc")
    os.close(handle)
    try:
        rollout.to_netcdf(name, engine="scipy")
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
