"""A detector watches a course: its decisions against the truth, by beat and by event."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from controllers import DetectorSettings, SuctionDetector
from controllers.suction import FEATURES
from experiments.runs import BoolArray, FloatArray
from experiments.studies.suction.courses import HOP, SAMPLE, Course
from plants.quantities import Array, stream

Flags = NDArray[np.bool_]

#: Beats after a change within which a decision may still be the old one: the delay is scored on
#: its own.
GRACE_BEATS = 3


@dataclass(frozen=True)
class Noise:
    """White Gaussian noise on every sample of motor current and placement signal.

    Parameters
    ----------
    snr : float
        Signal-to-noise ratio, dB; infinite without noise.
    of : {"whole", "pulse"}
        What counts as signal. ``"whole"``: each value itself, as the sensors of the plant have it
        (standard deviation ``|value| 10^(-snr/20)``). ``"pulse"``: what is left of the course
        without its mean. A motor current is mostly mean, so that the first noise is the larger.
    """

    snr: float
    of: Literal["whole", "pulse"] = "whole"

    def on(self, signal: Array, random: np.random.Generator) -> Array:
        """The signal with noise."""
        size = np.abs(signal) if self.of == "whole" else np.std(signal)
        return signal + size * 10 ** (-self.snr / 20) * random.standard_normal(len(signal))


@dataclass(frozen=True)
class Detection:
    """A course as a detector saw it.

    Attributes
    ----------
    cause, device : str
        Of the course.
    noise : Noise
        On the signals.
    truth, alarm, steady : ndarray of bool, shape (m,)
        Of each beat that ended with a full window: suction, the decision in force at its end, and
        whether the truth is the same since :data:`GRACE_BEATS` beats.
    log_odds : ndarray, shape (m,)
        Of the same beats.
    delays : tuple of float
        Of each event that set in with a full window: beats from the onset to the alarm; infinite
        where none came.
    lags : tuple of float
        Of each event found and released: beats from the release to the end of the alarm.
    false_alarms : int
        Alarms that touch no event, nor the :data:`GRACE_BEATS` beats around one.
    clear_time : float
        Time without suction, s.
    """

    cause: str
    device: str
    noise: Noise
    truth: BoolArray
    alarm: BoolArray
    steady: BoolArray
    log_odds: FloatArray
    delays: tuple[float, ...]
    lags: tuple[float, ...]
    false_alarms: int
    clear_time: float


def decisions(
    course: Course, noise: Noise, seed: Sequence[int], settings: DetectorSettings
) -> tuple[Flags, Array, Array]:
    """Alarm, log-odds and features after each hop; NaN before the first window is full."""
    level = round(10 * min(noise.snr, 999))
    random = stream("suction noise", *seed, int(noise.of == "whole"), level)
    current = noise.on(course.current, random)
    placement = noise.on(course.placement, random)
    detector = SuctionDetector(course.device, settings)
    step = round(HOP / SAMPLE)
    alarm, odds, features = [], [], []
    for begin in range(0, len(current), step):
        part = slice(begin, begin + step)
        alarm.append(detector.update(current[part], placement[part], course.speed[part], SAMPLE))
        odds.append(detector.log_odds)
        features.append(detector.features)
    none = np.full(len(FEATURES), math.nan)
    rows = np.array([none if values is None else values for values in features])
    return np.array(alarm), np.array(odds), rows


def detect(
    course: Course, noise: Noise, seed: Sequence[int], settings: DetectorSettings
) -> Detection:
    """Let a detector watch a course, and compare it with the truth."""
    alarm, odds, _ = decisions(course, noise, seed, settings)
    ends = course.beat_ends
    last = last_hop_before(ends)
    full = last >= 0
    full[full] = np.isfinite(odds[last[full]])
    truth = course.suction
    delays, lags = _delays(course, alarm, odds)
    lengths = np.diff(ends, prepend=0.0)
    return Detection(
        cause=course.cause,
        device=course.device,
        noise=noise,
        truth=truth[full],
        alarm=alarm[last[full]],
        steady=steady_beats(truth)[full],
        log_odds=odds[last[full]],
        delays=delays,
        lags=lags,
        false_alarms=_false_alarms(course, alarm),
        clear_time=float(lengths[~truth].sum()),
    )


def last_hop_before(times: Array) -> NDArray[np.int_]:
    """Number of the last decision at or before each time; -1 before the first."""
    return np.floor(times / HOP + 1e-9).astype(int) - 1


def steady_beats(truth: Flags) -> Flags:
    """Whether a beat and the :data:`GRACE_BEATS` beats before it have the same truth."""
    same = np.ones(len(truth), dtype=bool)
    for back in range(1, GRACE_BEATS + 1):
        same[back:] &= truth[back:] == truth[:-back]
    return same


def stretches(flags: Flags) -> list[tuple[int, int]]:
    """First index and index after the last of each stretch of true values."""
    edges = np.diff(np.concatenate([[0], flags.astype(int), [0]]))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return list(zip(begins.tolist(), ends.tolist(), strict=True))


def _delays(
    course: Course, alarm: Flags, odds: Array
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    ends = course.beat_ends
    starts = np.concatenate([[0.0], ends[:-1]])
    times = HOP * (1 + np.arange(len(alarm)))  # of the decisions
    ready = times[np.isfinite(odds)].min(initial=math.inf)
    delays, lags = [], []
    for first, after in stretches(course.suction):
        if starts[first] < ready:
            continue
        until = ends[min(after + GRACE_BEATS, len(ends)) - 1]
        during = (times >= starts[first]) & (times <= until + 1e-9)
        hits = np.flatnonzero(during & alarm)
        if not len(hits):
            delays.append(math.inf)
            continue
        delays.append(float(np.searchsorted(ends, times[hits[0]] - 1e-9) - first))
        if after < len(ends) and times[hits[0]] <= starts[after]:
            later = np.flatnonzero((times > starts[after]) & ~alarm)
            if len(later):
                lags.append(float(np.searchsorted(ends, times[later[0]] - 1e-9) - after))
    return tuple(delays), tuple(lags)


def _false_alarms(course: Course, alarm: Flags) -> int:
    near = course.suction.copy()
    for shift in range(1, GRACE_BEATS + 1):
        near[shift:] |= course.suction[:-shift]
        near[:-shift] |= course.suction[shift:]
    count = 0
    for begin, after in stretches(alarm):
        beats = np.searchsorted(course.beat_ends, [HOP * (1 + begin), HOP * after])
        count += not near[beats[0] : beats[1] + 1].any()
    return count
