"""Sensors: from the plant's true signals to what a controller is shown at a tier.

The console estimates the displayed flow from the motor current and knows from a flat current that
the pump lies badly: out of place, or standing still, it displays no flow. That rule and its limits
are guesses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from plants.quantities import SIGNALS, InputError, Parameter, check_number, check_seed, stream
from plants.sensors.measurement import Measurement
from plants.sensors.table import DROPOUTS, position_limits, tier_table

_NOISE_SCALE = Parameter("noise_scale", "1", "factor on the table's errors", 0.0, 1000.0)
_SNR = Parameter("snr_db", "dB", "ratio of signal to noise", -40.0, 200.0)
_DROPOUT = Parameter("dropout", "1", "share of values that are lost", 0.0, 1.0)


class Sensors:
    """Measures at a tier, with noise of its own generator: no global generator is touched.

    The same draws are made at each measurement whatever the options, so that runs that differ
    only in an option see the same noise otherwise.

    Parameters
    ----------
    tier : {"console", "icu", "full"}
        What is shown; see :func:`tier_table`. ``full`` shows every signal exactly.
    seed : int
        Seed of noise, biases and dropout; 0 to 2**32 - 1.
    noise_scale : float
        Factor on the table's noise and biases; 0 makes every tier exact.
    snr_db : float, optional
        Ratio of signal to noise, dB, in place of the table's noise: the standard deviation
        becomes ``abs(value) * 10**(-snr_db / 20)``. Signals that the table has as exact stay so,
        and biases stay as in the table. Published test levels [1]_: 29.5, 25.9, 19.9, 14.9, 10.5
        and 6.3 dB.
    dropout : float
        Probability, 0 to 1, that a value is lost; drawn for each signal at each measurement. An
        intermittent value that is lost is not taken again before its next time.

    Raises
    ------
    InputError
        An option is refused; the message lists what is allowed.

    References
    ----------
    .. [1] Simaan et al., IEEE Trans. Control Syst. Technol. 17:15, 2009, Table VI.

    Examples
    --------
    >>> from plants import SIGNALS, Sensors
    >>> truth = {name: 50.0 for name in SIGNALS} | {"pump_speed": 44_000.0, "malposition": 0.0}
    >>> sensors = Sensors("icu", seed=1)
    >>> first, second = sensors.measure(0.0, truth), sensors.measure(1.0, truth)
    >>> first.missing, second.missing
    ((), ('cardiac_output', 'pcwp', 'ejection_fraction'))
    >>> sensors.reset(1)
    >>> sensors.measure(0.0, truth) == first
    True
    >>> sensors.measure(1.0, truth | {"malposition": 1.0}).missing
    ('displayed_flow', 'cardiac_output', 'pcwp', 'ejection_fraction')
    """

    def __init__(
        self,
        tier: str,
        *,
        seed: int,
        noise_scale: float = 1.0,
        snr_db: float | None = None,
        dropout: float = 0.0,
    ):
        table = tier_table(tier)
        self._seed = 0
        self.tier = tier
        self.noise_scale = check_number(noise_scale, _NOISE_SCALE, "noise_scale", None)
        self.dropout = check_number(dropout, _DROPOUT, "dropout", None)
        self.snr_db = None if snr_db is None else check_number(snr_db, _SNR, "snr_db", None)
        if tier == "full" and snr_db is not None:
            raise InputError("snr_db", snr_db, "None at tier full, which is exact")
        self._names = tuple(sensor.signal for sensor in table)
        self._noise_sd = np.array([sensor.noise_sd for sensor in table])
        self._bias_sd = np.array([sensor.bias_sd for sensor in table])
        self._low = np.array([SIGNALS[name].low for name in self._names], dtype=float)
        self._high = np.array([SIGNALS[name].high for name in self._names], dtype=float)
        self._intervals = {
            index: sensor.interval for index, sensor in enumerate(table) if sensor.interval > 0
        }
        self._positioned = [index for index, sensor in enumerate(table) if sensor.needs_position]
        self.reset(seed)

    @property
    def signals(self) -> tuple[str, ...]:
        """Names of the signals of the tier, in the order of the measurement."""
        return self._names

    def reset(self, seed: int | None = None) -> None:
        """Begin a new run: new biases, and every intermittent signal is due.

        Parameters
        ----------
        seed : int, optional
            Seed of the run; without it the last one is taken again, which repeats its noise.

        Raises
        ------
        InputError
            The seed is refused.
        """
        if seed is not None:
            self._seed = check_seed(seed)
        self._generator = stream("monitors", self._seed)
        draws = self._generator.standard_normal(len(self._names))
        self._bias = self.noise_scale * self._bias_sd * draws
        self._due = dict.fromkeys(self._intervals, -math.inf)
        self._time = -math.inf

    def measure(self, time: float, metrics: Mapping[str, float]) -> Measurement:
        """Measure once.

        Parameters
        ----------
        time : float
            Now, s; not before the last measurement of the run. An intermittent signal has a
            value at the first measurement, and from then on at the first one at or after each
            multiple of its interval.
        metrics : mapping of str to float
            The true values, by signal name; at least those of the tier, and ``malposition`` and
            ``pump_speed`` where a signal of the tier needs the position of the pump.

        Returns
        -------
        Measurement
            Every signal of the tier, within its bounds of :data:`~plants.SIGNALS`; NaN
            where there is no value now.

        Raises
        ------
        InputError
            Time runs backwards, or a signal of the tier is not among the metrics.
        """
        if not math.isfinite(time) or time < self._time:
            raise InputError("time", time, f"a finite time from {self._time:g} s on")
        needed = (*self._names, *(DROPOUTS if self._positioned else ()))
        for name in needed:
            if name not in metrics:
                allowed = f"a value for every signal of tier {self.tier}: {', '.join(needed)}"
                raise InputError(f"metrics[{name!r}]", None, allowed)
        truth = np.array([metrics[name] for name in self._names], dtype=float)
        self._time = time
        noise = self._generator.standard_normal(len(truth)) * self._noise(truth)
        lost = self._generator.random(len(truth)) < self.dropout
        values = truth
        if self.tier != "full":
            values = np.clip(truth + self._bias + noise, self._low, self._high)
        values[lost] = math.nan
        if self._positioned and not _in_position(metrics):
            values[self._positioned] = math.nan
        self._hide_intermittent(time, values)
        return Measurement(time, self.tier, dict(zip(self._names, values.tolist(), strict=True)))

    def _noise(self, truth: np.ndarray) -> np.ndarray:
        if self.snr_db is None:
            return np.asarray(self.noise_scale * self._noise_sd)
        return np.where(self._noise_sd > 0, np.abs(truth) * 10.0 ** (-self.snr_db / 20.0), 0.0)

    def _hide_intermittent(self, time: float, values: np.ndarray) -> None:
        for index, interval in self._intervals.items():
            # Times are sums of periods, so that a multiple may be missed by a rounding error.
            now = time + 1e-9 * max(1.0, abs(time))
            if now < self._due[index]:
                values[index] = math.nan
            else:
                self._due[index] = (math.floor(now / interval) + 1) * interval


def _in_position(metrics: Mapping[str, float]) -> bool:
    """Whether the console can tell a flow: the pump lies across the valve and turns."""
    limits = position_limits()
    out_of_place = metrics["malposition"] > limits["malposition"].value
    return not out_of_place and metrics["pump_speed"] >= limits["pump_speed"].value
