"""How the patients of the cohort study are run, and what is expected: the numbers of the file."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from plants import Quantity
from plants.bedside import HARMFUL_COMPLICATIONS
from plants.quantities import CheckedModel, load_toml, parameter_table, quantities_in

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
#: The complications of which the bands speak, in the order of tables.
COMPLICATIONS = tuple(sorted(HARMFUL_COMPLICATIONS))


class Expected(CheckedModel):
    """An expected incidence.

    Parameters
    ----------
    low, high : float
        Percent of patients.
    source : str
        Where that comes from.
    """

    low: float = Field(ge=0, le=100)
    high: float = Field(ge=0, le=100)
    source: str


class CohortSettings(CheckedModel):
    """The numbers of the study.

    Parameters
    ----------
    characteristics : tuple of str
        What the table of courses says of a patient.
    parameters : Mapping of str to Quantity
        Every number with unit, source and tag.
    bands : dict of str to Expected
        Expected incidences: ``bleeding``, ``hemolysis``, ``limb`` and ``limb_surgical``.
    """

    characteristics: tuple[str, ...]
    parameters: Annotated[Mapping[str, Quantity], quantities_in(_DECLARED)]
    bands: dict[str, Expected]

    def __getitem__(self, name: str) -> float:
        return self.parameters[name].value


@functools.cache
def cohort_settings() -> CohortSettings:
    """The settings that come with the package (read once).

    Examples
    --------
    >>> from experiments.studies.cohort.settings import cohort_settings
    >>> cohort_settings().bands["bleeding"].high
    12.5
    """
    return CohortSettings.read(load_toml(_FILE)[0], source=_SOURCE)
