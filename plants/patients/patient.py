"""A patient: frozen parameters of the circulation, each with unit, source and confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plants.patients.parameters import PATIENT_PARAMETERS
from plants.quantities import (
    SIGNALS,
    InputError,
    Quantity,
    check_keys,
    check_quantities,
    check_text,
    load_toml,
    preset_names,
    read_quantities,
    replace_values,
    replaced_path,
    toml_quantities,
    toml_string,
    unknown_name,
)

_FOLDER = "patients"


@dataclass(frozen=True)
class Patient:
    """A patient's parameters, checked when the patient is made and frozen afterwards.

    Parameters
    ----------
    name : str
        The patient's name.
    description : str
        One or two sentences for tables.
    entries : Mapping of str to Quantity
        Every parameter of :data:`~plants.PATIENT_PARAMETERS`, in any order.
    targets : Mapping of str to Quantity
        What the parameters were identified against, by signal name; may be empty.
    held : tuple of str
        Parameters that identification leaves as they are, because the targets do not settle them.
    path : str
        Where the patient came from, for error messages; two patients that differ only in it are
        equal.

    Attributes
    ----------
    values : Mapping of str to float
        The numbers alone, in the order of :data:`~plants.PATIENT_PARAMETERS`.

    Raises
    ------
    InputError
        A parameter is missing, unknown, in another unit, not a finite number or out of its
        range; a target is no signal; or the blood volume does not exceed the sum of the
        unstressed volumes.

    Examples
    --------
    >>> from plants import Patient
    >>> patient = Patient.load("healthy")
    >>> patient["heart_rate"]
    70.0
    >>> patient.entries["heart_rate"].unit
    '1/min'
    >>> patient.replace(heart_rate=90).values["heart_rate"]
    90.0
    """

    name: str
    description: str
    entries: Mapping[str, Quantity]
    targets: Mapping[str, Quantity] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    path: str = field(default="patient", compare=False)
    values: Mapping[str, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_text(self.name, "name", self.path, what="a name")
        if not isinstance(self.description, str):
            raise InputError("description", self.description, "text", source=self.path)
        entries = check_quantities(self.entries, PATIENT_PARAMETERS, "parameters", self.path)
        targets = check_quantities(self.targets, SIGNALS, "targets", self.path, required=False)
        # In the order given, not that of the table of signals: to_toml keeps it.
        targets = {name: targets[name] for name in self.targets}
        values = {name: quantity.value for name, quantity in entries.items()}
        _check_volume_budget(values, self.path)
        if not isinstance(self.held, tuple) or any(name not in values for name in self.held):
            allowed = "a list of parameters: " + ", ".join(values)
            raise InputError("held", self.held, allowed, source=self.path)
        object.__setattr__(self, "entries", MappingProxyType(entries))
        object.__setattr__(self, "targets", MappingProxyType(targets))
        object.__setattr__(self, "values", MappingProxyType(values))

    @classmethod
    def load(cls, name_or_path: str | PathLike[str]) -> Patient:
        """The preset of that name, or the patient in a file.

        Parameters
        ----------
        name_or_path : str or path
            A name from :meth:`names`, or a path that ends in ``.toml``.

        Raises
        ------
        InputError
            No preset has that name, the file cannot be read, or it is refused; the message
            names file, key, value and allowed range.

        Examples
        --------
        >>> from plants import Patient
        >>> Patient.load("shock-d").targets["map"].value
        57.0
        """
        content, source = load_toml(name_or_path, _FOLDER, "patient")
        keys = check_keys(
            content,
            ("name", "description", "held", "parameters", "targets"),
            "",
            source,
            required=("name", "parameters"),
        )
        targets = keys.get("targets", {})
        given = read_quantities(targets, SIGNALS, "targets", source, required=False)
        return cls(
            name=keys["name"],
            description=keys.get("description", ""),
            entries=read_quantities(keys["parameters"], PATIENT_PARAMETERS, "parameters", source),
            # In the order of the file: to_toml keeps it.
            targets={name: given[name] for name in targets},
            held=_as_tuple(keys.get("held", [])),
            path=source,
        )

    @staticmethod
    def names() -> tuple[str, ...]:
        """Names of the presets.

        Examples
        --------
        >>> from plants import Patient
        >>> "shock-d" in Patient.names()
        True
        """
        return preset_names(_FOLDER)

    def __getitem__(self, name: str) -> float:
        if name not in self.values:
            raise unknown_name("parameter", name, self.values, source=self.path)
        return self.values[name]

    def vector(self) -> NDArray[np.float64]:
        """The values as a new array, in the order of the symbolic parameter vector.

        Returns
        -------
        ndarray, shape (len(PATIENT_PARAMETERS),)
            One number per parameter, each in its own unit.

        Examples
        --------
        >>> from plants import PATIENT_PARAMETERS, Patient
        >>> Patient.load("healthy").vector().shape == (len(PATIENT_PARAMETERS),)
        True
        """
        return np.array(list(self.values.values()), dtype=np.float64)

    def replace(
        self,
        name: str | None = None,
        *,
        description: str | None = None,
        source: str = "set by the caller",
        tag: str = "X",
        **values: float,
    ) -> Patient:
        """A copy with other values, checked like a file.

        Parameters
        ----------
        name, description : str, optional
            Those of the copy; the same as before when not given.
        source, tag : str
            Recorded with every value that is given.
        **values : float
            New values by parameter name, in the parameter's declared unit.

        Raises
        ------
        InputError
            A parameter is unknown, or a value is not a finite number in its range.

        Examples
        --------
        >>> from plants import Patient
        >>> weak = Patient.load("healthy").replace("weak", lv_ees=0.5)
        >>> weak.name, weak["lv_ees"], weak.entries["lv_ees"].source
        ('weak', 0.5, 'set by the caller')
        """
        path = replaced_path(self.path) if values else self.path
        return Patient(
            name=self.name if name is None else name,
            description=self.description if description is None else description,
            entries=replace_values(
                self.entries, PATIENT_PARAMETERS, values, source=source, tag=tag, path=path
            ),
            targets=self.targets,
            held=self.held,
            path=path,
        )

    def to_toml(self) -> str:
        """The patient as a TOML file that :meth:`load` reads back as an equal patient.

        Returns
        -------
        str
            Name, description, every parameter in declared order and the targets, each with
            value, unit, source and tag. Numbers keep every digit.

        Examples
        --------
        >>> from plants import Patient
        >>> print(Patient.load("healthy").to_toml().splitlines()[0])
        name = "healthy"
        """
        held = ", ".join(map(toml_string, self.held))
        return (
            f"name = {toml_string(self.name)}\ndescription = {toml_string(self.description)}\n"
            + (f"held = [{held}]\n" if held else "")
            + toml_quantities("parameters", self.entries)
            + toml_quantities("targets", self.targets)
        )

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.values.values())))

    # Read-only mappings cannot be pickled; workers get a patient made anew, and checked anew.
    def __reduce__(self) -> tuple[Any, ...]:
        parts = (self.name, self.description, dict(self.entries), dict(self.targets))
        return (Patient, (*parts, self.held, self.path))


def _as_tuple(value: Any) -> Any:
    """A list as a tuple; anything else as it is, to be refused by the check."""
    return tuple(value) if isinstance(value, list) else value


def _check_volume_budget(values: Mapping[str, float], source: str) -> None:
    """Refuse a patient whose vessels would be empty: no blood beyond the unstressed volumes."""
    unstressed = {name: value for name, value in values.items() if name.startswith("vu_")}
    total = sum(unstressed.values())
    if values["blood_volume"] <= total:
        parts = " + ".join(f"{name} {value:g}" for name, value in unstressed.items())
        high = PATIENT_PARAMETERS["blood_volume"].high
        allowed = f"more than {total:g} mL (the sum of {parts}), up to {high:g} mL"
        raise InputError(
            "parameters.blood_volume.value", values["blood_volume"], allowed, source=source
        )
