"""What a command prints: one JSON document or readable tables on standard output.

Progress bars, notes and warnings go to standard error, so that standard output can be piped.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import io
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TextIO

import numpy as np
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from plants.quantities import DECIMALS, UNPRINTABLE, printable

#: Options that every command shares; a command declares ``as_json: JsonOption = False``.
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document instead of tables.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of everything that is random.")]

_DIGITS = 4
_ERRORS = "backslashreplace"  # what an encoding lacks is written as an escape
# Of tables that go to a file or a pipe, characters: of a text before it is wrapped, and of a line.
_TEXT_WIDTH, _UNBOUNDED = 40, 10_000
_UNIT = re.compile(r"\[([^\]]+)\]$")
_reserved: list[TextIO] = []  # standard output while it is kept for the JSON document


def to_json(document: Any, *, indent: int | None = None) -> str:
    """The document as strict JSON: what is not a finite number becomes null.

    Parameters
    ----------
    document : object
        Mappings, sequences, arrays, dataclasses, enumerations (by name), paths and plain values.
    indent : int, optional
        As in :func:`json.dumps`.

    Raises
    ------
    TypeError
        Something in the document is none of these.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.runs import to_json
    >>> to_json({"map": np.float64("nan"), "levels": ("P-0", "P-1")})
    '{"map": null, "levels": ["P-0", "P-1"]}'
    """
    text = json.dumps(_plain(document), indent=indent, allow_nan=False, ensure_ascii=False)
    # They can only stand in strings; some of them steer a terminal.
    return UNPRINTABLE.sub(lambda character: f"\\u{ord(character[0]):04x}", text)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, Iterable):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")


@contextlib.contextmanager
def reserved_stdout() -> Iterator[None]:
    """Keep standard output for :func:`emit`; whatever else is printed goes to standard error.

    What libraries written in C, worker processes and a user's controller print goes there too.
    """
    real = sys.stdout
    try:
        kept = os.dup(1)
    except OSError:  # There is no standard output at file level: closed, or a notebook's.
        kept = -1
    real.flush()
    # A captured standard output, as in tests, is not file 1 and is written to directly.
    at_file = kept >= 0 and _is_file_1(real)
    stream = os.fdopen(kept, "w", encoding="utf-8", errors=_ERRORS) if at_file else real
    if at_file:
        os.dup2(2, 1)
    _reserved.append(stream)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
        stream.flush()
    finally:
        _reserved.pop()
        if at_file:
            with contextlib.suppress(OSError):
                sys.stderr.flush()
            os.dup2(kept, 1)
            # What is left in the buffer could not be written, which has been reported.
            with contextlib.suppress(OSError):
                stream.close()
        elif kept >= 0:
            os.close(kept)


def _is_file_1(stream: TextIO) -> bool:
    try:
        return stream.fileno() == 1
    except (OSError, ValueError, AttributeError):
        return False


def emit(document: Any) -> None:
    """Print the one JSON document of a command, to the reserved standard output."""
    stream = _reserved[-1] if _reserved else sys.stdout
    stream.write(to_json(document) + "\n")
    stream.flush()


def plain_streams() -> None:
    """Let standard output and error write anything, whatever their encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def note(text: str) -> None:
    """One line to standard error."""
    print(printable(" ".join(text.split())), file=sys.stderr)


def number(value: object, unit: str = "") -> str:
    """A value as tables show it: four significant digits; a dash where there is none.

    Parameters
    ----------
    value : object
        A number, or a text, which stays as it is.
    unit : str
        Of the number; with one, decimals that mean nothing in that unit are left out.

    Examples
    --------
    >>> from experiments.runs import number
    >>> number(57.03419), number(float("nan")), number(44000.0), number("P-8")
    ('57.03', '-', '44000', 'P-8')
    >>> number(5.2e-5), number(5.2e-5, "L/min")
    ('5.2e-05', '0')
    """
    if value is None:
        return "-"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            return "-"
        if unit in DECIMALS:
            value = round(float(value), DECIMALS[unit]) + 0.0  # 0.0 in place of -0.0
        rounded = f"{float(value):.{_DIGITS}g}"
        if "e-" in rounded:
            return f"{float(value):.1e}"
        return f"{float(value):.0f}" if "e+" in rounded else rounded
    return str(value)


def cell_texts(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[list[str]]:
    """The cells of a table as a reader sees them, each number in its unit.

    The unit is that in square brackets in the heading, or that of the row's column "unit".

    Examples
    --------
    >>> from experiments.runs.output import cell_texts
    >>> cell_texts(("signal", "value", "unit"), [("pump_flow", 5.2e-5, "L/min")])
    [['pump_flow', '0', 'L/min']]
    """
    in_headings = [match[1] if (match := _UNIT.search(column)) else "" for column in columns]
    texts = []
    for row in rows:
        of_row = str(row[columns.index("unit")]) if "unit" in columns else ""
        cells = zip(row, in_headings, strict=True)
        texts.append([number(value, unit or of_row) for value, unit in cells])
    return texts


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = ""
) -> None:
    """A table on standard output; columns of numbers are aligned to the right.

    Parameters
    ----------
    title, caption : str
        Above and below the table.
    columns : sequence of str
        Headings, with units in square brackets.
    rows : iterable of sequences
        A value for each column; formatted by :func:`number`. In a file or a pipe none is cut:
        numbers and the first column stay in a line, longer texts are wrapped between words.
    """
    console = Console()
    to_reader = console.is_terminal
    cells = [list(row) for row in rows]
    table = Table(
        title=_cell(title),
        caption=_cell(caption) if caption else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for index, column in enumerate(columns):
        numeric = any(isinstance(row[index], int | float | np.number) for row in cells)
        justify: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(
            _cell(column),
            justify=justify,
            overflow="fold",
            no_wrap=index == 0 or (numeric and not to_reader),
            max_width=None if to_reader or numeric or index == 0 else _width(column, cells, index),
        )
    for texts in cell_texts(columns, cells):
        table.add_row(*map(_cell, texts))
    if not to_reader:  # A file or a pipe has no width to fit into.
        console.width = _UNBOUNDED
    console.print(table)


def _width(column: str, cells: Sequence[Sequence[object]], index: int) -> int:
    """Of a column of texts in a file: no word, a name or a path, is cut."""
    words = (word for row in cells for word in str(row[index]).split())
    return max(_TEXT_WIDTH, len(column), *map(len, words))


def say(text: str) -> None:
    """One line on standard output, for human readers only."""
    Console(soft_wrap=True, highlight=False).print(_cell(text))


def _cell(text: str) -> Text:
    """Text as it is: neither markup, nor words in colons that stand for pictures."""
    return Text(printable(text))


@contextlib.contextmanager
def progress(description: str, total: float) -> Iterator[Callable[[float], None]]:
    """A progress bar on standard error, where that is a terminal.

    Parameters
    ----------
    description : str
        What is going on.
    total : float
        The value at which the work is done.

    Yields
    ------
    callable
        Takes how much is done now, up to the total.

    Examples
    --------
    >>> from experiments.runs import progress
    >>> with progress("counting", 3) as done:
    ...     for i in range(3):
    ...         done(i + 1)
    """
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(printable(description), total=total)
        yield lambda done: bar.update(task, completed=done)


def path_text(path: Path) -> str:
    """A path for human readers: relative to the working folder where it lies below it."""
    with contextlib.suppress(ValueError, OSError):
        return os.fspath(path.resolve().relative_to(Path.cwd().resolve()))
    return os.fspath(path)
