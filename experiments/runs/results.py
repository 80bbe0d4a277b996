"""What a study leaves behind: a run folder, and on request the reference results of the project."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer

from experiments.runs.files import csv_text, replace_file, sole_writer
from experiments.runs.folder import RunFolder, versions
from experiments.runs.study import Findings, PrintedTable, ReferenceResults
from experiments.runs.templates import render
from experiments.statistics import DataFrame
from plants.quantities import file_name

#: Option of every study: ``results: ResultsOption = False``.
ResultsOption = Annotated[
    bool, typer.Option("--results", help="Also renew the reference results in results/NAME/.")
]
RESULTS = Path("results")


def write_findings(
    run: RunFolder, findings: Findings, *, title: str, results: str | None = None, regenerate: str
) -> None:
    """Write the tables, figures and report of a study into its run folder.

    Parameters
    ----------
    run : RunFolder
        The run.
    findings : Findings
        What the study shows.
    title : str
        What was studied, in a line.
    results : str, optional
        Name of the folder below ``results/`` that is renewed as well.
    regenerate : str
        The command line that renews it.
    """
    from experiments.runs.report import write_report

    tables = {name: table for name, table in findings.tables.items() if len(table.columns)}
    for name, table in tables.items():
        run.write_table(name, table)
    captions = findings.report.captions if findings.report is not None else {}
    shown = [
        run.write_figure(name, drawing, captions.get(name, name.replace("_", " ")))
        for name, drawing in findings.figures.items()
    ]
    pages = (
        findings.report.tables
        if findings.report is not None
        else [
            PrintedTable(name.replace("_", " "), list(table.columns), table.values.tolist())
            for name, table in tables.items()
        ]
    )
    # The first paragraph; what lists say is in the tables.
    first = findings.summary.partition("\n\n")[0]
    with run.optional("the report"):
        write_report(run, title, introduction=first, tables=pages, figures=shown)
    if findings.write is not None:
        findings.write(run)
    if results is not None:
        reference = findings.reference or ReferenceResults(tuple(tables))
        page = render(
            "results_page.md",
            body=reference.page or f"# {title}\n\n{findings.summary}",
            provenance=provenance(run.config, regenerate),
        )
        kept = {name: tables[name] for name in reference.tables if name in tables}
        drawn = [figure.path for figure in shown if figure.path is not None]
        write_results(results, page, kept, drawn, reference.files)


def write_results(
    command: str,
    page: str,
    tables: Mapping[str, DataFrame],
    figures: Sequence[Path],
    texts: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Renew ``results/COMMAND``: tables as CSV, figures as PNG, texts, and a page in Markdown.

    Each file is replaced as a whole; other files in the folder are left alone, but for what a
    writer that was killed has left.
    """
    folder = results_folder(command)
    folder.mkdir(parents=True, exist_ok=True)
    with sole_writer(folder):
        for name, table in tables.items():
            replace_file(folder / f"{file_name(name)}.csv", csv_text(table, float_format="%.6g"))
        for path in figures:
            replace_file(folder / path.name, path.read_bytes())
        replace_file(folder / "README.md", page)
        for name, text in texts.items():
            replace_file(folder / name, text)


def results_folder(command: str) -> Path:
    """Where the reference results of a command lie."""
    return RESULTS / command


def provenance(config: Mapping[str, Any], regenerate: str) -> str:
    """How a result came about, in Markdown: command line, date, machine, versions."""
    libraries = ", ".join(f"{name} {version}" for name, version in versions().items())
    return (
        f"Regenerate with `{regenerate}`. "
        f"Made {config['started'][:10]} on {processor()} ({os.cpu_count()} cores visible), "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}; "
        f"{libraries}.\n"
    )


def processor() -> str:
    """Name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
