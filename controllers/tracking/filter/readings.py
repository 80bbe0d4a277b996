"""Which readings the recovery tracker takes, and their errors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.model import OUTPUTS
from plants import SIGNALS, InputError, Sensor, tier_table
from plants.bedside import investigations
from plants.quantities import Array

#: Signals that are taken where a tier or the bedside shows them. The pulse pressure is left out: it
#: is the difference of two readings that are taken.
READ_SIGNALS: tuple[str, ...] = (
    "placement_signal",
    "placement_pulsatility",
    "motor_current",
    "motor_current_pulsatility",
    "displayed_flow",
    "map",
    "systolic",
    "diastolic",
    "heart_rate",
    "cvp",
    "mpap",
    "pa_systolic",
    "pa_diastolic",
    "cardiac_output",
    "pcwp",
    "ejection_fraction",
    "lvedv",
    "mitral_regurgitant_fraction",
    "svo2",
)
# The model's own error, by unit of the signal: a share of the value and a floor. Guesses.
_MODEL_SHARE = 0.003
_MODEL_FLOOR = {
    "mmHg": 0.1,
    "L/min": 0.01,
    "L/min/m2": 0.005,
    "mA": 1.5,
    "1/min": 0.1,
    "1": 0.005,
    "mL": 1.0,
    "W": 0.003,
}
# Fick's saturation needs the oxygen that the body asks for, which is not measured.
_MODEL_OWN = {"svo2": 0.03, "papi": 0.01}


def model_floor(name: str) -> float:
    """Standard deviation of the model's own error in a signal that is 0."""
    return _MODEL_OWN.get(name, _MODEL_FLOOR.get(SIGNALS[name].unit, 0.0))


def model_sd(name: str, values: Array) -> Array:
    """Standard deviation of the model's own error in values of a signal.

    Examples
    --------
    >>> import numpy as np
    >>> from controllers.tracking.filter import model_sd
    >>> model_sd("map", np.array([70.0])).round(2).tolist()
    [0.31]
    """
    return np.asarray(model_floor(name) + _MODEL_SHARE * np.abs(values))


@dataclass(frozen=True)
class Readings:
    """Usable values of a measurement.

    Attributes
    ----------
    names : tuple of str
        Signals.
    values : ndarray
        Their values.
    """

    names: tuple[str, ...]
    values: Array

    def without(self, names: Iterable[str]) -> Readings:
        """The same with some left out."""
        gone = set(names)
        kept = [index for index, name in enumerate(self.names) if name not in gone]
        return Readings(tuple(self.names[index] for index in kept), self.values[kept])


class ReadingTable:
    """The sensors of a tier, and the laboratory values and echo of the bedside.

    Parameters
    ----------
    tier : str
        The tier.

    Raises
    ------
    InputError
        The tier shows nothing that is taken.

    Examples
    --------
    >>> from controllers.tracking.filter import ReadingTable
    >>> [sensor.signal for sensor in ReadingTable("console").biased]
    ['displayed_flow']
    """

    def __init__(self, tier: str):
        of_tier = {sensor.signal: sensor for sensor in tier_table(tier)}
        bedside = {
            investigation.signal: Sensor(
                investigation.signal,
                investigation.noise_sd,
                source=investigation.source,
                tag=investigation.tag,
            )
            for investigation in investigations().values()
        }
        known = bedside | of_tier
        self.sensors = {name: known[name] for name in READ_SIGNALS if name in known}
        if not set(self.sensors) & set(of_tier):
            raise InputError("tier", tier, "a tier with any of " + ", ".join(READ_SIGNALS))
        self.biased = tuple(s for s in self.sensors.values() if s.bias_sd > 0)
        self.shows_flow = "displayed_flow" in of_tier

    def usable(self, measurement: Mapping[str, float]) -> Readings:
        """What of a measurement is a number and is taken."""
        usable = {
            name: float(measurement[name])
            for name in self.sensors
            if name in measurement and math.isfinite(measurement[name])
        }
        return Readings(tuple(usable), np.array(list(usable.values())))

    def noise_sd(self, readings: Readings, predicted: Array) -> Array:
        """Standard deviation of each reading about its prediction, biases apart."""
        noise = np.array([self.sensors[name].noise_sd for name in readings.names])
        own = [model_sd(n, v) for n, v in zip(readings.names, predicted, strict=True)]
        return np.hypot(noise, np.array(own).reshape(noise.shape))


def output_rows(names: Iterable[str]) -> NDArray[np.int64]:
    """Rows of predicted signals among ``OUTPUTS``."""
    return np.array([OUTPUTS.index[name] for name in names], dtype=np.int64)
