"""How much each uncertain quantity moves the periodic beat of a supported patient.

Morris' elementary effects rank the factors cheaply; Sobol's indices say which share of a signal's
variance is due to a factor alone (S1) and with all its interactions (ST). Both designs come in
blocks of runs that belong together: a trajectory of Morris, a base point of Sobol with its
neighbours. Where one run of a block has no periodic beat the whole block is left out and counted,
because a value put in its place would be invented: the indices then hold for the part of the
ranges in which the heart has a periodic beat.

References
----------
Morris MD (1991) Technometrics 33:161; Campolongo F et al. (2007) Environ Model Softw 22:1509.
Sobol IM (2001) Math Comput Simul 55:271; Saltelli A et al. (2010) Comput Phys Commun 181:259.
Herman J, Usher W (2017) J Open Source Softw 2:97 (SALib).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.runs import run_each
from experiments.studies.sensitivity.factors import Factor, factors, varied_plant
from plants import SIGNALS, InputError, Patient, PhysicsError, Plant, Pump, steady_state

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]

#: What is looked at; the last two only with a pump.
OUTPUTS = ("map", "cardiac_power_output", "lvedp", "suction_margin", "hemolysis_rate")
_WITHOUT_PUMP = OUTPUTS[:3]
METHODS = ("sobol", "morris")
#: Base points of Sobol and trajectories of Morris when none are asked for.
SAMPLES = {"sobol": 256, "morris": 60}
#: Grid levels of Morris' design.
_GRID = 4
_RESAMPLES = 200  # of the bootstrap behind the confidence intervals
_CHUNKS_A_WORKER = 8
# Fewer blocks are not asked for; with less than this share of them left the indices mean nothing.
_LEAST_BLOCKS, _LEAST_SHARE = 8, 0.5


@dataclass(frozen=True)
class Task:
    """A part of the design: rows of factor values for a patient on a pump."""

    patient: str
    device: str | None
    speed: float
    rows: Array
    first: int


@dataclass(frozen=True)
class Done:
    """Outputs of a task's rows; NaN, and a reason, where there is no periodic beat."""

    first: int
    outputs: Array
    reasons: dict[str, int]


@dataclass(frozen=True)
class Sensitivity:
    """What a study gave.

    Attributes
    ----------
    table : DataFrame
        A row for each output and factor: for Sobol ``first_order`` and ``total``, for Morris
        ``mean_effect`` (mean of the absolute effect of the whole range, in the output's unit) and
        ``deviation_of_effect``, each with the half-width of its 95 % confidence interval.
    spread : DataFrame
        A row for each output: mean, standard deviation and percentiles over the design.
    method : str
        Of :data:`METHODS`.
    runs, failed : int
        Model runs, and how many had no periodic beat.
    blocks, dropped : int
        Blocks of the design, and how many were left out for a run without a periodic beat.
    reasons : dict of str to int
        Why runs failed.
    """

    table: pandas.DataFrame
    spread: pandas.DataFrame
    method: str
    runs: int
    failed: int
    blocks: int
    dropped: int
    reasons: dict[str, int]


