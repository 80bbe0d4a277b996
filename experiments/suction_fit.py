"""The suction detector fitted to labelled courses: logistic regression on the features."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from controllers.suction_detector import DetectorSettings
from controllers.suction_features import FEATURES
from experiments.pool import run_each
from experiments.suction_cases import CAUSES, CONFUSERS, course
from experiments.suction_score import Noise, decisions, hop_before, settled
from experiments.suction_study import Case, cases
from plants import InputError

Array = NDArray[np.float64]

_FIT_NOISES = (Noise(20.0), Noise(12.0), Noise(6.0))
_WINDOW, _RELEASE = 2.0, -0.5
# Beats with the inlet shut throughout are scored, but not fitted: they look like an outlet in the
# valve, and would turn it into suction.
_SHUT = 0.85
_RIDGE = 1e-5


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
