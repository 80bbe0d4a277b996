"""Scores of the suction detector over labelled courses: sensitivity, specificity, delay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.statistics import DataFrame, data_frame, fields_of
from experiments.studies.suction.detection import Detection, Noise
from plants import InputError
from plants.quantities import SECONDS_PER_HOUR, Array

#: Noise under which the detector is scored; the published levels of Simaan 2009 among them.
NOISES = (
    Noise(math.inf),
    Noise(29.5),
    Noise(20.0),
    Noise(14.9),
    Noise(10.5),
    Noise(6.0),
    Noise(20.0, "pulse"),
    Noise(6.0, "pulse"),
)
#: Where the aim holds, and the aim: least sensitivity and specificity, largest delay in beats.
AIM_NOISE = Noise(20.0)
NEEDED = {"sensitivity": 0.99, "specificity": 0.98, "delay": 3.0}


@dataclass(frozen=True)
class Score:
    """Sensitivity, specificity and delay over many courses under one noise.

    Attributes
    ----------
    noise : Noise
        On the signals.
    sensitivity, specificity : float
        Over the beats whose truth has been the same for three beats.
    sensitivity_all, specificity_all : float
        Over all beats, those right after a change included.
    beats, suction_beats : int
        Counted for the first two.
    events : int
        Of suction, those whose onset could be watched.
    events_found : float
        Share of them with an alarm before their end or within three beats after it.
    delay_median, delay_p95 : float
        Beats from the onset to the alarm; an event that was not found counts as infinite.
    lag_median : float
        Beats from the release to the end of the alarm.
    false_alarms_per_hour : float
        Of time without suction.
    """

    noise: Noise
    sensitivity: float
    specificity: float
    sensitivity_all: float
    specificity_all: float
    beats: int
    suction_beats: int
    events: int
    events_found: float
    delay_median: float
    delay_p95: float
    lag_median: float
    false_alarms_per_hour: float

    def aimed_at(self) -> tuple[float, float, float]:
        """What :data:`NEEDED` is asked of."""
        return self.sensitivity, self.specificity, self.delay_p95


def score(detections: Sequence[Detection], noise: Noise) -> Score:
    """The score over all courses watched under that noise.

    Raises
    ------
    InputError
        No course was watched under it.
    """
    under = [seen for seen in detections if seen.noise == noise]
    if not under:
        raise InputError("noise", noise, "one that was watched")
    truth = np.concatenate([seen.truth for seen in under])
    alarm = np.concatenate([seen.alarm for seen in under])
    steady = np.concatenate([seen.steady for seen in under])
    delays = np.array([delay for seen in under for delay in seen.delays])
    lags = np.array([lag for seen in under for lag in seen.lags])
    hours = sum(seen.clear_time for seen in under) / SECONDS_PER_HOUR
    false_alarms = sum(seen.false_alarms for seen in under)
    return Score(
        noise=noise,
        sensitivity=_share(alarm[truth & steady]),
        specificity=1 - _share(alarm[~truth & steady]),
        sensitivity_all=_share(alarm[truth]),
        specificity_all=1 - _share(alarm[~truth]),
        beats=int(steady.sum()),
        suction_beats=int((truth & steady).sum()),
        events=len(delays),
        events_found=_share(np.isfinite(delays)),
        delay_median=_quantile(delays, 0.5),
        delay_p95=_quantile(delays, 0.95),
        lag_median=_quantile(lags, 0.5),
        false_alarms_per_hour=false_alarms / hours if hours else math.nan,
    )


def meets_aim(score: Score) -> dict[str, bool]:
    """Which parts of the aim a score meets."""
    sensitivity, specificity, delay = score.aimed_at()
    return {
        "sensitivity": sensitivity >= NEEDED["sensitivity"],
        "specificity": specificity >= NEEDED["specificity"],
        "delay": delay <= NEEDED["delay"],
    }


def score_table(detections: Sequence[Detection]) -> DataFrame:
    """A row for each noise."""
    rows = []
    for noise in dict.fromkeys(seen.noise for seen in detections):
        entries = dict(vars(score(detections, noise)))
        del entries["noise"]
        rows.append({"snr_db": noise.snr, "noise_of": noise.of} | entries)
    return data_frame(rows)


def cause_table(detections: Sequence[Detection], noise: Noise = AIM_NOISE) -> DataFrame:
    """A row for each cause under one noise."""
    rows = []
    for cause in dict.fromkeys(seen.cause for seen in detections):
        of_cause = [seen for seen in detections if seen.cause == cause and seen.noise == noise]
        result = score(of_cause, noise)
        rows.append(
            {
                "cause": cause,
                "courses": len(of_cause),
                **fields_of(result, "beats", "suction_beats", "sensitivity", "specificity"),
                "delay_p95": result.delay_p95,
                "false_alarms": sum(seen.false_alarms for seen in of_cause),
            }
        )
    return data_frame(rows)


def _share(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else math.nan


def _quantile(values: Array, share: float) -> float:
    """The value that a share of them does not exceed: one of them, so that infinity may be."""
    if not len(values):
        return math.nan
    return float(np.sort(values)[math.ceil(share * len(values)) - 1])
