"""What a benchmark shows: tables, figures and a report."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from experiments.benchmark.entrants import REFERENCES, reference_trial
from experiments.benchmark.figures import controller_comparison, course_grid
from experiments.benchmark.regret_figures import performance_profiles, regret_map
from experiments.benchmark.results import (
    CONTROLLERS,
    REFERENCE_CASES,
    REGRET,
    headings,
    reference_results,
)
from experiments.benchmark.suite import Suite
from experiments.benchmark.tables import BenchmarkTables
from experiments.figures import Drawing
from experiments.runs import Findings, PrintedTable, ReportPage
from experiments.statistics import DataFrame, data_frame
from experiments.trials import COURSE, FAILED, TRIAL_METRICS, Trial, TrialResult, short_name
from plants import Therapy

_CAPTIONS = {
    "comparison": (
        "Controllers compared: bars are means over all trials, marks means of each patient."
    ),
    "regret-map": (
        "Regret by controller and scenario: 0 (green) is as good as the oracle, 1 (white) no "
        "better than the best held level, more (red) worse."
    ),
    "performance-profiles": "Share of the trials whose regret is at most so much.",
    "courses-map": "Mean arterial pressure in each trial of the first part.",
    "courses-speed": "Speed command in each trial of the first part.",
}
# Columns that name a trial.
_OF_TRIAL = ("patient", "scenario", "controller", "seed")
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
_ROW = {
    "part": "part",
    "patient": "patient",
    "scenario": "scenario",
    "controller": "controller",
    "level": "level",
    "seed": "seed",
    "outcome": "outcome",
    "beyond_life": "beyond life",
    "therapy_cost": "cost",
    "regret": "regret",
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


def benchmark_findings(
    suite: Suite, tables: BenchmarkTables, finished: Sequence[TrialResult], notes: Sequence[str]
) -> Findings:
    """What a benchmark shows.

    Parameters
    ----------
    suite : Suite
        What was run.
    tables : BenchmarkTables
        The results.
    finished : sequence of TrialResult
        Every trial, those of the sweep included.
    notes : sequence of str
        What a reader should know.
    """
    courses = _courses(suite, finished, tables)
    written = {
        "rows": tables.rows,
        "controllers": tables.controllers,
        "solves": _solves(finished),
        "courses": courses,
    }
    if suite.references:
        written |= {
            "references": tables.references,
            "regret": tables.regret,
            "profiles": tables.profiles,
        }
    failed = int((tables.rows["outcome"] == FAILED).sum())
    beyond = int((tables.rows["beyond_life"] != "").sum())
    warnings = [
        f"{failed} trials could not be run; the column reason says why" if failed else "",
        f"no patient lives with what {beyond} trials came to; the column beyond_life says which"
        if beyond
        else "",
    ]
    return Findings(
        tables=written,
        summary=" ".join([suite.description, *(f"Note: {text}." for text in notes)]),
        held=failed == 0,
        figures=_figures(suite, tables, courses),
        printed=summary_tables(tables),
        printed_text="\n".join(f"note: {text}" for text in notes),
        warning="; ".join(filter(None, warnings)),
        document={
            "controllers": tables.controllers.to_dict("records"),
            "references": tables.references.to_dict("records"),
            "regret": tables.regret.to_dict("records"),
            "notes": list(notes),
        },
        report=ReportPage([*summary_tables(tables), _every_trial(tables), _meanings()], _CAPTIONS),
        reference=reference_results(suite.name, tables, notes),
    )


def summary_tables(tables: BenchmarkTables) -> list[PrintedTable]:
    """The tables that sum a benchmark up."""
    title = "controllers, mean over all trials"
    shown = [PrintedTable(title, *_cells(tables.controllers, headings(CONTROLLERS)))]
    solving = tables.controllers[tables.controllers["solves"] > 0]
    if not solving.empty:
        title = "time of a solve [ms], over all solves"
        shown.append(PrintedTable(title, *_cells(solving, _TIMES)))
        shown.append(PrintedTable("how the solves ended", *_cells(solving, _OUTCOMES)))
    if not tables.regret.empty:
        title = "regret by part and scenario (0: the oracle, 1: the best held level)"
        shown.append(PrintedTable(title, *_cells(tables.regret, headings(REGRET))))
        title = "what could have been done: best held level in hindsight, and the oracle"
        shown.append(PrintedTable(title, *_cells(tables.references, headings(REFERENCE_CASES))))
    return shown


def _every_trial(tables: BenchmarkTables) -> PrintedTable:
    return PrintedTable("every trial", *_cells(tables.rows, _ROW))


def _figures(suite: Suite, tables: BenchmarkTables, courses: DataFrame) -> dict[str, Drawing]:
    """What draws the figures, by name; none where no trial could be run."""
    if courses.empty:
        return {}
    goals = Therapy.load(suite.therapy).goals
    pressure = next((goal for goal in goals if goal.signal == "map"), None)
    told = {
        "regret-map": partial(regret_map, tables.regret),
        "performance-profiles": partial(performance_profiles, tables.profiles),
    }
    return {
        "comparison": partial(controller_comparison, tables.rows, tables.order),
        **({} if tables.regret.empty else told),
        "courses-map": partial(course_grid, courses, tables.order, "map", goal=pressure),
        "courses-speed": partial(course_grid, courses, tables.order, "speed_command"),
    }


def _cells(table: DataFrame, columns: dict[str, str]) -> tuple[list[str], list[list[object]]]:
    cells = [[row[name] for name in columns] for row in table.to_dict("records")]
    return list(columns.values()), cells


def _meanings() -> PrintedTable:
    rows = [[name, measure.unit, measure.meaning] for name, measure in TRIAL_METRICS.items()]
    return PrintedTable("what the columns of rows.csv mean", ["column", "unit", "meaning"], rows)


def _solves(finished: Sequence[TrialResult]) -> DataFrame:
    told = ("iterations", "milliseconds", "preparation_milliseconds")
    columns = [*_OF_TRIAL, "solve", "outcome", *told]
    rows = [
        (*_of_trial(done), k, status.outcome.name, *(getattr(status, name) for name in told))
        for done in finished
        for k, status in enumerate(done.statuses)
    ]
    return data_frame(rows, columns=columns)


def _courses(suite: Suite, finished: Sequence[TrialResult], tables: BenchmarkTables) -> DataFrame:
    """The courses of the controllers and of the references in the first part."""

    import pandas

    first = suite.each_part[0]
    trials = suite.part_trials(first, suite.controllers)
    cases = {_case(trial) for trial in trials}
    cases |= {_case(reference_trial(trial, name)) for trial in trials for name in REFERENCES}
    columns = [*_OF_TRIAL, "time", "speed_command", *COURSE]
    parts = []
    for done in finished:
        name = short_name(done.trial.controller)
        shown = name in tables.order and done.course
        if shown and _case(done.trial) in cases:
            own = dict(zip(_OF_TRIAL, _of_trial(done), strict=True))
            parts.append(data_frame(own | done.course))
    return pandas.concat(parts, ignore_index=True) if parts else data_frame(columns=columns)


def _case(trial: Trial) -> tuple[object, ...]:
    """What the trials of a part have in common, with the patient, the scenario and the seed."""
    return (
        *(trial.patient, trial.scenario, trial.seed, trial.device),
        *(trial.tier, trial.spread, trial.believed, trial.conditions.rhythm),
    )


def _of_trial(done: TrialResult) -> tuple[object, ...]:
    """The values of :data:`_OF_TRIAL`."""
    trial = done.trial
    return trial.patient, trial.scenario, short_name(trial.controller), trial.seed
