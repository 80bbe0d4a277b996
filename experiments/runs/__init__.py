"""Runs: output, processes, work folders that resume, and run folders with tables and reports."""

from experiments.runs.command_line import (
    ClusterOption,
    WorkersOption,
    print_study,
    read_settings,
    run_command_of,
    study_command,
)
from experiments.runs.errors import RunError
from experiments.runs.files import check_folder, csv_text, naming_errors, not_writable, replace_file
from experiments.runs.folder import (
    DEBUG,
    RUNS,
    ReportFigure,
    RunFolder,
    RunsOption,
    configuration,
    run_folder,
    run_name,
    versions,
)
from experiments.runs.kept_results import KeptResults
from experiments.runs.markdown import markdown_table
from experiments.runs.output import (
    JsonOption,
    SeedOption,
    emit,
    note,
    number,
    path_text,
    plain_streams,
    print_table,
    progress,
    reserved_stdout,
    say,
    to_json,
)
from experiments.runs.pool import run_each
from experiments.runs.report import write_report
from experiments.runs.results import RESULTS, ResultsOption, processor
from experiments.runs.resumable_study import (
    StudyRun,
    StudyStatus,
    report_study,
    run_study,
    study_status,
)
from experiments.runs.settings import OptionName, Resolved, Settings, as_typed, check_all
from experiments.runs.study import (
    IN_ROW,
    BoolArray,
    Findings,
    FloatArray,
    PrintedTable,
    ReferenceResults,
    ReportPage,
    Study,
)
from experiments.runs.templates import render
from experiments.runs.work_folder import WorkFolder, read_config

__all__ = [
    "DEBUG",
    "IN_ROW",
    "RESULTS",
    "RUNS",
    "BoolArray",
    "ClusterOption",
    "Findings",
    "FloatArray",
    "JsonOption",
    "KeptResults",
    "OptionName",
    "PrintedTable",
    "ReferenceResults",
    "ReportFigure",
    "ReportPage",
    "Resolved",
    "ResultsOption",
    "RunError",
    "RunFolder",
    "RunsOption",
    "SeedOption",
    "Settings",
    "Study",
    "StudyRun",
    "StudyStatus",
    "WorkFolder",
    "WorkersOption",
    "as_typed",
    "check_all",
    "check_folder",
    "configuration",
    "csv_text",
    "emit",
    "markdown_table",
    "naming_errors",
    "not_writable",
    "note",
    "number",
    "path_text",
    "plain_streams",
    "print_study",
    "print_table",
    "processor",
    "progress",
    "read_config",
    "read_settings",
    "render",
    "replace_file",
    "report_study",
    "reserved_stdout",
    "run_command_of",
    "run_each",
    "run_folder",
    "run_name",
    "run_study",
    "say",
    "study_command",
    "study_status",
    "to_json",
    "versions",
    "write_report",
]
