"""The suction detector scored over labelled courses."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from controllers import DetectorSettings
from experiments.runs import run_each
from experiments.studies.suction.cases import CAUSES, CONFUSERS, Course, course
from experiments.studies.suction.score import Noise, Watched, watch
from plants import InputError
from plants.quantities import SECONDS_PER_HOUR

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]

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
SENSITIVITY, SPECIFICITY, DELAY = 0.99, 0.98, 3.0
#: Seeds of the fit, and the first of those that are scored.
FIT_SEEDS, FIRST_SEED = 40, 8000
N_CAUSES = len(CAUSES) + len(CONFUSERS)

_SHOWN_SEED = 0  # of the first scored ones: its courses are drawn


@dataclass(frozen=True)
class Case:
    """A course to be simulated and watched."""

    seed: int
    cause: str
    noises: tuple[Noise, ...]
    settings: DetectorSettings


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


def scored_seeds(count: int, first: int, fitted: int) -> range:
    """The seeds to score.

    Raises
    ------
    InputError
        There are none, one is negative, or one of them is fitted.
    """
    if count < 1:
        raise InputError("seeds", count, "1 or more")
    if fitted < 1:
        raise InputError("fit-seeds", fitted, "1 or more")
    if first < fitted:
        raise InputError("first-seed", first, f"{fitted} or more: the seeds before are fitted")
    return range(first, first + count)


def cases(
    seeds: Iterable[int], noises: tuple[Noise, ...], settings: DetectorSettings
) -> list[Case]:
    """Every cause for every seed."""
    return [Case(seed, cause, noises, settings) for seed in seeds for cause in CAUSES + CONFUSERS]


def watch_case(case: Case) -> tuple[Course | None, list[Watched]]:
    """Simulate a case and watch it under each noise; nothing where it cannot be simulated."""
    found = course(case.seed, case.cause)
    if found is None:
        return None, []
    seed = (case.seed, (CAUSES + CONFUSERS).index(case.cause))
    watched = [watch(found, noise, seed, case.settings) for noise in case.noises]
    return (found if case.seed % 1000 == _SHOWN_SEED else None), watched


def watch_all(
    seeds: Sequence[int],
    settings: DetectorSettings,
    *,
    noises: tuple[Noise, ...] = NOISES,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[list[Watched], list[Course]]:
    """Watch every cause for every seed; also gives the courses of the seed that is drawn."""
    watched: list[Watched] = []
    shown: list[Course] = []
    wanted = cases(seeds, noises, settings)
    for number, (kept, some) in enumerate(run_each(watch_case, wanted, workers=workers), start=1):
        watched += some
        shown += [] if kept is None else [kept]
        if progress is not None:
            progress(number)
    return watched, shown


def score(watched: Sequence[Watched], noise: Noise) -> Score:
    """The score over all courses watched under that noise.

    Raises
    ------
    InputError
        No course was watched under it.
    """
    some = [one for one in watched if one.noise == noise]
    if not some:
        raise InputError("noise", noise, "one that was watched")
    truth, alarm, steady = (
        np.concatenate([getattr(one, name) for one in some])
        for name in ("truth", "alarm", "settled")
    )
    delays = np.array([delay for one in some for delay in one.delays])
    lags = np.array([lag for one in some for lag in one.lags])
    hours = sum(one.clear_time for one in some) / SECONDS_PER_HOUR
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
        false_alarms_per_hour=sum(one.false_alarms for one in some) / hours if hours else math.nan,
    )


def meets_aim(found: Score) -> dict[str, bool]:
    """Which parts of the aim a score meets."""
    return {
        "sensitivity": found.sensitivity >= SENSITIVITY,
        "specificity": found.specificity >= SPECIFICITY,
        "delay": found.delay_p95 <= DELAY,
    }


def score_table(watched: Sequence[Watched]) -> pandas.DataFrame:
    """One row for each noise."""
    import pandas

    rows = []
    for noise in dict.fromkeys(one.noise for one in watched):
        entries = dict(vars(score(watched, noise)))
        del entries["noise"]
        rows.append({"snr_db": noise.snr, "noise_of": noise.of} | entries)
    return pandas.DataFrame(rows)


def cause_table(watched: Sequence[Watched], noise: Noise = AIM_NOISE) -> pandas.DataFrame:
    """One row for each cause under one noise."""
    import pandas

    rows = []
    for cause in CAUSES + CONFUSERS:
        some = [one for one in watched if one.cause == cause and one.noise == noise]
        if not some:
            continue
        found = score(some, noise)
        rows.append(
            {
                "cause": cause,
                "courses": len(some),
                "beats": found.beats,
                "suction_beats": found.suction_beats,
                "sensitivity": found.sensitivity,
                "specificity": found.specificity,
                "delay_p95": found.delay_p95,
                "false_alarms": sum(one.false_alarms for one in some),
            }
        )
    return pandas.DataFrame(rows)


def _share(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else math.nan


def _quantile(values: Array, share: float) -> float:
    """The value that a share of them does not exceed: one of them, so that infinity may be."""
    if not len(values):
        return math.nan
    return float(np.sort(values)[math.ceil(share * len(values)) - 1])
