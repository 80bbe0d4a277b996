"""A patient's file that rests on another one: what it gives itself, and the files below it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field

from plants.patients.parameters import PATIENT_PARAMETERS, PATIENT_TARGETS
from plants.quantities import (
    BASE,
    CheckedModel,
    InputError,
    Name,
    ParameterPreset,
    Quantity,
    no_quantities,
    one_of,
    parsed_toml,
    quantities_in,
    toml_text,
)

_Patient = TypeVar("_Patient", bound=ParameterPreset)


class Overrides(CheckedModel):
    """What a patient's file gives that names a base; the rest comes from the base.

    Parameters
    ----------
    base : object
        Name or path of the base; :func:`layers` looks it up.
    name, description, entries, targets, held
        As of :class:`~plants.Patient`, but that only the name must be there.
    """

    base: Any
    name: Name
    description: str | None = None
    entries: Annotated[
        Mapping[str, Quantity], quantities_in(PATIENT_PARAMETERS, required=False)
    ] = Field(default_factory=no_quantities, validation_alias="parameters")
    targets: Annotated[
        Mapping[str, Quantity], quantities_in(PATIENT_TARGETS, required=False, as_given=True)
    ] = Field(default_factory=no_quantities)
    held: tuple[Annotated[str, one_of(PATIENT_PARAMETERS)], ...] | None = None

    def over(self, patient: _Patient, source: str) -> _Patient:
        """The patient of a base with what this file, `source`, gives; checked.

        Raises
        ------
        InputError
            Together they are refused.
        """
        fields = {name: getattr(self, name) for name in ("name", "description", "held")}
        given = {name: value for name, value in fields.items() if value is not None}
        for name in ("entries", "targets"):
            given[name] = {**getattr(patient, name), **getattr(self, name)}
        return patient.changed(path=source, **given)


def layers(
    content: Mapping[str, Any], source: str
) -> tuple[list[tuple[Mapping[str, Any], str]], InputError | None]:
    """A file's content and those of its bases, each with its name; and what refuses a base.

    Parameters
    ----------
    content : mapping
        Of the file.
    source : str
        The file; a path of a base is seen from its folder.

    Returns
    -------
    files : list of (mapping, str)
        From the file down to that which names no base, or whose base cannot be had.
    refused : InputError or None
        Why it cannot be had: there is no such patient or file, or one rests on itself.
    """
    files = [(content, source)]
    while BASE in files[-1][0]:
        content, source = files[-1]
        try:
            text, below = _base_text(content[BASE], source)
            above = [_place(path) for _, path in files]
            if _place(below) in above:
                circle = " -> ".join([*(path for _, path in files), below])
                allowed = f"a patient that does not rest on this one ({circle})"
                raise InputError(BASE, content[BASE], allowed, source=source)
            files.append((parsed_toml(text, below, BASE), below))
        except InputError as error:
            return files, error
    return files, None


def _base_text(base: object, source: str) -> tuple[str, str]:
    """The text of a base and its name; a path is seen from the folder of the file that names it."""
    place: Any = base
    if isinstance(base, str) and base.endswith(".toml"):
        place = os.fspath(Path(source).parent / os.path.expanduser(base))
    try:
        return toml_text(place, "patients", BASE)
    except InputError as error:
        raise InputError(BASE, base, error.allowed, source=source) from None


def _place(path: str) -> str:
    """A file by its one path, whatever links lead there."""
    return os.path.realpath(os.path.expanduser(path))
