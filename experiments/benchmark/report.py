"""What a benchmark writes into its run folder: tables, figures and a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from experiments.benchmark.figures import controller_comparison, course_grid
from experiments.benchmark.suite import Suite
from experiments.benchmark.tables import BEST, BenchmarkTables
from experiments.figures import save_figure
from experiments.runs import ReportTable, RunFolder, write_report
from experiments.trials import COURSE, TRIAL_METRICS, Finished, short_name
from plants import Therapy

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

Table = tuple[str, list[str], list[list[object]]]

_SUMMARY = {
    "controller": "controller",
    "therapy_reward": "reward",
    "therapy_cost": "cost",
    "map_in_range": "MAP ok",
    "pcwp_in_range": "PCWP ok",
    "map_low_seconds": "MAP<60 [s]",
    "suction_seconds": "suction [s]",
    "cardiac_power_output": "CPO [W]",
    "pressure_volume_area": "PVA",
    "hemolysis_rate": "Hb release",
    "effort": "effort",
}
_TIMES = {
    "controller": "controller",
    "solves": "solves",
    "solve_ms_median": "median",
    "solve_ms_p95": "p95",
    "solve_ms_p99": "p99",
    "solve_ms_max": "max",
    "solve_iterations_mean": "iterations",
}
_OUTCOMES = {
    "controller": "controller",
    "solves": "solves",
    "solves_solved": "solved",
    "solves_late": "late",
    "solves_infeasible": "infeasible",
    "solves_failed": "failed",
    "solves_fallback": "fallback",
}
_AGAINST = {
    "patient": "patient",
    "controller": "controller",
    "therapy_reward": "reward",
    "best_level": "best level",
    "best_level_reward": "its reward",
    "gain": "gain",
}
_ROW = {
    "patient": "patient",
    "scenario": "scenario",
    "controller": "controller",
    "level": "level",
    "seed": "seed",
    "outcome": "outcome",
    "therapy_reward": "reward",
    "map": "MAP [mmHg]",
    "map_min": "lowest MAP [mmHg]",
    "map_in_range": "MAP in range",
    "pcwp": "PCWP [mmHg]",
    "pcwp_in_range": "PCWP in range",
    "cardiac_power_output": "CPO [W]",
    "pump_flow": "pump flow [L/min]",
    "suction_seconds": "suction [s]",
    "effort": "effort [krpm]",
}


def summary_tables(tables: BenchmarkTables) -> list[Table]:
    """Title, headings and cells of the tables that sum a benchmark up."""
    found = [("controllers, mean over all trials", *_cells(tables.controllers, _SUMMARY))]
    solving = tables.controllers[tables.controllers["solves"] > 0]
    if not solving.empty:
        found.append(("time of a solve [ms], over all solves", *_cells(solving, _TIMES)))
        found.append(("how the solves ended", *_cells(solving, _OUTCOMES)))
    if not tables.against_best.empty:
        title = "reward against the best held level of each patient, chosen in hindsight"
        found.append((title, *_cells(tables.against_best, _AGAINST)))
    return found


def write_benchmark(
    run: RunFolder,
    suite: Suite,
    tables: BenchmarkTables,
    finished: Sequence[Finished],
    notes: Sequence[str],
) -> None:
    """Write everything of a benchmark but its configuration."""
    solves, courses = _solves(finished), _courses(finished, tables)
    run.write_table("rows", tables.rows)
    run.write_table("controllers", tables.controllers)
    run.write_table("solves", solves)
    run.write_table("courses", courses)
    if not tables.levels.empty:
        run.write_table("levels", tables.levels)
        run.write_table("against-best-level", tables.against_best)
    figures = [
        (caption, save_figure(figure, run.path / name))
        for caption, figure, name in _pictures(suite, tables, courses)
    ]
    shown = [*summary_tables(tables), ("every trial", *_cells(tables.rows, _ROW))]
    write_report(
        run,
        f"Benchmark {suite.name}",
        introduction=" ".join([suite.description, *(f"Note: {text}." for text in notes)]),
        tables=[ReportTable(*one) for one in (*shown, _meanings())],
        figures=figures,
    )


def _pictures(
    suite: Suite, tables: BenchmarkTables, courses: pandas.DataFrame
) -> Iterator[tuple[str, Figure, str]]:
    """Caption, figure and file name of each figure; none where no trial could be run."""
    if courses.empty:
        return
    goals = Therapy.load(suite.therapy).goals
    goal = next((one for one in goals if one.signal == "map"), None)
    yield (
        "Controllers compared: bars are means over all trials, marks means of each patient.",
        controller_comparison(tables.rows, tables.order),
        "comparison.png",
    )
    yield (
        "Mean arterial pressure in each trial.",
        course_grid(courses, tables.order, "map", goal=goal),
        "courses-map.png",
    )
    yield (
        "Speed command in each trial.",
        course_grid(courses, tables.order, "speed_command"),
        "courses-speed.png",
    )


def _cells(
    table: pandas.DataFrame, columns: dict[str, str]
) -> tuple[list[str], list[list[object]]]:
    cells = [[row[name] for name in columns] for row in table.to_dict("records")]
    return list(columns.values()), cells


def _meanings() -> Table:
    rows: list[list[object]] = [
        [name, one.unit, one.meaning] for name, one in TRIAL_METRICS.items()
    ]
    return "what the columns of rows.csv mean", ["column", "unit", "meaning"], rows


def _solves(finished: Sequence[Finished]) -> pandas.DataFrame:
    import pandas

    columns = [
        "patient",
        "scenario",
        "controller",
        "seed",
        "solve",
        "outcome",
        "iterations",
        "milliseconds",
    ]
    rows = [
        (
            one.trial.patient,
            one.trial.scenario,
            short_name(one.trial.controller),
            one.trial.seed,
            k,
            status.outcome.name,
            status.iterations,
            status.milliseconds,
        )
        for one in finished
        for k, status in enumerate(one.statuses)
    ]
    return pandas.DataFrame(rows, columns=columns)


def _courses(finished: Sequence[Finished], tables: BenchmarkTables) -> pandas.DataFrame:
    """The courses of the controllers, and of the best held level of each patient."""

    import pandas

    best = {
        (row["patient"], f"fixed:{row['level']}")
        for row in tables.levels.to_dict("records")
        if row["best"]
    }
    columns = ["patient", "scenario", "controller", "seed", "time", "speed_command", *COURSE]
    parts = []
    for one in finished:
        name = short_name(one.trial.controller)
        names = [name] if name in tables.order else []
        names += [BEST] if (one.trial.patient, name) in best else []
        for shown in names if one.course else []:
            parts.append(
                pandas.DataFrame(
                    {
                        "patient": one.trial.patient,
                        "scenario": one.trial.scenario,
                        "controller": shown,
                        "seed": one.trial.seed,
                        **one.course,
                    }
                )
            )
    return pandas.concat(parts, ignore_index=True) if parts else pandas.DataFrame(columns=columns)
