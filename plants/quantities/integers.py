"""Whole numbers of an argument."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from plants.quantities.errors import InputError


def check_integer(field: str, value: Any, least: int, most: int | None = None) -> int:
    """An integer, as Python's own.

    Parameters
    ----------
    field : str
        What it is called.
    value : int
        The number; also of numpy, but no bool.
    least, most : int
        Between which it must be, both included; without `most` there is no upper bound.

    Raises
    ------
    InputError
        It is none, or out of range.

    Examples
    --------
    >>> from plants.quantities import check_integer
    >>> check_integer("width", 4, 1, 256)
    4
    >>> check_integer("width", 4.0, 1)
    Traceback (most recent call last):
    ...
    plants.InputError: width = 4.0 is not allowed; allowed: an integer from 1 on
    """
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        bound = "on" if most is None else f"to {most}"
        raise InputError(field, value, f"an integer from {least} {bound}")
    return int(value)
