"""Targets of the weaning study and the numbers of its probes, from the data file."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from plants import InputError, Quantity
from plants.quantities import (
    Parameter,
    check_keys,
    check_number,
    check_tag,
    check_text,
    parameter_table,
    read_quantities,
)

_FILE = Path(__file__).parents[1] / "data" / "weaning_targets.toml"
_SOURCE = "experiments/data/weaning_targets.toml"
_KEYS = ("value", "unit", "bound", "meaning", "source", "tag")
_VALUE = Parameter("value", "", "what is asked for", 0.0, 1e6)
#: Units and signs of a target.
UNITS, BOUNDS = ("1", "h", "s"), {"least": ">=", "most": "<="}
_NUMBERS = parameter_table(
    ("map_low", "mmHg", "mean pressure below which time counts as too low", 30, 100),
    ("answer", "h", "time in which a relapse must be answered", 0.05, 48),
    ("warm_up", "h", "time that a tracker gets before it is judged once more", 0, 48),
    ("probe_first", "1", "earliest probe of the gate, share of the label's duration", 0, 1),
    ("probe_last", "1", "latest probe of the gate, share of the label's duration", 0, 1),
    ("probe_step", "min", "time at a level of the ramp of a probe", 0.5, 60),
)


@dataclass(frozen=True)
class Target:
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

    name: str
    meaning: str
    value: float
    unit: str
    bound: str
    source: str
    tag: str

    @property
    def share(self) -> bool:
        """Whether it is a share of patients or time, shown in percent."""
        return self.unit == "1" and self.value <= 1.0

    @property
    def text(self) -> str:
        """The target as tables show it."""
        sign = BOUNDS[self.bound]
        if self.share:
            return f"{sign} {100 * self.value:g} %"
        return f"{sign} {self.value:g}" + ("" if self.unit == "1" else f" {self.unit}")

    def holds(self, value: float) -> bool:
        """Whether a value meets it; what is not known does not."""
        return value >= self.value if self.bound == "least" else value <= self.value


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
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    parts = check_keys(content, ("targets", "numbers"), "", _SOURCE, required=("targets",))
    targets = {name: _target(name, table) for name, table in parts["targets"].items()}
    entries = read_quantities(parts["numbers"], _NUMBERS, "numbers", _SOURCE)
    return StudySettings(MappingProxyType(targets), MappingProxyType(entries))


def _target(name: str, table: object) -> Target:
    field = f"targets.{name}"
    keys = check_keys(table, _KEYS, field, _SOURCE, required=_KEYS)
    for key, known in (("unit", UNITS), ("bound", tuple(BOUNDS))):
        if keys[key] not in known:
            allowed = f"one of {', '.join(known)}"
            raise InputError(f"{field}.{key}", keys[key], allowed, source=_SOURCE)
    return Target(
        name,
        check_text(keys["meaning"], f"{field}.meaning", _SOURCE, what="a meaning"),
        check_number(keys["value"], _VALUE, f"{field}.value", _SOURCE),
        keys["unit"],
        keys["bound"],
        check_text(keys["source"], f"{field}.source", _SOURCE, what="a source"),
        check_tag(keys["tag"], f"{field}.tag", _SOURCE),
    )
