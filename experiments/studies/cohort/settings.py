"""How the patients of the cohort study are run, and what is expected: the numbers of the file."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from plants import Quantity
from plants.quantities import check_keys, check_number, parameter_table, read_quantities

_FILE = Path(__file__).parents[2] / "data" / "cohort.toml"
_SOURCE = "experiments/data/cohort.toml"
_DECLARED = parameter_table(
    ("check_interval", "h", "time between two looks at the patient", 0.5, 24),
    ("highest_level", "1", "number of the highest P-level in use", 1, 9),
    ("lowest_level", "1", "number of the lowest P-level in use", 1, 9),
    ("full_support", "h", "time of the highest level without suction", 0, 1000),
    ("map_low", "mmHg", "mean pressure below which support is raised", 30, 120),
    ("map_reduce", "mmHg", "mean pressure from which support may be lowered", 30, 120),
    ("cpo_low", "W", "cardiac power below which support is raised", 0, 3),
    ("cpo_reduce", "W", "cardiac power from which support may be lowered", 0, 3),
    ("sample_interval", "h", "time between samples of plasma-free hemoglobin", 0.5, 48),
    ("release_deviation", "1", "spread of the logarithm of a pump's hemolysis", 0, 1),
)
_PERCENT = parameter_table(
    ("low", "%", "lower end of what is expected", 0, 100),
    ("high", "%", "upper end of what is expected", 0, 100),
)
#: The complications of which the bands speak, in the order of tables.
COMPLICATIONS = ("bleeding", "hemolysis", "limb")


class Expected(NamedTuple):
    """An expected incidence.

    Parameters
    ----------
    low, high : float
        Percent of patients.
    source : str
        Where that comes from.
    """

    low: float
    high: float
    source: str


@dataclass(frozen=True)
class CohortSettings:
    """The numbers of the study.

    Parameters
    ----------
    entries : Mapping of str to Quantity
        Every number with unit, source and tag.
    values : Mapping of str to float
        The numbers alone.
    bands : Mapping of str to Expected
        Expected incidences: ``bleeding``, ``hemolysis``, ``limb`` and ``limb_surgical``.
    """

    entries: Mapping[str, Quantity]
    values: Mapping[str, float]
    bands: Mapping[str, Expected]

    def __getitem__(self, name: str) -> float:
        return self.values[name]


@functools.cache
def cohort_settings() -> CohortSettings:
    """The settings that come with the package (read once).

    Examples
    --------
    >>> from experiments.studies.cohort.settings import cohort_settings
    >>> cohort_settings().bands["bleeding"].high
    12.5
    """
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    entries = read_quantities(content["parameters"], _DECLARED, "parameters", _SOURCE)
    bands = {}
    for name, table in content["bands"].items():
        given = check_keys(table, ("low", "high", "source"), f"bands.{name}", _SOURCE)
        ends = [
            check_number(given[end], declared, f"bands.{name}.{end}", _SOURCE)
            for end, declared in _PERCENT.items()
        ]
        bands[name] = Expected(ends[0], ends[1], given["source"])
    return CohortSettings(
        MappingProxyType(entries),
        MappingProxyType({name: quantity.value for name, quantity in entries.items()}),
        MappingProxyType(bands),
    )
