"""Designs and indices of Morris and Sobol, as SALib computes them.

References
----------
Morris MD (1991) Technometrics 33:161; Campolongo F et al. (2007) Environ Model Softw 22:1509.
Sobol IM (2001) Math Comput Simul 55:271; Saltelli A et al. (2010) Comput Phys Commun 181:259.
Herman J, Usher W (2017) J Open Source Softw 2:97 (SALib).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.studies.sensitivity.factors import Factor
from plants import SIGNALS, InputError
from plants.quantities import Array

METHODS = ("sobol", "morris")
#: Base points of Sobol and trajectories of Morris when none are asked for.
SAMPLES = {"sobol": 256, "morris": 60}
_GRID = 4  # levels of Morris' design
_RESAMPLES = 200  # of the bootstrap behind the confidence intervals
#: Columns of the indices, and SALib's names of them.
COLUMNS = {
    "sobol": {
        "first_order": "S1",
        "first_order_ci": "S1_conf",
        "total": "ST",
        "total_ci": "ST_conf",
    },
    "morris": {
        "mean_effect": "mu_star",
        "mean_effect_ci": "mu_star_conf",
        "deviation_of_effect": "sigma",
    },
}


def block_size(factors: Sequence[Factor], method: str) -> int:
    """Runs of a base point of Sobol, or of a trajectory of Morris."""
    return len(factors) + (2 if method == "sobol" else 1)


def design(factors: Sequence[Factor], method: str, blocks: int, seed: int) -> Array:
    """Values of the factors in every run, block after block.

    Raises
    ------
    InputError
        SALib is not installed.
    """
    try:
        from SALib.sample import morris, sobol
    except ImportError:
        allowed = "any once SALib is there; pip install 'impellab[sensitivity]'"
        raise InputError("method", method, allowed) from None
    if method == "sobol":
        runs = sobol.sample(_problem(factors), blocks, calc_second_order=False, seed=seed)
    else:
        runs = morris.sample(_problem(factors), blocks, num_levels=_GRID, seed=seed)
    return np.asarray(runs, dtype=np.float64)


def index_rows(
    factors: Sequence[Factor], method: str, runs: Array, name: str, output: Array, seed: int
) -> list[dict[str, Any]]:
    """The indices of every factor for one output.

    Parameters
    ----------
    factors : sequence of Factor
        What was varied.
    method : str
        Of :data:`METHODS`.
    runs : ndarray, shape (n, factors)
        The design, of whole blocks.
    name : str
        The output.
    output : ndarray, shape (n,)
        Its values.
    seed : int
        Of the bootstrap.

    Returns
    -------
    list of dict
        For Sobol ``first_order`` and ``total``, for Morris ``mean_effect`` (mean of the absolute
        effect of the whole range, in the output's unit) and ``deviation_of_effect``, with the
        half-width of their 95 % confidence interval in ``_ci``.
    """
    from SALib.analyze import morris, sobol

    problem, options = _problem(factors), {"num_resamples": _RESAMPLES, "seed": seed}
    if method == "sobol":
        indices = sobol.analyze(problem, output, calc_second_order=False, **options)
    else:
        indices = morris.analyze(problem, runs, output, num_levels=_GRID, **options)
    return [
        {
            "output": name,
            "unit": SIGNALS[name].unit,
            "factor": factor.name,
            "group": factor.group,
            "meaning": factor.label,
            **{
                column: float(np.asarray(indices[key])[k])
                for column, key in COLUMNS[method].items()
            },
            "low": factor.low,
            "high": factor.high,
            "factor_unit": factor.unit,
            "tag": factor.tag,
        }
        for k, factor in enumerate(factors)
    ]


def spread_row(name: str, output: Array) -> dict[str, Any]:
    """Mean, standard deviation and percentiles of an output over the design."""
    low, middle, high = np.percentile(output, [5, 50, 95])
    return {
        "output": name,
        "unit": SIGNALS[name].unit,
        "mean": float(output.mean()),
        "deviation": float(output.std(ddof=1)),
        "percentile_5": float(low),
        "median": float(middle),
        "percentile_95": float(high),
    }


def _problem(factors: Sequence[Factor]) -> dict[str, Any]:
    return {
        "num_vars": len(factors),
        "names": [factor.name for factor in factors],
        "bounds": [[factor.low, factor.high] for factor in factors],
    }
