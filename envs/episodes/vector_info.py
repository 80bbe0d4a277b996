"""The ``info`` of many environments at once, as Gymnasium lays it out.

An entry ``key`` is an array over the environments; ``_key`` says which of them have the entry, and
the others hold a zero or None. An entry of entries is a dictionary laid out in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def add_rows(info: dict[str, Any], rows: Mapping[str, NDArray[Any]], where: Mask) -> None:
    """Add arrays of numbers, each with its mask.

    Parameters
    ----------
    info : dict
        What they are added to.
    rows : mapping of str to ndarray, shape (n,)
        Entries.
    where : ndarray of bool, shape (n,)
        Environments that have them.

    Examples
    --------
    >>> import numpy as np
    >>> from envs.episodes.vector_info import add_rows
    >>> info = {}
    >>> add_rows(info, {"time": np.array([1.0, 2.0])}, np.array([True, False]))
    >>> info["time"].tolist(), info["_time"].tolist()
    ([1.0, 0.0], [True, False])
    """
    everywhere = bool(where.all())
    for name, row in rows.items():
        info[name] = row if everywhere else np.where(where, row, np.zeros((), row.dtype))
        info[f"_{name}"] = where


def add_table(
    info: dict[str, Any], name: str, rows: Mapping[str, NDArray[Any]], where: Mask
) -> None:
    """Add an entry of entries."""
    table: dict[str, Any] = {}
    add_rows(table, rows, where)
    info[name], info[f"_{name}"] = table, where


def add_texts(info: dict[str, Any], name: str, texts: Mapping[int, str], count: int) -> None:
    """Add a text for some of the environments, by index; nothing where there is none."""
    if not texts:
        return
    array, where = np.full(count, None, dtype=object), np.zeros(count, bool)
    for index, text in texts.items():
        array[index], where[index] = text, True
    info[name], info[f"_{name}"] = array, where
