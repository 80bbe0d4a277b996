"""Regret: what share of what could have been gained over the best held level was left open.

For each trial the best level in hindsight and a plan by one who knows everything say what control
could bring; a controller that holds that level has a regret of 1, one as good as the plan 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.benchmark.entrants import REFERENCES
from experiments.statistics import (
    DataFrame,
    cluster_bootstrap,
    data_frame,
    interquartile_mean,
    performance_profile,
)

#: What a controller cannot change: trials that agree in it have the same references.
CASE = ("patient", "scenario", "device", "spread", "rhythm", "seed")
#: Where the plan costs less than the best held level by a smaller share, control does not matter.
LEAST_GAP = 0.01
#: Regrets at which performance profiles are told.
LIMITS = np.linspace(0.0, 5.0, 101)
_PATIENT = ["patient", "spread", "seed"]


def reference_table(rows: DataFrame) -> DataFrame:
    """For each case the best held level, what it and the plan cost, and the share between them.

    Parameters
    ----------
    rows : DataFrame
        A row for each trial with its ``therapy_cost``; those of the references among them.
    """
    kept = ["therapy_cost", "level"]
    best, oracle = (
        rows[rows["controller"] == name].set_index(list(CASE))[kept] for name in REFERENCES
    )
    joined = best.add_suffix("_best").join(oracle.add_suffix("_oracle"), how="inner").reset_index()
    gap = joined["therapy_cost_best"] - joined["therapy_cost_oracle"]
    return data_frame(
        {
            **{name: joined[name] for name in CASE},
            "best_level": joined["level_best"],
            "best_level_cost": joined["therapy_cost_best"],
            "oracle_cost": joined["therapy_cost_oracle"],
            "gap_share": gap / joined["therapy_cost_best"],
        }
    )


def with_regret(rows: DataFrame, references: DataFrame) -> DataFrame:
    """The rows with ``best_level_cost``, ``oracle_cost`` and ``regret``.

    The regret is NaN where the references are not there or control does not matter.
    """
    costs = references[[*CASE, "best_level_cost", "oracle_cost"]]
    joined = rows.merge(costs, on=list(CASE), how="left", sort=False)
    gap = joined["best_level_cost"] - joined["oracle_cost"]
    matters = gap > LEAST_GAP * joined["best_level_cost"]
    left_open = joined["therapy_cost"] - joined["oracle_cost"]
    joined["regret"] = (left_open / gap).where(matters)
    return joined


def total_regret(values: NDArray[np.float64]) -> float:
    """Regret of many trials together: the sum left open over the sum of what could be gained.

    Parameters
    ----------
    values : ndarray, shape (n, 3)
        Cost, cost of the best held level and of the plan.
    """
    cost, best, oracle = np.asarray(values, dtype=float).reshape(-1, 3).T
    gap = float(np.sum(best - oracle))
    return float(np.sum(cost - oracle)) / gap if gap > 0.0 else float("nan")


def regret_summary(rows: DataFrame) -> dict[str, float]:
    """Regret of a controller's trials with its interval over patients.

    Parameters
    ----------
    rows : DataFrame
        Of :func:`with_regret`.

    Returns
    -------
    dict of str to float
        ``regret`` (of all trials together), ``regret_low`` and ``regret_high`` (95 %, by drawing
        patients again) and ``regret_iqm`` (interquartile mean of the trials' own).
    """
    told = rows[rows["regret"].notna()]
    columns = ["therapy_cost", "best_level_cost", "oracle_cost"]
    clusters = [own[columns].to_numpy(float) for _, own in told.groupby(_PATIENT, sort=False)]
    low, high = cluster_bootstrap(clusters, total_regret)
    return {
        "regret": total_regret(told[columns].to_numpy(float)) if len(told) else float("nan"),
        "regret_low": low,
        "regret_high": high,
        "regret_iqm": interquartile_mean(told["regret"]),
    }


def regret_by_scenario(rows: DataFrame, controllers: Sequence[str]) -> DataFrame:
    """For each part, scenario and controller the regret of all patients together."""
    entries: list[dict[str, Any]] = []
    for (part, scenario), here in rows.groupby(["part", "scenario"], sort=False):
        for name in controllers:
            own = here[here["controller"] == name]
            if len(own):
                entries.append(
                    {"part": part, "scenario": scenario, "controller": name, "trials": len(own)}
                    | regret_summary(own)
                )
    columns = ["part", "scenario", "controller", "trials"]
    columns += ["regret", "regret_low", "regret_high", "regret_iqm"]
    return data_frame(entries, columns=columns)


def profiles(rows: DataFrame, controllers: Sequence[str]) -> DataFrame:
    """Performance profiles: for each controller the share of trials up to each regret."""
    parts = []
    for name in controllers:
        own = rows[(rows["controller"] == name) & rows["oracle_cost"].notna()]
        own = own[own["regret"].notna()]
        share = performance_profile(own["regret"], LIMITS)
        parts += [
            {"controller": name, "regret": float(limit), "share": float(value)}
            for limit, value in zip(LIMITS, share, strict=True)
        ]
    return data_frame(parts, columns=["controller", "regret", "share"])
