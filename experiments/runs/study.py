"""A study as a declaration: settings, cases, the work on each case, and what all of them show.

A job of the project that asks one question of many cases is a :class:`Study`. It says what its
settings are, which cases follow from them, what is done for one case, and what the results of all
show. :func:`experiments.runs.run_study` does the rest: processes or a cluster, keeping what is
done, going on after a kill, and the run folder with tables, figures and report.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainValidator

from experiments.figures import Drawing
from experiments.runs.settings import Settings, option_fields, option_name, option_words
from experiments.statistics import DataFrame
from plants import SIGNALS
from plants.quantities import Array

if TYPE_CHECKING:
    from experiments.runs.folder import RunFolder

#: An array of a result: kept as a list, and read back as an array of floats.
FloatArray = Annotated[Array, PlainValidator(lambda values: np.asarray(values, dtype=float))]
#: The same of true and false.
BoolArray = Annotated[
    NDArray[np.bool_], PlainValidator(lambda values: np.asarray(values, dtype=bool))
]


class PrintedTable(NamedTuple):
    """A table as a reader of the terminal and of the report sees it.

    Parameters
    ----------
    title : str
        Above the table.
    columns : sequence of str
        Headings, with units in square brackets.
    rows : sequence of sequences
        A value for each column; formatted by :func:`experiments.runs.number`.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    @classmethod
    def of(
        cls, title: str, table: DataFrame, headings: Mapping[str, str] | None = None
    ) -> PrintedTable:
        """A whole table as it is, or the columns that have a heading, in that order."""
        headings = headings or {name: name for name in table.columns}
        return cls(title, list(headings.values()), table[list(headings)].values.tolist())


@dataclass(frozen=True)
class ReportPage:
    """What the report of a run shows, where it is not simply everything.

    Parameters
    ----------
    tables : sequence of PrintedTable
        In the order shown.
    captions : mapping of str to str
        By figure; a figure without one is captioned by its name.
    """

    tables: Sequence[PrintedTable]
    captions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ReferenceResults:
    """What is kept in ``results/NAME``, where it is not simply everything.

    Parameters
    ----------
    tables : sequence of str
        Names of the tables.
    page : str
        The page in Markdown, without how it came about; by default title and summary.
    files : mapping of str to str
        Further texts by file name.
    """

    tables: Sequence[str]
    page: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Findings:
    """What a study shows.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By file name without its ending; the first holds the ``rows`` of the JSON document. One
        without columns is not written.
    summary : str
        What came out: paragraphs of Markdown, kept simple; the first introduces the report.
    held : bool, optional
        Whether everything that was expected holds; None where nothing is expected.
    figures : mapping of str to callable or Figure
        What draws each, called when it is written, so that one that fails loses no findings; by
        name. The title of a figure says what it shows.
    printed : sequence of PrintedTable
        What is printed besides the summary; by default the first table.
    printed_text : str, optional
        What is printed below the tables; by default the summary.
    warning : str
        What is told on standard error besides; "" for nothing.
    document : mapping
        What the JSON document holds besides ``rows``, ``units``, ``held`` and ``run``.
    write : callable, optional
        Called with the run folder, for files beyond tables, figures and report.
    report : ReportPage, optional
        Tables and captions of the report; by default all tables.
    reference : ReferenceResults, optional
        What reference results hold; by default all tables and the summary.
    """

    tables: Mapping[str, DataFrame]
    summary: str
    held: bool | None = None
    figures: Mapping[str, Drawing] = field(default_factory=dict)
    printed: Sequence[PrintedTable] = ()
    printed_text: str | None = None
    warning: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)
    write: Callable[[RunFolder], object] | None = None
    report: ReportPage | None = None
    reference: ReferenceResults | None = None

    @property
    def rows(self) -> DataFrame:
        """The first table."""
        return next(iter(self.tables.values()))


#: Unit of a column whose rows have each their own: the key of the row that holds it, in braces.
IN_ROW = "{unit}"
_S = TypeVar("_S", bound=Settings)
_Case = TypeVar("_Case")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Study(Generic[_S, _Case, _Result]):
    """A study, declared.

    Parameters
    ----------
    name : str
        Names the folder of reference results.
    title : callable
        What is studied, in a line, from the settings.
    settings : type of Settings
        Its settings.
    cases : callable
        The cases that follow from the settings, in their order.
    work : callable
        What is done for one case. A function of a module, so that a worker process finds it; so is
        everything in a case.
    findings : callable
        What the results show, given the settings and the results in the order of the cases.
    result : type
        Kind of a result: a dataclass or another type of plain values that pydantic can read back
        from JSON.
    resolve : callable, optional
        The settings with every :class:`Resolved` one filled in, from those that were given; what it
        refuses is refused before a folder is made.
    key : callable, optional
        Name of a case's file; by default its number.
    units : mapping of str to str, or callable
        Units of the numbers of the first table by column, "1" for a pure number and
        :data:`IN_ROW` where each row has its own; or a function from a column to its unit. Those
        named like a signal need none.
    unit : str
        What is counted while it runs, in the plural.
    seeds : callable, optional
        Every seed that is used, by what it is for, from the settings.
    command : str, optional
        Subcommand of ``impellab``, which names the run folders too; by default the name.
    parallel : bool
        Whether cases may run at the same time; a study that takes times may not.
    prepare : callable, optional
        What is done once before the cases, from the settings, the number of processes and a
        function that is told the share done; not again where a study goes on.
    check_results : callable, optional
        Refuses settings of which no reference results are made.
    partial : bool
        Whether findings can be told of some of the cases, before all are done.
    """

    name: str
    title: Callable[[_S], str]
    settings: type[_S]
    cases: Callable[[_S], Sequence[_Case]]
    work: Callable[[_Case], _Result]
    findings: Callable[[_S, Sequence[_Result]], Findings]
    result: Any
    resolve: Callable[[_S], _S] | None = None
    key: Callable[[_Case], str] | None = None
    units: Mapping[str, str] | Callable[[str], str | None] = field(default_factory=dict)
    unit: str = "cases"
    seeds: Callable[[_S], Mapping[str, int]] | None = None
    command: str = ""
    parallel: bool = True
    prepare: Callable[[_S, int | None, Callable[[float], None] | None], None] | None = None
    check_results: Callable[[_S], None] | None = None
    partial: bool = False

    @property
    def subcommand(self) -> str:
        """Subcommand of ``impellab``."""
        return self.command or self.name

    def unit_of(self, column: str) -> str | None:
        """Unit of a column of numbers of the first table; None if none is declared."""
        own = self.units(column) if callable(self.units) else self.units.get(column)
        return SIGNALS[column].unit if own is None and column in SIGNALS else own

    def command_line(self, settings: _S) -> str:
        """The command line that does it with these settings.

        Options that stand at their default are left out.
        """
        words = ["impellab", self.subcommand]
        for name, info in option_fields(self.settings).items():
            value, called = getattr(settings, name), option_name(name, info)
            if value == info.get_default(call_default_factory=True) and not called.always:
                continue
            words += option_words(called.name, value)
        return shlex.join(words)
