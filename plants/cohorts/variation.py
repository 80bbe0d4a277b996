"""How the patients of a population differ from their profile, as the data file says."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plants.patients import PATIENT_PARAMETERS
from plants.quantities import (
    DATA,
    SIGNALS,
    InputError,
    Parameter,
    check_keys,
    check_number,
    check_tag,
    check_text,
    load_toml,
    parameter_table,
    read_quantities,
    read_quantity,
)
from plants.slow.laws import blood, drugs, hemolysis, mitral

Array = NDArray[np.float64]
Band = tuple[float, float]
Numbers = Mapping[str, float]

#: What the plausibility of an unsupported patient is judged by.
GATED = ("map", "cardiac_output", "ejection_fraction", "pcwp", "cvp")
#: Blood above the sum of the unstressed volumes: varied in place of the blood volume.
STRESSED = "stressed_volume"
#: Stands for a profile that the file does not name.
DEFAULT = "default"

_VARIABLE = (*(name for name in PATIENT_PARAMETERS if not name.startswith("vu_")), STRESSED)
_VARIATION = parameter_table(
    *((name, "1", f"spread of the logarithm of {name}", 0, 1) for name in _VARIABLE)
)
_CORRELATION = Parameter("correlation", "1", "correlation of two logarithms", -0.99, 0.99)
_SLOW = {**blood.PARAMETERS, **hemolysis.PARAMETERS}
_SLOW_SPREAD = parameter_table(
    *((name, "1", f"spread of the logarithm of {name}", 0, 1) for name in _SLOW)
)
_RECOVERY = parameter_table(
    ("share_full", "1", "share of full responders", 0, 1),
    ("share_partial", "1", "share of partial responders", 0, 1),
    ("time_low", "d", "shortest time constant of recovery", 0.25, 30),
    ("time_high", "d", "longest time constant of recovery", 0.25, 30),
    ("delay_low", "d", "earliest onset of recovery", 0, 10),
    ("delay_high", "d", "latest onset of recovery", 0, 10),
    ("full_low", "1", "least recovery of a full responder", 0, 2),
    ("full_high", "1", "largest recovery of a full responder", 0, 2),
    ("partial_low", "1", "least recovery of a partial responder", 0, 2),
    ("partial_high", "1", "largest recovery of a partial responder", 0, 2),
)
_INOTROPE, _VASOPRESSOR = drugs.INPUTS
_DRUGS = parameter_table(
    ("share_inotrope", "1", "share of patients on an inotrope", 0, 1),
    ("inotrope_low", _INOTROPE.unit, "least dose of an inotrope", 0, _INOTROPE.high),
    ("inotrope_high", _INOTROPE.unit, "largest dose of an inotrope", 0, _INOTROPE.high),
    ("share_vasopressor", "1", "share of patients on a vasopressor", 0, 1),
    ("vasopressor_low", _VASOPRESSOR.unit, "least dose of a vasopressor", 0, _VASOPRESSOR.high),
    ("vasopressor_high", _VASOPRESSOR.unit, "largest dose of a vasopressor", 0, _VASOPRESSOR.high),
)
_LEAK = mitral.PARAMETERS["mitral_leak_limit"]
_REGURGITATION = parameter_table(
    ("share", "1", "share of patients with functional mitral regurgitation", 0, 1),
    ("leak_low", _LEAK.unit, "least leak without support", 0, _LEAK.high),
    ("leak_high", _LEAK.unit, "largest leak without support", 0, _LEAK.high),
    ("relief", "1", "share of the end-diastolic pressure that full support takes off", 0.01, 0.9),
)
_ANATOMY = parameter_table(
    ("share_women", "1", "share of women", 0, 1),
    ("femoral_women", "mm", "mean diameter of women's femoral artery", 2, 15),
    ("femoral_men", "mm", "mean diameter of men's femoral artery", 2, 15),
    ("femoral_spread", "mm", "standard deviation of the femoral artery within a sex", 0, 5),
    ("axillary_women", "mm", "mean diameter of women's axillary artery", 2, 15),
    ("axillary_men", "mm", "mean diameter of men's axillary artery", 2, 15),
    ("axillary_spread", "mm", "standard deviation of the axillary artery within a sex", 0, 5),
    ("correlation", "1", "correlation of the diameters of both arteries", -0.99, 0.99),
)
_SECTIONS = {
    "recovery": _RECOVERY,
    "drugs": _DRUGS,
    "regurgitation": _REGURGITATION,
    "anatomy": _ANATOMY,
}
_OTHERS = ("variation", "correlation", "median", "slow_spread", "phenotypes")
# Ends of ranges, within each section.
_LOW, _HIGH = "_low", "_high"


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


@functools.cache
def built_in_variation() -> Variation:
    """The file that comes with the package (read once).

    Examples
    --------
    >>> from plants.cohorts import built_in_variation
    >>> built_in_variation().phenotype("shock-d").bands["pcwp"]
    (15.0, 38.0)
    """
    return read_variation(DATA / "population.toml")


def read_variation(path: str | PathLike[str]) -> Variation:
    """Read a population file.

    Raises
    ------
    InputError
        The file cannot be read, something in it is unknown, missing or out of range, or the
        correlations contradict each other.
    """
    content, source = load_toml(path, "", "population")
    source = "plants/data/population.toml" if path == DATA / "population.toml" else source
    every = (*_SECTIONS, *_OTHERS)
    keys = check_keys(content, every, "", source, required=every)
    varied = read_quantities(keys["variation"], _VARIATION, "variation", source, required=False)
    names = tuple(varied)
    sections = {
        name: _section(keys[name], declared, name, source) for name, declared in _SECTIONS.items()
    }
    shares = sections["recovery"]
    if shares["share_full"] + shares["share_partial"] > 1:
        field, allowed = "recovery.share_partial", f"at most 1 - {shares['share_full']:g}"
        raise InputError(field, shares["share_partial"], allowed, source=source)
    return Variation(
        names=names,
        spread=np.array([one.value for one in varied.values()]),
        correlation=_correlation(keys["correlation"], names, source),
        slow=_slow(keys["median"], keys["slow_spread"], source),
        **sections,
        phenotypes=_phenotypes(keys["phenotypes"], source),
        source=source,
    )


def _section(tables: object, declared: Mapping[str, Parameter], field: str, source: str) -> Numbers:
    read = read_quantities(tables, declared, field, source)
    values = {name: one.value for name, one in read.items()}
    for name in values:
        high = name.removesuffix(_LOW) + _HIGH
        if name.endswith(_LOW) and values[name] > values[high]:
            allowed = f"at most {field}.{high} = {values[high]:g}"
            raise InputError(f"{field}.{name}", values[name], allowed, source=source)
    return MappingProxyType(values)


def _slow(medians: object, spreads: object, source: str) -> Mapping[str, tuple[float, float]]:
    middle = read_quantities(medians, _SLOW, "median", source, required=False)
    spread = read_quantities(spreads, _SLOW_SPREAD, "slow_spread", source, required=False)
    for name in spread:
        if name not in middle:
            raise InputError(f"median.{name}", "(missing)", "a quantity", source=source)
    found = {
        name: (one.value, spread[name].value if name in spread else 0.0)
        for name, one in middle.items()
    }
    return MappingProxyType(found)


def _correlation(tables: object, names: tuple[str, ...], source: str) -> Array:
    matrix = np.eye(len(names))
    for first, row in check_keys(tables, names, "correlation", source).items():
        for second, table in check_keys(row, names, f"correlation.{first}", source).items():
            field = f"correlation.{first}.{second}"
            i, j = names.index(first), names.index(second)
            if i == j or matrix[i, j] != 0:
                raise InputError(field, table, "each pair once, of two names", source=source)
            matrix[i, j] = matrix[j, i] = read_quantity(table, _CORRELATION, field, source).value
    lowest = float(np.linalg.eigvalsh(matrix)[0]) if names else 1.0
    if lowest <= 1e-6:
        allowed = f"correlations that do not contradict each other (lowest eigenvalue {lowest:.2g})"
        raise InputError("correlation", "(the matrix)", allowed, source=source)
    return matrix


def _phenotypes(tables: object, source: str) -> Mapping[str, Phenotype]:
    if not isinstance(tables, Mapping) or DEFAULT not in tables:
        raise InputError(f"phenotypes.{DEFAULT}", "(missing)", "a table of bands", source=source)
    flags = ("shock", "failing_lv")
    keys = ("reason", "tag", *flags, *GATED)
    found = {}
    for name, table in tables.items():
        field = f"phenotypes.{name}"
        given = check_keys(table, keys, field, source, required=keys)
        check_tag(given["tag"], f"{field}.tag", source)
        reason = check_text(given["reason"], f"{field}.reason", source)
        for flag in flags:
            if not isinstance(given[flag], bool):
                raise InputError(f"{field}.{flag}", given[flag], "true or false", source=source)
        bands = {signal: _band(signal, given[signal], field, source) for signal in GATED}
        found[name] = Phenotype(
            MappingProxyType(bands), given["shock"], given["failing_lv"], reason
        )
    return MappingProxyType(found)


def _band(name: str, ends: Any, field: str, source: str) -> Band:
    unit = SIGNALS[name].unit
    if not isinstance(ends, list) or len(ends) != 2:
        raise InputError(f"{field}.{name}", ends, f"[low, high] in {unit}", source=source)
    low, high = (check_number(one, SIGNALS[name], f"{field}.{name}", source) for one in ends)
    if low >= high:
        raise InputError(f"{field}.{name}", ends, "[low, high] with low < high", source=source)
    return low, high
