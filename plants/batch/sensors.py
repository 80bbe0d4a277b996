"""Sensors of many patients at once: the same numbers as :class:`plants.Sensors` of each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from plants.plant import METRICS
from plants.quantities import SIGNALS, Array, stream
from plants.sensors import Sensors, position_limits, tier_table


class BatchSensors:
    """Measures lanes at a tier, each with noise of its own generator.

    Parameters
    ----------
    sensors : Sensors
        Whose tier and options are those of every lane.
    count : int
        Number of lanes.

    Examples
    --------
    >>> import numpy as np
    >>> from plants import METRICS, Sensors
    >>> from plants.batch import BatchSensors
    >>> several = BatchSensors(Sensors("icu", seed=0), 2)
    >>> for lane in range(2):
    ...     several.reset(lane, seed=lane)
    >>> truth = np.full((len(METRICS), 2), 50.0)
    >>> truth[METRICS.index["pump_speed"]] = 44_000.0
    >>> several.measure(np.array([0, 1]), np.zeros(2), truth).shape
    (2, 18)
    """

    def __init__(self, sensors: Sensors, count: int):
        table = tier_table(sensors.tier)
        self.signals = sensors.signals
        self._exact = sensors.tier == "full"
        self._dropout, self._snr_db = sensors.dropout, sensors.snr_db
        self._scale = sensors.noise_scale
        self._rows = [METRICS.index[name] for name in self.signals]
        self._noise_sd = np.array([sensor.noise_sd for sensor in table])
        self._bias_sd = np.array([sensor.bias_sd for sensor in table])
        self._low = np.array([SIGNALS[name].low for name in self.signals], dtype=float)
        self._high = np.array([SIGNALS[name].high for name in self.signals], dtype=float)
        self._timed = [k for k, sensor in enumerate(table) if sensor.interval > 0]
        self._intervals = np.array([table[k].interval for k in self._timed])
        self._positioned = [k for k, sensor in enumerate(table) if sensor.needs_position]
        self._generators: list[Any] = [None] * count
        self._bias = np.zeros((count, len(table)))
        self._due = np.full((count, len(self._timed)), -np.inf)

    def reset(self, lane: int, seed: int) -> None:
        """Begin a new run in a lane; see :meth:`plants.Sensors.reset`."""
        generator = self._generators[lane] = stream("monitors", seed)
        draws = generator.standard_normal(len(self.signals))
        self._bias[lane] = self._scale * self._bias_sd * draws
        self._due[lane] = -np.inf

    def measure(self, lanes: NDArray[np.intp], times: Array, metrics: Array) -> Array:
        """Measure in some lanes.

        Parameters
        ----------
        lanes : ndarray of int, shape (m,)
            Which.
        times : ndarray, shape (m,)
            Now in each of them, s; not before its last measurement.
        metrics : ndarray, shape (n_metrics, m)
            Their true values, a row for each metric in the order of ``METRICS``.

        Returns
        -------
        ndarray, shape (m, n_signals)
            Every signal of the tier; NaN where there is no value now.
        """
        truth = metrics[self._rows].T
        values = truth.copy()
        # Where nothing comes of the draws, nothing but this class could tell that they were made.
        if not self._exact or self._dropout > 0:
            normal, uniform = np.empty(truth.shape), np.empty(truth.shape)
            for k, lane in enumerate(lanes.tolist()):
                generator = self._generators[lane]
                generator.standard_normal(out=normal[k])
                generator.random(out=uniform[k])
            if not self._exact:
                noise = normal * self._noise(truth)
                values = np.clip(truth + self._bias[lanes] + noise, self._low, self._high)
            values[uniform < self._dropout] = np.nan
        if self._positioned:
            out = ~_in_position(metrics)
            for k in self._positioned:
                values[out, k] = np.nan
        if self._timed:
            self._hide_intermittent(lanes, times, values)
        return values

    def _noise(self, truth: Array) -> Array:
        if self._snr_db is None:
            return self._scale * self._noise_sd
        sd = np.abs(truth) * 10.0 ** (-self._snr_db / 20.0)
        return np.where(self._noise_sd > 0, sd, 0.0)

    def _hide_intermittent(self, lanes: NDArray[np.intp], times: Array, values: Array) -> None:
        # Times are sums of periods, so that a multiple may be missed by a rounding error.
        now = (times + 1e-9 * np.maximum(1.0, np.abs(times)))[:, None]
        due = self._due[lanes]
        hidden = now < due
        intermittent = values[:, self._timed]
        intermittent[hidden] = np.nan
        values[:, self._timed] = intermittent
        following = (np.floor(now / self._intervals) + 1) * self._intervals
        self._due[lanes] = np.where(hidden, due, following)


def _in_position(metrics: Array) -> NDArray[np.bool_]:
    """Where the console can tell a flow: the pump lies across the valve and turns."""
    limits = position_limits()
    malposition = metrics[METRICS.index["malposition"]]
    speed = metrics[METRICS.index["pump_speed"]]
    in_place = ~(malposition > limits["malposition"].value)
    return np.asarray(in_place & (speed >= limits["pump_speed"].value))
