"""Runs: output, processes, work folders that resume, and run folders with tables and reports."""

from experiments.runs.command_line import load_study, read_settings, run_command_of, study_command
from experiments.runs.errors import RunError
from experiments.runs.folder import (
    RUNS,
    RunFolder,
    RunsOption,
    configuration,
    run_folder,
    run_name,
    versions,
)
from experiments.runs.output import (
    JsonOption,
    SeedOption,
    emit,
    note,
    number,
    path_text,
    print_table,
    progress,
    reserved_stdout,
    say,
    to_json,
)
from experiments.runs.pool import run_each
from experiments.runs.report import ReportTable, write_report
from experiments.runs.results import (
    RESULTS,
    ResultsOption,
    processor,
    provenance,
    replace_file,
    write_findings,
    write_results,
    write_study,
)
from experiments.runs.study import (
    BoolArray,
    Findings,
    FloatArray,
    PrintedTable,
    Settings,
    Study,
)
from experiments.runs.study_job import StudyRun, run_study
from experiments.runs.templates import render
from experiments.runs.work_folder import WorkFolder

__all__ = [
    "RESULTS",
    "RUNS",
    "BoolArray",
    "Findings",
    "FloatArray",
    "JsonOption",
    "PrintedTable",
    "ReportTable",
    "ResultsOption",
    "RunError",
    "RunFolder",
    "RunsOption",
    "SeedOption",
    "Settings",
    "Study",
    "StudyRun",
    "WorkFolder",
    "configuration",
    "emit",
    "load_study",
    "note",
    "number",
    "path_text",
    "print_table",
    "processor",
    "progress",
    "provenance",
    "read_settings",
    "render",
    "replace_file",
    "reserved_stdout",
    "run_command_of",
    "run_each",
    "run_folder",
    "run_name",
    "run_study",
    "say",
    "study_command",
    "to_json",
    "versions",
    "write_findings",
    "write_report",
    "write_results",
    "write_study",
]
