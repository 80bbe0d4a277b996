"""One self-contained HTML page for a run: figures are part of the file."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Iterable
from pathlib import Path

from experiments.runs.folder import ReportFigure, RunFolder
from experiments.runs.output import cell_texts, to_json
from experiments.runs.study import PrintedTable
from experiments.runs.templates import render

NAME = "report.html"


def write_report(
    run: RunFolder,
    title: str,
    *,
    introduction: str = "",
    tables: Iterable[PrintedTable] = (),
    figures: Iterable[ReportFigure] = (),
) -> Path:
    """Write ``report.html`` into a run folder.

    Parameters
    ----------
    run : RunFolder
        The run; its configuration is part of the report.
    title, introduction : str
        What was done, in a line and in a paragraph.
    tables : iterable of PrintedTable
        In the order shown.
    figures : iterable of ReportFigure
        From :meth:`RunFolder.write_figure`.

    Returns
    -------
    Path
        The report.
    """
    page = render(
        NAME,
        title=title,
        introduction=introduction,
        tables=[
            {
                "title": table.title,
                "columns": table.columns,
                "rows": [
                    [
                        (text, not isinstance(value, str))
                        for text, value in zip(texts, row, strict=True)
                    ]
                    for texts, row in zip(
                        cell_texts(table.columns, table.rows), table.rows, strict=True
                    )
                ],
            }
            for table in tables
        ],
        figures=[
            {"caption": caption, "data": path and _encoded(path), "problem": problem}
            for caption, path, problem in figures
        ],
        configuration=to_json(run.config, indent=2),
        command=shlex.join(["impellab", *run.config["argv"]]),
        started=run.config["started"],
        version=run.config["versions"].get("impellab", ""),
    )
    return run.write_text(NAME, page)


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode("ascii")
