"""Tables of a benchmark: each trial, each controller, what could have been done, and regret."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.benchmark.entrants import REFERENCES
from experiments.benchmark.regret import (
    CASE,
    profiles,
    reference_table,
    regret_by_scenario,
    regret_summary,
    with_regret,
)
from experiments.benchmark.suite import Part, Suite
from experiments.statistics import DataFrame, data_frame
from experiments.trials import FAILED, Trial, TrialResult, short_name, solver_statistics
from plants.simulation import COMPLETED

_AVERAGED = (
    *("therapy_cost", "map_in_range", "pcwp_in_range", "map_low_seconds", "suction_seconds"),
    *("suction_events", "hemolysis_rate", "cardiac_power_output", "pressure_volume_area"),
    *("effort", "act_ms_median", "act_overruns", "held_commands"),
)
_FIRST = ("part", "patient", "scenario", "controller", "level")


@dataclass(frozen=True)
class BenchmarkTables:
    """Results of a benchmark as data frames.

    Attributes
    ----------
    rows : DataFrame
        A row for each trial; the best held level and the plan of one who knows everything are
        controllers of their own. With ``part``, and with ``regret`` where there are references.
    controllers : DataFrame
        A row for each controller: regret, means over its trials, and statistics of all its solves.
    references : DataFrame
        For each case what could have been done; empty without references.
    regret : DataFrame
        For each part, scenario and controller; empty without references.
    profiles : DataFrame
        Performance profiles; empty without references.
    order : tuple of str
        The controllers in the order of the tables.
    """

    rows: DataFrame
    controllers: DataFrame
    references: DataFrame
    regret: DataFrame
    profiles: DataFrame
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
        Every trial, those of the references included.
    """
    names = tuple(short_name(controller) for controller in controllers)
    order = (*names, *(REFERENCES if suite.references else ()))
    parts = {trial.key: part.name for part, trial in _each_trial(suite, controllers)}
    table = data_frame([done.row() | {"part": parts.get(done.trial.key, "")} for done in finished])
    rows = _sorted(table, order)
    references = reference_table(rows)
    rows = with_regret(rows, references)
    shown = order if suite.references else ()
    return BenchmarkTables(
        rows=rows,
        controllers=_controllers(rows, order, finished, suite.period),
        references=references,
        regret=regret_by_scenario(rows[rows["part"] != ""], names if shown else ()),
        profiles=profiles(rows, names if shown else ()),
        order=order,
    )


def _each_trial(suite: Suite, controllers: Sequence[str]) -> Iterator[tuple[Part, Trial]]:
    """Parts with their trials, the first part of a trial last, so that it stays."""
    for part in reversed(suite.each_part):
        for trial in suite.part_trials(part, tuple(controllers)):
            yield part, trial


def _sorted(table: DataFrame, order: Sequence[str]) -> DataFrame:
    """Case by case as they came, the controllers in their order and the references behind."""
    case = table[list(CASE)].astype(str).agg("|".join, axis=1)
    keys = data_frame(
        {
            "case": case.map({value: k for k, value in enumerate(dict.fromkeys(case))}),
            "reference": table["controller"].isin(REFERENCES),
            "part": table["part"],
            "controller": table["controller"].map({name: k for k, name in enumerate(order)}),
        }
    )
    columns = [*_FIRST, *(name for name in table.columns if name not in _FIRST)]
    places = keys.sort_values(["case", "reference", "part", "controller"]).index
    return table.loc[places, columns].reset_index(drop=True)


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
                "failed": int((here["outcome"] == FAILED).sum()),
                "beyond_life": int((here["beyond_life"] != "").sum()),
                **regret_summary(here),
                **{measure: float(here[measure].mean()) for measure in _AVERAGED},
                **solver_statistics(statuses, period=period),
            }
        )
    return data_frame(entries)


def rank_agreement(first: DataFrame, second: DataFrame, measure: str = "regret") -> float:
    """Kendall's tau of the controllers that two benchmarks have in common.

    Parameters
    ----------
    first, second : DataFrame
        Tables ``controllers``.
    measure : str
        The column by which they are ranked.

    Returns
    -------
    float
        1 where both rank alike, -1 where they are opposed; NaN with fewer than two in common.
    """
    from scipy.stats import kendalltau

    columns = ["controller", measure]
    both = first[columns].merge(second[columns], on="controller", suffixes=("_1", "_2"))
    both = both[~both["controller"].isin(REFERENCES)].dropna()
    if len(both) < 2:
        return float("nan")
    return float(np.asarray(kendalltau(both[f"{measure}_1"], both[f"{measure}_2"]).statistic))
