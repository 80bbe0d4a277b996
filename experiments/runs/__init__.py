"""Runs: output, processes, work folders that resume, and run folders with tables and reports."""

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
    write_results,
    write_study,
)
from experiments.runs.work_folder import WorkFolder

__all__ = [
    "RESULTS",
    "RUNS",
    "JsonOption",
    "ReportTable",
    "ResultsOption",
    "RunError",
    "RunFolder",
    "RunsOption",
    "SeedOption",
    "WorkFolder",
    "configuration",
    "emit",
    "note",
    "number",
    "path_text",
    "print_table",
    "processor",
    "progress",
    "provenance",
    "replace_file",
    "reserved_stdout",
    "run_each",
    "run_folder",
    "run_name",
    "say",
    "to_json",
    "versions",
    "write_report",
    "write_results",
    "write_study",
]
