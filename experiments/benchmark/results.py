"""The reference results of the quick suite: the table the README quotes, and what is behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.benchmark.tables import BenchmarkTables
from experiments.runs import ReferenceResults, markdown_table, render
from experiments.statistics import DataFrame

Columns = Mapping[str, tuple[str, str, int | None]]
#: Columns of the controllers' table: heading at the prompt, heading on the page, digits there.
CONTROLLERS: Columns = {
    "controller": ("controller", "controller", None),
    "trials": ("trials", "trials", 0),
    "therapy_cost": ("cost", "cost", 3),
    "regret": ("regret", "regret", 2),
    "regret_low": ("low", "low", 2),
    "regret_high": ("high", "high", 2),
    "regret_iqm": ("IQM", "IQM", 2),
    "map_in_range": ("MAP ok", "MAP in range", 2),
    "pcwp_in_range": ("PCWP ok", "PCWP in range", 2),
    "suction_seconds": ("suction [s]", "suction [s]", 2),
    "suction_events": ("events", "suction > 3 beats", 1),
    "cardiac_power_output": ("CPO [W]", "CPO [W]", 2),
    "hemolysis_rate": ("Hb release", "hemolysis [mg/dL/h]", 2),
    "effort": ("effort", "effort [krpm]", 1),
}
#: The same of what could have been done.
REFERENCE_CASES: Columns = {
    "patient": ("patient", "patient", None),
    "scenario": ("scenario", "scenario", None),
    "device": ("device", "device", None),
    "best_level": ("best level", "best held level", None),
    "best_level_cost": ("its cost", "its cost", 3),
    "oracle_cost": ("oracle", "oracle's cost", 3),
    "gap_share": ("gap", "gap", 2),
}
#: The same of the regret by scenario.
REGRET: Columns = {
    "part": ("part", "part", None),
    "scenario": ("scenario", "scenario", None),
    "controller": ("controller", "controller", None),
    "regret": ("regret", "regret", 2),
    "regret_low": ("low", "low", 2),
    "regret_high": ("high", "high", 2),
}
_SOLVING = {
    "controller": ("controller", None),
    "solves": ("solves", 0),
    "solve_ms_median": ("median [ms]", 0),
    "solve_ms_p95": ("p95 [ms]", 0),
    "solve_ms_p99": ("p99 [ms]", 0),
    "solve_ms_max": ("max [ms]", 0),
    "solve_iterations_mean": ("iterations", 1),
    "solves_solved": ("solved", 0),
    "solves_late": ("late", 0),
    "solves_failed": ("failed", 0),
    "solves_fallback": ("fallback", 0),
    "solve_overruns": ("over the period", 0),
}


def headings(columns: Columns) -> dict[str, str]:
    """Headings at the prompt, by column."""
    return {name: heading for name, (heading, _, _) in columns.items()}


def _on_page(columns: Columns) -> dict[str, tuple[str, int | None]]:
    return {name: (heading, digits) for name, (_, heading, digits) in columns.items()}


def reference_results(
    suite: str, tables: BenchmarkTables, notes: Sequence[str]
) -> ReferenceResults:
    """What ``results/benchmark`` holds of a benchmark of a suite.

    Parameters
    ----------
    suite : str
        Name of the suite.
    tables : BenchmarkTables
        The results.
    notes : sequence of str
        What a reader should know.
    """
    solving = tables.controllers[tables.controllers["solves"] > 0]
    controllers = shown_table(tables.controllers, _on_page(CONTROLLERS))
    page = render(
        "benchmark_results.md",
        suite=suite,
        trials=len(tables.rows),
        controllers=len(tables.order),
        controller_table=controllers,
        solve_table=shown_table(solving, _SOLVING),
        reference_table=shown_table(tables.references, _on_page(REFERENCE_CASES)),
        regret_table=shown_table(tables.regret, _on_page(REGRET)),
        notes=notes,
    )
    return ReferenceResults(
        ("rows", "controllers", "references", "regret", "profiles"),
        page=page.strip(),
        files={"table.md": controllers + "\n"},
    )


def shown_table(table: DataFrame, columns: Mapping[str, tuple[str, int | None]]) -> str:
    """A table in Markdown, with a heading and a number of digits for each column shown.

    Examples
    --------
    >>> from experiments.benchmark.results import shown_table
    >>> from experiments.statistics import data_frame
    >>> print(shown_table(data_frame([{"x": 1.234}]), {"x": ("size", 1)}))
    | size |
    |---|
    | 1.2 |
    """
    rows = [
        [_cell(row[name], digits) for name, (_, digits) in columns.items()]
        for row in table.to_dict("records")
    ]
    return markdown_table([heading for heading, _ in columns.values()], rows)


def _cell(value: Any, digits: int | None) -> str:
    if digits is None:
        return str(value)
    return f"{value:.{digits}f}" if math.isfinite(value) else "-"
