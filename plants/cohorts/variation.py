"""How the patients of a population differ from their profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plants.quantities import Array

Band = tuple[float, float]
Numbers = Mapping[str, float]

#: What the plausibility of an unsupported patient is judged by.
GATED = ("map", "cardiac_output", "ejection_fraction", "pcwp", "cvp")
#: Blood above the sum of the unstressed volumes: varied in place of the blood volume.
STRESSED_VOLUME = "stressed_volume"
#: Stands for a profile that the file does not name.
DEFAULT = "default"


@dataclass(frozen=True)
class Phenotype:
    """What is known of a profile.

    Attributes
    ----------
    bands : Mapping of str to (float, float)
        Plausible range of each signal of :data:`GATED`, unsupported.
    shock : bool
        Whether drugs are running and myocardium is stunned.
    failing_lv : bool
        Whether the mitral valve may leak because the ventricle is full.
    reason : str
        Why these bands.
    """

    bands: Mapping[str, Band]
    shock: bool
    failing_lv: bool
    reason: str


@dataclass(frozen=True)
class Variation:
    """What a population file says.

    Attributes
    ----------
    names : tuple of str
        Patient parameters that vary; ``stressed_volume`` stands for the blood volume.
    spread : ndarray, shape (n,)
        Standard deviation of the logarithm of each factor.
    correlation : ndarray, shape (n, n)
        Of those logarithms.
    slow : Mapping of str to (float, float)
        Median and spread of the logarithm of parameters of the slow clock.
    recovery, drugs, regurgitation, anatomy : Mapping of str to float
        By the names in the file.
    phenotypes : Mapping of str to Phenotype
        By name of the profile.
    source : str
        The file.
    """

    names: tuple[str, ...]
    spread: Array
    correlation: Array
    slow: Mapping[str, tuple[float, float]]
    recovery: Numbers
    drugs: Numbers
    regurgitation: Numbers
    anatomy: Numbers
    phenotypes: Mapping[str, Phenotype]
    source: str

    def phenotype(self, name: str) -> Phenotype:
        """What is known of a profile; what ``default`` says where the file does not name it."""
        return self.phenotypes.get(name, self.phenotypes[DEFAULT])
