"""Tables of a benchmark: each trial, each controller, each held level, and who beats the best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from experiments.benchmark.suite import Suite
from experiments.statistics import DataFrame, data_frame
from experiments.trials import FAILED, TrialResult, short_name, solver_statistics
from plants.simulation import COMPLETED

#: Stands in the column of controllers for the best held level of each patient.
BEST = "best-fixed"
_HELD = "fixed:"
_AVERAGED = (
    *("therapy_cost", "map_in_range", "pcwp_in_range", "map_low_seconds", "suction_seconds"),
    *("suction_events", "hemolysis_rate", "cardiac_power_output", "pressure_volume_area"),
    *("effort", "act_ms_median"),
)


@dataclass(frozen=True)
class BenchmarkTables:
    """Results of a benchmark as data frames.

    Attributes
    ----------
    rows : DataFrame
        A row for each trial of a controller; the best held level of each patient is one.
    controllers : DataFrame
        A row for each controller: means over its trials, and statistics of all its solves.
    levels : DataFrame
        Mean cost of each patient at each held level; empty without a sweep.
    against_best : DataFrame
        For each patient and controller the mean cost beside that of the patient's best held
        level; empty without a sweep.
    order : tuple of str
        The controllers in the order of the tables.
    """

    rows: DataFrame
    controllers: DataFrame
    levels: DataFrame
    against_best: DataFrame
    order: tuple[str, ...]


def tabulate(
    suite: Suite, controllers: Sequence[str], finished: Sequence[TrialResult]
) -> BenchmarkTables:
    """The tables of a benchmark's trials.

    Parameters
    ----------
    suite : Suite
        What was run.
    controllers : sequence of str
        Those that took part, as they were given.
    finished : sequence of TrialResult
        Every trial, those of the sweep included.
    """

    import pandas

    names = [short_name(controller) for controller in controllers]
    table = data_frame([done.row() for done in finished])
    levels, best = _levels(suite, table)
    parts = [table[table["controller"].isin(names)].assign(level=None)]
    for patient, level in best.items():
        chosen = table[(table["patient"] == patient) & (table["controller"] == _HELD + level)]
        parts.append(chosen.assign(controller=BEST, level=level))
    rows = pandas.concat([part for part in parts if not part.empty], ignore_index=True)
    order = (*names, *([BEST] if best else []))
    rows = _sorted(rows, suite, order)
    return BenchmarkTables(
        rows=rows,
        controllers=_controllers(rows, order, finished, suite.period),
        levels=levels,
        against_best=_against_best(rows, names, best),
        order=order,
    )


def _sorted(rows: DataFrame, suite: Suite, order: Sequence[str]) -> DataFrame:
    places = {
        "patient": suite.patients,
        "scenario": suite.scenarios,
        "seed": suite.seeds,
        "controller": order,
    }
    keys = data_frame(
        {
            name: rows[name].map({value: k for k, value in enumerate(values)})
            for name, values in places.items()
        }
    )
    first = ["patient", "scenario", "controller", "level"]
    columns = [*first, *(name for name in rows.columns if name not in first)]
    return rows.loc[keys.sort_values(list(places)).index, columns].reset_index(drop=True)


def _levels(suite: Suite, table: DataFrame) -> tuple[DataFrame, dict[str, str]]:
    """Mean cost at each held level, and the best level of each patient."""

    names = {f"{_HELD}{level}": level for level in suite.levels}
    swept = table[table["controller"].isin(list(names))]
    # A level at which a trial failed is none that could have been chosen.
    mean = swept.groupby(["patient", "controller"])["therapy_cost"].mean()
    broken = swept[swept["outcome"] == FAILED][["patient", "controller"]].drop_duplicates()
    refused = set(broken.itertuples(index=False, name=None))
    best: dict[str, str] = {}
    levels = []
    for patient in suite.patients:
        costs = {
            level: float(mean[patient, held])
            for held, level in names.items()
            if (patient, held) in mean and (patient, held) not in refused
        }
        if costs:
            best[patient] = min(costs, key=lambda level: costs[level])
        levels += [
            {
                "patient": patient,
                "level": level,
                "therapy_cost": cost,
                "best": level == best[patient],
            }
            for level, cost in costs.items()
        ]
    return data_frame(levels, columns=["patient", "level", "therapy_cost", "best"]), best


def _controllers(
    rows: DataFrame, order: Iterable[str], finished: Sequence[TrialResult], period: float
) -> DataFrame:
    entries = []
    for name in order:
        here = rows[rows["controller"] == name]
        statuses = [
            status
            for done in finished
            if short_name(done.trial.controller) == name
            for status in done.statuses
        ]
        entries.append(
            {
                "controller": name,
                "trials": len(here),
                "completed": int((here["outcome"] == COMPLETED).sum()),
                "beyond_life": int((here["beyond_life"] != "").sum()),
                **{measure: float(here[measure].mean()) for measure in _AVERAGED},
                **solver_statistics(statuses, period=period),
            }
        )
    return data_frame(entries)


def _against_best(rows: DataFrame, controllers: Sequence[str], best: dict[str, str]) -> DataFrame:
    mean = rows.groupby(["patient", "controller"])["therapy_cost"].mean()
    entries = [
        {
            "patient": patient,
            "best_level": level,
            "best_level_cost": float(mean[patient, BEST]),
            "controller": name,
            "therapy_cost": float(mean[patient, name]),
            "gain": float(mean[patient, BEST] - mean[patient, name]),
        }
        for patient, level in best.items()
        for name in controllers
    ]
    columns = ["patient", "best_level", "best_level_cost", "controller", "therapy_cost", "gain"]
    return data_frame(entries, columns=columns)
