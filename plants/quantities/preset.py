"""What patients, devices, scenarios and therapies share: presets and files, equality, copies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from os import PathLike
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

import numpy as np

from plants.quantities.checked_model import CheckedModel
from plants.quantities.checks import Array, Declared
from plants.quantities.errors import lookup
from plants.quantities.quantity import Quantity, replace_values, replaced_path
from plants.quantities.surroundings import Shown
from plants.quantities.toml_file import parsed_toml, preset_names, toml_text

#: Key of a file that names another one, from which everything comes that it does not give.
BASE = "base"
_Kind = TypeVar("_Kind", bound="Preset")


class Preset(Shown, CheckedModel):
    """Something that comes as a file: one of the package, by name, or a user's own, by path.

    A subclass has a field ``path``, which is no key of its file: where it came from, for error
    messages. Two that differ only in it are equal. Mappings among the fields are read-only.
    """

    #: Folder of the presets below ``plants/data``, and what one is called in messages.
    FOLDER: ClassVar[str]
    KIND: ClassVar[str]

    if TYPE_CHECKING:

        @property
        def path(self) -> str: ...

    @classmethod
    def load(cls, name_or_path: str | PathLike[str]) -> Self:
        """The preset of that name, or what a file describes.

        Parameters
        ----------
        name_or_path : str or path
            A name from :meth:`names`, or a path that ends in ``.toml``.

        Raises
        ------
        InputError
            No preset has that name, the file cannot be read, or it is refused; the message names
            file, key, value and what is allowed, for all that is refused at once.

        Examples
        --------
        >>> from plants import Patient, Pump, Scenario, Therapy
        >>> Patient.load("shock-d").targets["map"].value
        57.0
        >>> Pump.load("2.5").boost
        Boost(level='P-9', seconds=300.0)
        >>> [event.amount for event in Scenario.load("hemorrhage").events]
        [-500.0]
        >>> Therapy.load("default").fallback_level
        'P-6'
        """
        text, source = toml_text(name_or_path, cls.FOLDER, cls.KIND)
        made = _read(cls, text, source)
        if made is None:
            made = cls.read(parsed_toml(text, source, cls.KIND), source=source)
        return made

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the presets.

        Examples
        --------
        >>> from plants import Patient, Pump, Scenario
        >>> "shock-d" in Patient.names(), "CP" in Pump.names(), "none" in Scenario.names()
        (True, True, True)
        """
        return preset_names(cls.FOLDER)

    @classmethod
    def read(cls, content: Mapping[str, Any], *, source: str) -> Self:
        """What a file's content describes; see :meth:`CheckedModel.read`."""
        made = super().read(content, source=source)
        vars(made)["path"] = source  # no key of the file, and nobody else has it yet
        return made

    @classmethod
    def _source_of(cls, data: Mapping[str, Any]) -> str | None:
        return str(data.get("path", cls.model_fields["path"].default))

    def _parts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in type(self).model_fields}

    def _compared(self) -> dict[str, Any]:
        parts = self._parts()
        del parts["path"]
        return parts

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        assert isinstance(other, Preset)
        return self is other or self._compared() == other._compared()

    @cached_property
    def _hash(self) -> int:
        return hash(
            tuple(
                frozenset(value.items()) if isinstance(value, Mapping) else value
                for value in self._compared().values()
            )
        )

    def __hash__(self) -> int:
        return self._hash

    # Workers get one made anew, and checked anew.
    def __reduce__(self) -> tuple[Any, ...]:
        return (_made, (type(self), self._parts()))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other fields, checked like a new one; see :meth:`changed`."""
        return self.changed(**(update or {}))


class ParameterPreset(Preset):
    """A preset whose content is a table of declared parameters: a patient, a device.

    A subclass has the field ``entries``: every declared parameter, by name.
    """

    #: Unit, meaning and range of every parameter.
    DECLARED: ClassVar[Mapping[str, Declared]]

    if TYPE_CHECKING:

        @property
        def entries(self) -> Mapping[str, Quantity]: ...

    @cached_property
    def values(self) -> Mapping[str, float]:
        """The numbers alone, in the declared order; read-only."""
        return MappingProxyType({name: entry.value for name, entry in self.entries.items()})

    def __getitem__(self, name: str) -> float:
        return lookup(self.values, name, "parameter", source=self.path)

    def vector(self) -> Array:
        """The values as a new array, in the order of the symbolic parameter vector.

        Returns
        -------
        ndarray, shape (number of declared parameters,)
            One number per parameter, each in its own unit.

        Examples
        --------
        >>> from plants import PATIENT_PARAMETERS, Patient
        >>> Patient.load("healthy").vector().shape == (len(PATIENT_PARAMETERS),)
        True
        """
        return np.array(list(self.values.values()), dtype=np.float64)

    def _replaced(
        self, values: Mapping[str, float], *, source: str, tag: str, **fields: Any
    ) -> Self:
        """A copy with other values and other fields, those that are not None; checked."""
        path = replaced_path(self.path) if values else self.path
        entries = replace_values(
            self.entries, self.DECLARED, values, source=source, tag=tag, path=path
        )
        given = {name: value for name, value in fields.items() if value is not None}
        return self.changed(entries=entries, path=path, **given)


# Cohorts load the same few files thousands of times. They are frozen, so that one serves all. A
# file that rests on another one, which may change meanwhile, is read anew: None.
@lru_cache(maxsize=256)
def _read(kind: type[_Kind], text: str, source: str) -> _Kind | None:
    content = parsed_toml(text, source, kind.KIND)
    return None if BASE in content else kind.read(content, source=source)


def _made(kind: type[Preset], parts: dict[str, Any]) -> Preset:
    return kind(**parts)