def sensitivity(
    patient: str,
    device: str = "CP",
    level: str | None = "P-8",
    *,
    method: str = "sobol",
    samples: int | None = None,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Sensitivity:
    """Sensitivity of the periodic beat to patient, pump and disturbances.

    Parameters
    ----------
    patient, device, level : str
        Names or files, and a P-level; device ``"none"`` is a patient without a pump.
    method : {"sobol", "morris"}
        Which indices.
    samples : int, optional
        Base points (a power of 2) or trajectories; by default those of :data:`SAMPLES`. There are
        (factors + 2) runs for each base point and (factors + 1) for each trajectory.
    seed : int
        Seed of the design and of the bootstrap.
    workers : int, optional
        Number of processes; by default one for each core.
    progress : callable, optional
        Called with the share of the runs that is done.

    Raises
    ------
    InputError
        A name, the method or the number of samples is wrong, or SALib is not installed.
    PhysicsError
        The patient himself has no periodic beat, or fewer than half of the blocks are complete.
    """
    sampled = _checked_samples(method, samples)
    own, pump = Patient.load(patient), _pump(device)
    speed = 0.0 if pump is None or level is None else pump.speed(level)
    chosen = factors(own, pump)
    problem = {
        "num_vars": len(chosen),
        "names": [one.name for one in chosen],
        "bounds": [[one.low, one.high] for one in chosen],
    }
    design = _design(problem, method, sampled, seed)
    steady_state(Plant(own, pump), speed)  # Ends here if the patient has no periodic beat.
    done = _run(design, patient, None if pump is None else device, speed, workers, progress)
    outputs, reasons = _joined(done, len(design))
    names = OUTPUTS if pump is not None else _WITHOUT_PUMP
    block = len(chosen) + (2 if method == "sobol" else 1)
    beats = np.isfinite(outputs).reshape(-1, block, len(names))
    whole = np.asarray(beats.all(axis=(1, 2)))
    _check_blocks(whole, reasons)
    kept = np.repeat(whole, block)
    rows = []
    for k, name in enumerate(names):
        rows += _indices(problem, method, design[kept], outputs[kept, k], seed, name, chosen)
    return Sensitivity(
        table=_frame(rows),
        spread=_frame([_spread(name, outputs[kept, k]) for k, name in enumerate(names)]),
        method=method,
        runs=len(design),
        failed=int((~np.isfinite(outputs).all(axis=1)).sum()),
        blocks=len(whole),
        dropped=int((~whole).sum()),
        reasons=reasons,
    )


def evaluate(task: Task) -> Done:
    """Run a task's rows, each from the periodic beat of the patient as he or she is."""
    patient = Patient.load(task.patient)
    pump = None if task.device is None else Pump.load(task.device)
    chosen = factors(patient, pump)
    names = OUTPUTS if pump is not None else _WITHOUT_PUMP
    start = steady_state(Plant(patient, pump), task.speed).state
    outputs = np.full((len(task.rows), len(names)), np.nan)
    reasons: Counter[str] = Counter()
    for k, row in enumerate(task.rows):
        try:
            plant, outside = varied_plant(patient, pump, chosen, row)
            metrics = steady_state(plant, task.speed, outside, start=start).metrics
        except PhysicsError as error:
            reasons[_short(error)] += 1
        else:
            outputs[k] = [metrics[name] for name in names]
    return Done(task.first, outputs, dict(reasons))


def _short(error: PhysicsError) -> str:
    text = str(error)
    if "falls to" in text:
        return "a compartment runs empty"
    return "no periodic beat"


def _pump(device: str) -> Pump | None:
    if device.lower() == "none":
        return None
    pump = Pump.load(device)
    if pump.side != "left":
        raise InputError("device", device, "a pump for the left ventricle, or none")
    return pump


def _checked_samples(method: str, samples: int | None) -> int:
    if method not in METHODS:
        raise InputError("method", method, "one of " + ", ".join(METHODS))
    count = SAMPLES[method] if samples is None else samples
    if count < _LEAST_BLOCKS:
        raise InputError("samples", count, f"{_LEAST_BLOCKS} or more")
    if method == "sobol" and count & (count - 1):
        raise InputError("samples", count, "a power of 2, for Sobol's sequence to be balanced")
    return count


def _design(problem: dict[str, Any], method: str, samples: int, seed: int) -> Array:
    try:
        from SALib.sample import morris, sobol
    except ImportError:
        allowed = "any once SALib is there; pip install 'impellab[sensitivity]'"
        raise InputError("method", method, allowed) from None
    if method == "sobol":
        found = sobol.sample(problem, samples, calc_second_order=False, seed=seed)
    else:
        found = morris.sample(problem, samples, num_levels=_GRID, seed=seed)
    return np.asarray(found, dtype=np.float64)


def _run(
    design: Array,
    patient: str,
    device: str | None,
    speed: float,
    workers: int | None,
    progress: Callable[[float], None] | None,
) -> list[Done]:
    import os

    parts = min(len(design), _CHUNKS_A_WORKER * (workers or os.cpu_count() or 1))
    edges = np.linspace(0, len(design), parts + 1).astype(int)
    tasks = [
        Task(patient, device, speed, design[low:high], int(low)) for low, high in pairwise(edges)
    ]
    done = []
    for one in run_each(evaluate, tasks, workers=workers):
        done.append(one)
        if progress is not None:
            progress(sum(len(part.outputs) for part in done) / len(design))
    return done


def _joined(done: Sequence[Done], length: int) -> tuple[Array, dict[str, int]]:
    outputs = np.full((length, done[0].outputs.shape[1]), np.nan)
    reasons: Counter[str] = Counter()
    for one in done:
        outputs[one.first : one.first + len(one.outputs)] = one.outputs
        reasons.update(one.reasons)
    return outputs, dict(sorted(reasons.items()))


def _check_blocks(whole: NDArray[np.bool_], reasons: dict[str, int]) -> None:
    kept = int(whole.sum())
    if kept < _LEAST_SHARE * len(whole):
        why = ", ".join(f"{reason}: {count}" for reason, count in reasons.items())
        raise PhysicsError(
            f"only {kept} of {len(whole)} blocks of runs are complete ({why} runs): "
            "too few for indices; narrow the ranges or choose a lower level"
        )


def _indices(
    problem: dict[str, Any],
    method: str,
    design: Array,
    output: Array,
    seed: int,
    name: str,
    chosen: Sequence[Factor],
) -> list[dict[str, Any]]:
    from SALib.analyze import morris, sobol

    if method == "sobol":
        found = sobol.analyze(
            problem, output, calc_second_order=False, num_resamples=_RESAMPLES, seed=seed
        )
        columns = {
            "first_order": found["S1"],
            "first_order_ci": found["S1_conf"],
            "total": found["ST"],
            "total_ci": found["ST_conf"],
        }
    else:
        found = morris.analyze(
            problem, design, output, num_resamples=_RESAMPLES, num_levels=_GRID, seed=seed
        )
        columns = {
            "mean_effect": found["mu_star"],
            "mean_effect_ci": found["mu_star_conf"],
            "deviation_of_effect": found["sigma"],
        }
    return [
        {
            "output": name,
            "unit": SIGNALS[name].unit,
            "factor": one.name,
            "group": one.group,
            "meaning": one.label,
            **{column: float(np.asarray(values)[k]) for column, values in columns.items()},
            "low": one.low,
            "high": one.high,
            "factor_unit": one.unit,
            "tag": one.tag,
        }
        for k, one in enumerate(chosen)
    ]


def _spread(name: str, values: Array) -> dict[str, Any]:
    low, middle, high = np.percentile(values, [5, 50, 95])
    return {
        "output": name,
        "unit": SIGNALS[name].unit,
        "mean": float(values.mean()),
        "deviation": float(values.std(ddof=1)),
        "percentile_5": float(low),
        "median": float(middle),
        "percentile_95": float(high),
    }


def _frame(rows: Sequence[dict[str, Any]]) -> pandas.DataFrame:
    import pandas

    return pandas.DataFrame(list(rows))
