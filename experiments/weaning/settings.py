"""Targets of the weaning study and the numbers of its probes, from the data file."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field

from plants import Quantity
from plants.quantities import (
    CheckedModel,
    Parameter,
    Source,
    Tag,
    Text,
    load_toml,
    number_in,
    one_of,
    parameter_table,
    quantities_in,
)

_FILE = Path(__file__).parents[1] / "data" / "weaning_targets.toml"
_SOURCE = "experiments/data/weaning_targets.toml"
_BOUNDS = {"least": ">=", "most": "<="}
_VALUE = Parameter("value", "", "what is asked for", 0.0, 1e6)
_NUMBERS = parameter_table(
    ("map_low", "mmHg", "mean pressure below which time counts as too low", 30, 100),
    ("answer", "h", "time in which a relapse must be answered", 0.05, 48),
    ("warm_up", "h", "time that a tracker gets before it is judged once more", 0, 48),
    ("probe_first", "1", "earliest probe of the gate, share of the label's duration", 0, 1),
    ("probe_last", "1", "latest probe of the gate, share of the label's duration", 0, 1),
    ("probe_step", "min", "time at a level of the ramp of a probe", 0.5, 60),
)


class Target(CheckedModel):
    """What is asked for.

    Attributes
    ----------
    name, meaning : str
        Key and words.
    value : float
        The limit.
    unit : {"1", "h", "s"}
        Its unit.
    bound : {"least", "most"}
        Which side of it is good.
    source, tag : str
        Where it comes from.

    Examples
    --------
    >>> from experiments.weaning.settings import study_settings
    >>> failed = study_settings().targets["failed"]
    >>> failed.text, failed.holds(0.04), failed.holds(0.06), failed.holds(float("nan"))
    ('<= 5 %', True, False, False)
    """

    meaning: Text
    value: Annotated[float, number_in(_VALUE)]
    unit: Annotated[str, one_of(("1", "h", "s"))]
    bound: Annotated[str, one_of(_BOUNDS)]
    source: Source
    tag: Tag
    name: str = Field(default="", exclude=True)

    @property
    def share(self) -> bool:
        """Whether it is a share of patients or time, shown in percent."""
        return self.unit == "1" and self.value <= 1.0

    @property
    def text(self) -> str:
        """The target as tables show it."""
        sign = _BOUNDS[self.bound]
        if self.share:
            return f"{sign} {100 * self.value:g} %"
        return f"{sign} {self.value:g}" + ("" if self.unit == "1" else f" {self.unit}")

    def holds(self, value: float) -> bool:
        """Whether a value meets it; what is not known does not."""
        return value >= self.value if self.bound == "least" else value <= self.value


class _File(CheckedModel):
    """What the file holds: targets by name, and numbers with their sources."""

    targets: dict[str, Target]
    numbers: Annotated[Mapping[str, Quantity], quantities_in(_NUMBERS)]


@dataclass(frozen=True)
class StudySettings:
    """All targets and numbers.

    Parameters
    ----------
    targets : Mapping of str to Target
        By name.
    entries : Mapping of str to Quantity
        Numbers with their sources.
    """

    targets: Mapping[str, Target]
    entries: Mapping[str, Quantity]

    def number(self, name: str) -> float:
        """A number by name, in the unit of the file."""
        return self.entries[name].value


@functools.cache
def study_settings() -> StudySettings:
    """The settings that come with the package (read once).

    Raises
    ------
    InputError
        The file is not as it should be; the message names the key.

    Examples
    --------
    >>> from experiments.weaning.settings import study_settings
    >>> study_settings().number("map_low")
    60.0
    """
    content, _ = load_toml(_FILE, "", "settings")
    return read_study_settings(content, _SOURCE)


def read_study_settings(content: Mapping[str, Any], source: str) -> StudySettings:
    """The settings that a file's content describes.

    Raises
    ------
    InputError
        Something is refused; everything that is wrong is told at once.
    """
    file = _File.read(content, source=source)
    targets = {
        name: target.model_copy(update={"name": name}) for name, target in file.targets.items()
    }
    return StudySettings(MappingProxyType(targets), MappingProxyType(dict(file.numbers)))
