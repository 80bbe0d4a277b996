"""The reference results of the quick suite: the table the README quotes, and what is behind it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.benchmark.job import Benchmark
from experiments.runs import RESULTS, provenance, replace_file

if TYPE_CHECKING:
    import pandas

#: The command that renews them.
COMMAND = "impellab benchmark --suite quick --results"
#: Column of the controllers' table, its heading, and the digits shown.
_COLUMNS = {
    "controller": ("controller", None),
    "therapy_reward": ("reward (of 6)", 2),
    "therapy_cost": ("cost", 2),
    "map_in_range": ("MAP in range", 2),
    "pcwp_in_range": ("PCWP in range", 2),
    "map_low_seconds": ("MAP < 60 [s]", 1),
    "suction_seconds": ("suction [s]", 2),
    "cardiac_power_output": ("CPO [W]", 2),
    "pressure_volume_area": ("PVA [mmHg.mL]", 0),
    "hemolysis_rate": ("hemolysis [mg/dL/h]", 2),
    "effort": ("effort [krpm]", 1),
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
}
_AGAINST = {
    "patient": ("patient", None),
    "controller": ("controller", None),
    "therapy_reward": ("reward", 3),
    "best_level": ("best held level", None),
    "best_level_reward": ("its reward", 3),
    "gain": ("gain", 3),
}
_FIGURES = ("comparison.png", "courses-map.png", "courses-speed.png")


def controllers_table(result: Benchmark) -> str:
    """The controllers' means over all trials, as a Markdown table."""
    return markdown_table(result.tables.controllers.to_dict("records"), _COLUMNS)


def write_benchmark_results(result: Benchmark) -> Path:
    """Renew ``results/benchmark``: tables as CSV and Markdown, and the figures.

    Parameters
    ----------
    result : Benchmark
        A finished benchmark; its figures are taken from its run folder.

    Returns
    -------
    Path
        The folder of results.
    """
    folder = RESULTS / "benchmark"
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "rows": result.tables.rows,
        "controllers": result.tables.controllers,
        "levels": result.tables.levels,
        "against-best-level": result.tables.against_best,
    }
    for name, table in tables.items():
        replace_file(folder / f"{name}.csv", _csv(table))
    for name in _FIGURES:
        replace_file(folder / name, (result.folder / name).read_bytes())
    replace_file(folder / "table.md", controllers_table(result).encode())
    config = json.loads((result.folder / "config.json").read_text(encoding="utf-8"))
    replace_file(folder / "README.md", _page(result, config).encode())
    return folder


def _page(result: Benchmark, config: dict[str, Any]) -> str:
    tables = result.tables
    solving = tables.controllers[tables.controllers["solves"] > 0].to_dict("records")
    against = tables.against_best.to_dict("records")
    parts = [
        "# The quick suite",
        f"{len(tables.rows)} trials of {len(tables.order)} controllers. Means over all trials:",
        controllers_table(result).strip(),
        "Solves, pooled over the suite:",
        markdown_table(solving, _SOLVING).strip(),
        "Reward against the best held level of each patient, chosen in hindsight by a sweep:",
        markdown_table(against, _AGAINST).strip(),
        *(f"Note: {text}." for text in result.notes),
        provenance(config, COMMAND).strip(),
    ]
    return "\n\n".join(parts) + "\n"


def markdown_table(
    rows: Iterable[Mapping[Any, Any]], columns: dict[str, tuple[str, int | None]]
) -> str:
    """Rows as a Markdown table, with a heading and a number of digits for each column.

    Examples
    --------
    >>> from experiments.benchmark.results import markdown_table
    >>> print(markdown_table([{"x": 1.234}], {"x": ("size", 1)}), end="")
    | size |
    |---|
    | 1.2 |
    """
    lines = ["| " + " | ".join(heading for heading, _ in columns.values()) + " |"]
    lines.append("|" + "---|" * len(columns))
    for row in rows:
        cells = [_cell(row[name], digits) for name, (_, digits) in columns.items()]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(value: Any, digits: int | None) -> str:
    return str(value) if digits is None else f"{value:.{digits}f}"


def _csv(table: pandas.DataFrame) -> bytes:
    return table.to_csv(index=False, float_format="%.6g").encode()
