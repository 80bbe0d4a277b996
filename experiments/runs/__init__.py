"""Runs: output, processes, work folders that resume, and run folders with tables and reports."""

from experiments.runs.command_line import (
    ClusterOption as ClusterOption,
    WorkersOption as WorkersOption,
    json_object as json_object,
    print_study as print_study,
    read_settings as read_settings,
    run_command_of as run_command_of,
    study_command as study_command,
)
from experiments.runs.errors import RunError as RunError
from experiments.runs.files import (
    check_folder as check_folder,
    csv_text as csv_text,
    naming_errors as naming_errors,
    not_writable as not_writable,
    read_table as read_table,
    replace_file as replace_file,
)
from experiments.runs.folder import (
    DEBUG as DEBUG,
    RUNS as RUNS,
    ReportFigure as ReportFigure,
    RunFolder as RunFolder,
    RunsOption as RunsOption,
    configuration as configuration,
    run_folder as run_folder,
    run_name as run_name,
    versions as versions,
)
from experiments.runs.kept_results import KeptResults as KeptResults
from experiments.runs.loaded_run import LoadedRun as LoadedRun, load_run as load_run
from experiments.runs.output import (
    JsonOption as JsonOption,
    SeedOption as SeedOption,
    emit as emit,
    note as note,
    number as number,
    path_text as path_text,
    plain_streams as plain_streams,
    print_table as print_table,
    progress as progress,
    reserved_stdout as reserved_stdout,
    say as say,
    to_json as to_json,
)
from experiments.runs.pool import run_each as run_each
from experiments.runs.report import write_report as write_report
from experiments.runs.results import (
    RESULTS as RESULTS,
    ResultsOption as ResultsOption,
    processor as processor,
)
from experiments.runs.resumable_study import (
    report_study as report_study,
    run_study as run_study,
    study_status as study_status,
)
from experiments.runs.settings import (
    OptionName as OptionName,
    Resolved as Resolved,
    Settings as Settings,
    as_typed as as_typed,
    check_all as check_all,
)
from experiments.runs.study import (
    IN_ROW as IN_ROW,
    BoolArray as BoolArray,
    Findings as Findings,
    FloatArray as FloatArray,
    PrintedTable as PrintedTable,
    ReferenceResults as ReferenceResults,
    ReportPage as ReportPage,
    Study as Study,
)
from experiments.runs.templates import markdown_table as markdown_table, render as render
from experiments.runs.work_folder import WorkFolder as WorkFolder, read_config as read_config
