"""Checks of single values: numbers in a declared range, counts, arrays, texts and keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plants.quantities.errors import MISSING, InputError, unknown_name

#: Numbers in double precision; a docstring says of what shape.
Array = NDArray[np.float64]


class Declared(Protocol):
    """What a quantity is checked against: a patient or device parameter, or a signal."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def range_text(declared: Declared) -> str:
    """The allowed range in words, for example ``'0.05 to 10 mmHg/mL'``."""
    unit = "" if declared.unit == "1" else f" {declared.unit}"
    return f"{declared.low:g} to {declared.high:g}{unit}"


def check_number(value: object, declared: Declared, field: str, source: str | None) -> float:
    """The value as a float, when it is a finite number in the declared range.

    Raises
    ------
    InputError
        The value is no number (booleans are none), is not finite or is out of range.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(field, value, f"a number, {range_text(declared)}", source=source)
    number: Any = value  # Real declares no comparison with float
    # False for NaN and infinity too, and safe for an integer that no float can hold.
    if not declared.low <= number <= declared.high:
        raise InputError(field, value, f"a finite number, {range_text(declared)}", source=source)
    return float(number)


def clipped(value: float, declared: Declared) -> float:
    """The value, or the end of the declared range that it lies beyond."""
    return min(max(value, declared.low), declared.high)


def check_count(value: object, field: str, least: int = 0, most: int | None = None) -> int:
    """A whole number, a seed for example.

    Raises
    ------
    InputError
        It is none, less than the least that is allowed, or more than the most.
    """
    if isinstance(value, Integral) and not isinstance(value, bool):
        number = int(value)
        if least <= number and (most is None or number <= most):
            return number
    bound = "on" if most is None else f"to {most}"
    raise InputError(field, value, f"an integer from {least} {bound}")


def check_array(value: ArrayLike, field: str, unit: str, kind: str = "numbers") -> Array:
    """Finite numbers as an array; of the kind ``"positive numbers"`` all above 0.

    Raises
    ------
    InputError
        They are none.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(field, value, f"{kind}, {unit}") from None
    least = 0.0 if kind == "positive numbers" else -np.inf
    if not np.all(np.isfinite(array) & (array > least)):
        raise InputError(field, value, f"finite {kind}, {unit}")
    return array


def check_text(value: object, field: str, source: str | None, *, what: str = "text") -> str:
    """The value, when it is a string that is not blank.

    Raises
    ------
    InputError
        It is not.
    """
    if not isinstance(value, str) or not value.strip():
        raise InputError(field, value, f"{what} that is not blank, in quotes", source=source)
    return value


def check_keys(
    table: object,
    allowed: Iterable[str],
    field: str,
    source: str | None,
    *,
    required: Iterable[str] = (),
) -> dict[str, Any]:
    """The table, when it has no key that is not `allowed` and every key that is `required`.

    Raises
    ------
    InputError
        It is no table, a key is unknown or one is missing.
    """
    allowed, prefix = tuple(allowed), f"{field}." if field else ""
    if not isinstance(table, Mapping):
        value = MISSING if table is None else table
        raise InputError(field, value, "a table with " + ", ".join(allowed), source=source)
    for key in table:
        if key not in allowed:
            raise unknown_name(f"key {prefix}{key}", key, allowed, source=source)
    for key in required:
        if key not in table:
            raise InputError(f"{prefix}{key}", MISSING, "a value", source=source)
    return dict(table)
