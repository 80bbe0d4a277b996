"""Reading and writing the TOML files of patients and devices, and finding those that ship."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from plants.quantities.errors import InputError, nearest_hint
from plants.quantities.quantity import Quantity
from plants.quantities.surroundings import parse_toml, read_text

#: Folder of the files that come with the package.
DATA = Path(__file__).parents[1] / "data"


def preset_names(folder: str) -> tuple[str, ...]:
    """Names of the files of that kind that come with the package, sorted."""
    return tuple(sorted(path.name.removesuffix(".toml") for path in (DATA / folder).glob("*.toml")))


def load_toml(
    name_or_path: str | PathLike[str], folder: str = "", field: str = "file"
) -> tuple[dict[str, Any], str]:
    """The content of a preset or of a file, and the name to give it in error messages.

    What it holds is read by a :class:`~plants.quantities.CheckedModel`.

    Parameters
    ----------
    name_or_path : str or path
        The name of a preset, or a path that ends in ``.toml``.
    folder : str
        The presets' folder below ``plants/data``; without one only a path will do.
    field : str
        What is being loaded, for error messages.

    Raises
    ------
    InputError
        No preset has that name, the file cannot be read, or it is not valid TOML, too long or
        nested too deeply; see :mod:`plants.quantities.surroundings`.

    Examples
    --------
    >>> from plants.quantities import load_toml
    >>> content, source = load_toml("shock-d", "patients", "patient")
    >>> content["name"], source
    ('shock-d', 'plants/data/patients/shock-d.toml')
    """
    text, source = toml_text(name_or_path, folder, field)
    return parsed_toml(text, source, field), source


def toml_text(
    name_or_path: str | PathLike[str], folder: str = "", field: str = "file"
) -> tuple[str, str]:
    """The text of a preset or of a file, and its name; see :func:`load_toml`."""
    if not isinstance(name_or_path, str | PathLike):
        raise InputError(field, name_or_path, "a name or a path that ends in .toml")
    name = fspath(name_or_path)
    names = preset_names(folder) if folder else ()
    if name.endswith(".toml"):
        path = Path(os.path.expanduser(name))
    elif name in names:
        path = DATA / folder / f"{name}.toml"
    else:
        choices = f"one of {', '.join(names)}, or " if names else ""
        hint = nearest_hint(name, names)
        raise InputError(field, name, f"{choices}a path that ends in .toml{hint}")
    own = path.is_relative_to(DATA)
    source = f"plants/data/{path.relative_to(DATA).as_posix()}" if own else name
    try:
        return read_text(path), source
    except OSError as error:
        reason = error.strerror or type(error).__name__
        allowed = f"a file that can be read ({reason})"
        raise InputError(field, name, allowed, source=source) from None
    except ValueError as error:  # broken UTF-8, or a name that is none
        raise _invalid(error, source, field) from None


def parsed_toml(text: str, source: str, field: str = "file") -> dict[str, Any]:
    """The content of a text from :func:`toml_text`."""
    try:
        return parse_toml(text)
    except ValueError as error:
        raise _invalid(error, source, field) from None


def _invalid(error: ValueError, source: str, field: str) -> InputError:
    return InputError(field, source, f"a valid TOML file ({error})", source=source)


def toml_string(text: str) -> str:
    """The text as a TOML string; JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_quantities(field: str, quantities: Mapping[str, Quantity]) -> str:
    """The quantities as TOML tables ``[field.name]``; numbers keep every digit."""
    return "".join(
        f"\n[{field}.{name}]\nvalue = {float(quantity.value)!r}\n"
        f"unit = {toml_string(quantity.unit)}\n"
        f"source = {toml_string(quantity.source)}\ntag = {toml_string(quantity.tag)}\n"
        for name, quantity in quantities.items()
    )
