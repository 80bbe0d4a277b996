"""Fit and score of the suction detector over labelled courses."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from controllers.suction_detector import DetectorSettings
from controllers.suction_features import FEATURES
from experiments.parallel import run_each
from experiments.suction_cases import CAUSES, CONFUSERS, Course, course
from experiments.suction_score import Noise, Watched, decisions, hop_before, settled, watch
from plants import InputError

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]

#: Noise under which the detector is scored; the published levels of Simaan 2009 among them.
NOISES = (
    Noise(math.inf), Noise(29.5), Noise(20.0), Noise(14.9), Noise(10.5), Noise(6.0),
    Noise(20.0, "pulse"), Noise(6.0, "pulse"),
)  # fmt: skip
#: Where the aim holds, and the aim: least sensitivity and specificity, largest delay in beats.
AIM_NOISE = Noise(20.0)
SENSITIVITY, SPECIFICITY, DELAY = 0.99, 0.98, 3.0
#: Seeds of the fit, and the first of those that are scored.
FIT_SEEDS, FIRST_SEED = 20, 8000
N_CAUSES = len(CAUSES) + len(CONFUSERS)

_FIT_NOISES = (Noise(20.0), Noise(12.0), Noise(6.0))
_WINDOW, _RELEASE = 2.0, -0.5
# Beats with the inlet shut throughout are scored, but not fitted: they look like an outlet in the
# valve, and would turn it into suction.
_SHUT = 0.85
_RIDGE = 1e-5
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
    hours = sum(one.clear_time for one in some) / 3600.0
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


def examples_of(case: Case) -> tuple[Array, NDArray[np.bool_]]:
    """Features and truth of a case under each noise, where the truth is settled and can be seen."""
    found = course(case.seed, case.cause)
    rows: list[Array] = [np.empty((0, len(FEATURES)))]
    labels: list[NDArray[np.bool_]] = [np.empty(0, dtype=bool)]
    if found is not None:
        seed = (case.seed, (CAUSES + CONFUSERS).index(case.cause))
        last = hop_before(found.beat_ends)
        use = settled(found.suction) & ~(found.suction & (found.share > _SHUT)) & (last >= 0)
        for noise in case.noises:
            _, odds, features = decisions(found, noise, seed, case.settings)
            seen = use & np.isfinite(odds[np.maximum(last, 0)])
            rows.append(features[last[seen]])
            labels.append(found.suction[seen])
    return np.concatenate(rows), np.concatenate(labels)


def fit(
    seeds: Sequence[int],
    *,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> DetectorSettings:
    """Fit the classifier: logistic regression, suction and its absence weighing the same.

    Parameters
    ----------
    seeds : sequence of int
        Of the courses; others than those that are scored.
    workers : int, optional
        Number of processes.
    progress : callable, optional
        Called with the number of courses done.
    """
    blank = dict.fromkeys(FEATURES, 0.0)
    start = DetectorSettings(_WINDOW, _RELEASE, 0.0, blank, dict.fromkeys(FEATURES, 1.0), blank)
    wanted = cases(seeds, _FIT_NOISES, start)
    parts = []
    for number, part in enumerate(run_each(examples_of, wanted, workers=workers), start=1):
        parts.append(part)
        if progress is not None:
            progress(number)
    # Courses arrive as they are done: the order must not decide over the last digits.
    features = np.concatenate([part[0] for part in parts])
    truth = np.concatenate([part[1] for part in parts])
    order = np.lexsort(features.T)
    means, scales, weights, intercept = logistic(features[order], truth[order])
    levels = ", ".join(f"{noise.snr:g}" for noise in _FIT_NOISES)
    text = (
        f"impellab suction --fit: logistic regression on {len(wanted)} simulated courses "
        f"(seeds {min(seeds)} to {max(seeds)}, {len(CAUSES + CONFUSERS)} causes), "
        f"{len(truth)} beats, {int(truth.sum())} in suction, white noise at {levels} dB"
    )
    centre, spread, slope = (
        dict(zip(FEATURES, map(float, x), strict=True)) for x in (means, scales, weights)
    )
    return DetectorSettings(_WINDOW, _RELEASE, intercept, centre, spread, slope, provenance=text)


def logistic(features: Array, truth: NDArray[np.bool_]) -> tuple[Array, Array, Array, float]:
    """Means, scales, weights and intercept of a logistic regression with balanced classes.

    Raises
    ------
    InputError
        One of the two classes is empty.
    """
    from scipy.optimize import minimize

    if truth.all() or not truth.any():
        raise InputError("seeds", len(truth), "courses with and without suction; take more seeds")
    means, scales = features.mean(axis=0), features.std(axis=0) + 1e-9
    x = np.column_stack([(features - means) / scales, np.ones(len(features))])
    sign = np.where(truth, 1.0, -1.0)
    weight = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean())) / len(truth)

    def loss(b: Array) -> tuple[float, Array]:
        margin = sign * (x @ b)
        pull = -sign * weight * 0.5 * (1 - np.tanh(0.5 * margin))
        slope = x.T @ pull
        slope[:-1] += 2 * _RIDGE * b[:-1]
        value = float(weight @ np.logaddexp(0.0, -margin) + _RIDGE * b[:-1] @ b[:-1])
        return value, slope

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x
    return means, scales, found[:-1], float(found[-1])


def _share(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else math.nan


def _quantile(values: Array, share: float) -> float:
    """The value that a share of them does not exceed: one of them, so that infinity may be."""
    if not len(values):
        return math.nan
    return float(np.sort(values)[math.ceil(share * len(values)) - 1])
