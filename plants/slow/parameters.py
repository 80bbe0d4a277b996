"""The numbers of the slow clock: defaults of every topic, and a patient's own."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from plants.quantities import (
    DATA,
    Array,
    Parameter,
    Quantity,
    declarations,
    parameters_of,
    read_quantities,
    replace_values,
    replaced_path,
)
from plants.slow.laws import TOPICS
from plants.slow.model import SLOW_PARAMETERS


@dataclass(frozen=True)
class SlowParameters:
    """Parameters of the slow clock, checked and frozen.

    Parameters
    ----------
    entries : Mapping of str to Quantity
        Every parameter of ``SLOW_PARAMETERS``.
    path : str
        Where they came from, for error messages.

    Raises
    ------
    InputError
        A parameter is missing, unknown, in another unit or out of its range.

    Examples
    --------
    >>> from plants import SlowParameters
    >>> SlowParameters.load().replace(baroreflex_gain=1.0)["baroreflex_gain"]
    1.0
    """

    entries: Mapping[str, Quantity]
    path: str = "slow parameters"

    def __post_init__(self) -> None:
        checked = read_quantities(self.entries, SLOW_PARAMETERS, "parameters", self.path)
        object.__setattr__(self, "entries", MappingProxyType(checked))

    @classmethod
    def load(cls) -> SlowParameters:
        """The defaults that come with the package."""
        return _defaults()

    def replace(
        self, *, source: str = "given in code", tag: str = "X", **values: float
    ) -> SlowParameters:
        """The same with other values.

        Raises
        ------
        InputError
            A name is unknown or a value is out of its range.
        """
        changed = replace_values(
            self.entries, SLOW_PARAMETERS, values, source=source, tag=tag, path=self.path
        )
        return SlowParameters(changed, replaced_path(self.path))

    def __getitem__(self, name: str) -> float:
        return self.entries[name].value

    @property
    def values(self) -> dict[str, float]:
        """The numbers alone, in the order of the symbolic vector."""
        return {name: quantity.value for name, quantity in self.entries.items()}

    def vector(self) -> Array:
        """The numbers as the functions take them."""
        return np.array(list(self.values.values()))


@functools.cache
def _defaults() -> SlowParameters:
    entries: dict[str, Quantity] = {}
    for name, topic in TOPICS.items():
        path = DATA / "slow" / f"{name}.toml"
        entries |= parameters_of(path, declarations(topic.Parameters, Parameter))
    return SlowParameters(entries, "plants/data/slow")
