"""Tables as data frames, with pandas imported where one is made and not before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame, Series
else:  # Names of types alone: pandas takes its time to import.
    DataFrame = Series = Any


def fields_of(thing: object, *names: str) -> dict[str, Any]:
    """Fields of something by name, for a row of a table."""
    return {name: getattr(thing, name) for name in names}


def data_frame(rows: Any = None, columns: Any = None) -> DataFrame:
    """A table from what :class:`DataFrame` takes: rows, or columns by name.

    Examples
    --------
    >>> from experiments.statistics import data_frame
    >>> list(data_frame([{"map": 61.0}, {"map": 72.0}])["map"])
    [61.0, 72.0]
    """
    from pandas import DataFrame

    return DataFrame(rows, columns=columns)
