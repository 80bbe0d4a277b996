"""The suction detector fitted to labelled courses: a small network on the features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controllers import DetectorSettings
from controllers.suction import FEATURES
from experiments.runs import run_each
from experiments.studies.suction.courses import ALL_CAUSES, course
from experiments.studies.suction.detection import Noise, decisions, last_hop_before, steady_beats
from plants import InputError
from plants.quantities import Array, stream

_FIT_NOISES = (Noise(20.0), Noise(12.0), Noise(6.0))
_WINDOW, _RELEASE = 2.0, -1.0
_HIDDEN = 8
_RIDGE = 1e-5
_START_SEED, _ITERATIONS = 0, 400
_DIGITS = 6  # of the coefficients that are kept
#: A detector that only measures: its features do not depend on its coefficients.
_BLANK = DetectorSettings(
    _WINDOW,
    _RELEASE,
    0.0,
    (0.0,),
    (0.0,),
    dict.fromkeys(FEATURES, 0.0),
    dict.fromkeys(FEATURES, 1.0),
    dict.fromkeys(FEATURES, (0.0,)),
)


def examples_of(case: tuple[int, str]) -> tuple[Array, NDArray[np.bool_]]:
    """Features and truth of the beats of a course, by seed and cause, under each noise.

    The first beats of an event count: they are what a fast alarm has to be learned from. Those
    right after its end do not, because the window still holds it.
    """
    number, cause = case
    simulated = course(number, cause)
    rows: list[Array] = [np.empty((0, len(FEATURES)))]
    labels: list[NDArray[np.bool_]] = [np.empty(0, dtype=bool)]
    if simulated is not None:
        seed = (number, ALL_CAUSES.index(cause))
        last = last_hop_before(simulated.beat_ends)
        use = (steady_beats(simulated.suction) | simulated.suction) & (last >= 0)
        for noise in _FIT_NOISES:
            _, odds, features = decisions(simulated, noise, seed, _BLANK)
            seen = use & np.isfinite(odds[np.maximum(last, 0)])
            rows.append(features[last[seen]])
            labels.append(simulated.suction[seen])
    return np.concatenate(rows), np.concatenate(labels)


def fit(
    seeds: Sequence[int],
    *,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> DetectorSettings:
    """Fit the network, suction and its absence weighing the same.

    Parameters
    ----------
    seeds : sequence of int
        Of the courses; others than those that are scored.
    workers : int, optional
        Number of processes.
    progress : callable, optional
        Called with the share of the courses that is done.
    """
    wanted = [(seed, cause) for seed in seeds for cause in ALL_CAUSES]
    parts = []
    for number, part in enumerate(run_each(examples_of, wanted, workers=workers), start=1):
        parts.append(part)
        if progress is not None:
            progress(number / len(wanted))
    # Courses arrive as they are done: the order must not decide over the last digits.
    features = np.concatenate([part[0] for part in parts])
    truth = np.concatenate([part[1] for part in parts])
    order = np.lexsort(features.T)
    features, truth = features[order], truth[order]
    means, scales = features.mean(axis=0), features.std(axis=0) + 1e-9
    weights, offsets, gains, intercept = network((features - means) / scales, truth, _HIDDEN)
    levels = ", ".join(f"{noise.snr:g}" for noise in _FIT_NOISES)
    text = (
        f"impellab suction --fit: network of {_HIDDEN} hidden units fitted to {len(wanted)} "
        f"simulated courses (seeds {min(seeds)} to {max(seeds)}, {len(ALL_CAUSES)} "
        f"causes), {len(truth)} beats, {int(truth.sum())} in suction, white noise at {levels} dB"
    )
    return DetectorSettings(
        _WINDOW,
        _RELEASE,
        _short(intercept),
        tuple(map(_short, gains)),
        tuple(map(_short, offsets)),
        dict(zip(FEATURES, map(_short, means), strict=True)),
        dict(zip(FEATURES, map(_short, scales), strict=True)),
        {name: tuple(map(_short, row)) for name, row in zip(FEATURES, weights, strict=True)},
        provenance=text,
    )


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def network(x: Array, truth: NDArray[np.bool_], hidden: int) -> tuple[Array, Array, Array, float]:
    """Weights, offsets, gains and intercept of a network with one hidden layer.

    It minimises the logistic loss, the two classes weighing the same, plus a small ridge, from a
    random start that is always the same.

    Parameters
    ----------
    x : ndarray, shape (n, d)
        Features, centred and scaled.
    truth : ndarray of bool, shape (n,)
        Classes.
    hidden : int
        Number of hidden units.

    Raises
    ------
    InputError
        One of the two classes is empty.
    """
    from scipy.optimize import minimize

    if truth.all() or not truth.any():
        raise InputError("seeds", len(truth), "courses with and without suction; take more seeds")
    inputs = x.shape[1]
    sign = np.where(truth, 1.0, -1.0)
    weight = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean())) / len(truth)

    def parts(b: Array) -> tuple[Array, Array, Array, float]:
        weights, offsets, gains = np.split(b[:-1], [inputs * hidden, (inputs + 1) * hidden])
        return weights.reshape(inputs, hidden), offsets, gains, float(b[-1])

    def loss(b: Array) -> tuple[float, Array]:
        weights, offsets, gains, intercept = parts(b)
        units = np.tanh(x @ weights + offsets)
        margin = sign * (units @ gains + intercept)
        pull = -sign * weight * 0.5 * (1 - np.tanh(0.5 * margin))
        back = np.outer(pull, gains) * (1 - units**2)
        slope = np.concatenate([(x.T @ back).ravel(), back.sum(0), units.T @ pull, [pull.sum()]])
        slope[:-1] += 2 * _RIDGE * b[:-1]
        value = float(weight @ np.logaddexp(0.0, -margin) + _RIDGE * b[:-1] @ b[:-1])
        return value, slope

    count = (inputs + 2) * hidden + 1
    start: Array = stream("detector start", _START_SEED).standard_normal(count)
    start[: inputs * hidden] /= np.sqrt(inputs)
    options: Any = {"maxiter": _ITERATIONS, "maxfun": 2 * _ITERATIONS}
    return parts(minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x)
