"""The file that says how the patients of a population differ from their profile."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from os import PathLike
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
from pydantic import ValidationInfo, field_validator

from plants.cohorts.variation import (
    DEFAULT,
    GATED,
    STRESSED_VOLUME,
    Array,
    Band,
    Numbers,
    Phenotype,
    Variation,
)
from plants.patients import PATIENT_PARAMETERS, UNSTRESSED_VOLUMES
from plants.quantities import (
    DATA,
    MISSING,
    SIGNALS,
    Checked,
    CheckedModel,
    ErrorCollector,
    InputError,
    Parameter,
    Quantity,
    Tag,
    Text,
    check_number,
    field_names,
    load_toml,
    parameter_table,
    quantities_in,
    read_quantity,
    unknown_name,
)
from plants.slow import SLOW_INPUTS, SLOW_PARAMETERS
from plants.slow.laws import blood, hemolysis

_VARIABLE = (
    *(name for name in PATIENT_PARAMETERS if name not in UNSTRESSED_VOLUMES),
    STRESSED_VOLUME,
)
_VARIATION = parameter_table(
    *((name, "1", f"spread of the logarithm of {name}", 0, 1) for name in _VARIABLE)
)
_CORRELATION = Parameter("correlation", "1", "correlation of two logarithms", -0.99, 0.99)
_SLOW = {
    name: SLOW_PARAMETERS[name]
    for name in field_names(blood.Parameters) + field_names(hemolysis.Parameters)
}
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
_INOTROPE, _VASOPRESSOR = SLOW_INPUTS["inotrope"], SLOW_INPUTS["vasopressor"]
DRUG_PARAMETERS = parameter_table(
    ("share_inotrope", "1", "share of patients on an inotrope", 0, 1),
    ("inotrope_low", _INOTROPE.unit, "least dose of an inotrope", 0, _INOTROPE.high),
    ("inotrope_high", _INOTROPE.unit, "largest dose of an inotrope", 0, _INOTROPE.high),
    ("share_vasopressor", "1", "share of patients on a vasopressor", 0, 1),
    ("vasopressor_low", _VASOPRESSOR.unit, "least dose of a vasopressor", 0, _VASOPRESSOR.high),
    ("vasopressor_high", _VASOPRESSOR.unit, "largest dose of a vasopressor", 0, _VASOPRESSOR.high),
)
_LEAK = SLOW_PARAMETERS["mitral_leak_limit"]
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
# Ends of ranges, within each section.
_LOW, _HIGH = "_low", "_high"


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
    content, source = load_toml(path)
    file = _PopulationFile.read(content, source=source)
    names = tuple(file.variation)
    return Variation(
        names=names,
        spread=np.array([entry.value for entry in file.variation.values()]),
        correlation=_matrix(file.correlation, names, source),
        slow=_medians_and_spreads(file.median, file.slow_spread, source),
        recovery=file.recovery,
        drugs=file.drugs,
        regurgitation=file.regurgitation,
        anatomy=file.anatomy,
        phenotypes=MappingProxyType(
            {name: table.phenotype() for name, table in file.phenotypes.items()}
        ),
        source=source,
    )


def _numbers_in(declared: Mapping[str, Parameter]) -> Checked:
    """Numbers of a section of the file; the ends of a range must be in order."""
    section = quantities_in(declared)

    def check(tables: Any) -> Numbers:
        values = {name: entry.value for name, entry in section.check(tables).items()}
        collector = ErrorCollector()
        for name in values:
            high = name.removesuffix(_LOW) + _HIGH
            if name.endswith(_LOW) and values[name] > values[high]:
                allowed = f"at most {high} = {values[high]:g}"
                collector.add(InputError(name, values[name], allowed))
        collector.tell()
        return MappingProxyType(values)

    return Checked(check, section.wanted)


class _PhenotypeTable(CheckedModel):
    """A table ``[phenotypes.NAME]``: plausible range of each signal, and what else is known."""

    reason: Text
    tag: Tag
    shock: bool
    failing_lv: bool
    map: Any
    cardiac_output: Any
    ejection_fraction: Any
    pcwp: Any
    cvp: Any

    @field_validator(*GATED, mode="plain")
    @classmethod
    def _check_band(cls, ends: Any, info: ValidationInfo) -> Band:
        signal = SIGNALS[str(info.field_name)]
        if not isinstance(ends, tuple) or len(ends) != 2:
            raise InputError("", ends, f"[low, high] in {signal.unit}")
        low, high = (check_number(end, signal, "", None) for end in ends)
        if low >= high:
            raise InputError("", ends, "[low, high] with low < high")
        return low, high

    def phenotype(self) -> Phenotype:
        """What the table says."""
        bands = MappingProxyType({name: getattr(self, name) for name in GATED})
        return Phenotype(bands, self.shock, self.failing_lv, self.reason)


class _PopulationFile(CheckedModel):
    variation: Annotated[Mapping[str, Quantity], quantities_in(_VARIATION, required=False)]
    correlation: dict[str, dict[str, Any]]
    median: Annotated[Mapping[str, Quantity], quantities_in(_SLOW, required=False)]
    slow_spread: Annotated[Mapping[str, Quantity], quantities_in(_SLOW_SPREAD, required=False)]
    recovery: Annotated[Numbers, _numbers_in(_RECOVERY)]
    drugs: Annotated[Numbers, _numbers_in(DRUG_PARAMETERS)]
    regurgitation: Annotated[Numbers, _numbers_in(_REGURGITATION)]
    anatomy: Annotated[Numbers, _numbers_in(_ANATOMY)]
    phenotypes: dict[str, _PhenotypeTable]

    @field_validator("recovery")
    @classmethod
    def _check_shares(cls, shares: Numbers) -> Numbers:
        if shares["share_full"] + shares["share_partial"] > 1:
            allowed = f"at most 1 - {shares['share_full']:g}"
            raise InputError("share_partial", shares["share_partial"], allowed)
        return shares

    @field_validator("phenotypes")
    @classmethod
    def _check_default(cls, tables: dict[str, Any]) -> dict[str, Any]:
        if DEFAULT not in tables:
            raise InputError(DEFAULT, MISSING, "a table of bands")
        return tables


def _medians_and_spreads(
    medians: Mapping[str, Quantity], spreads: Mapping[str, Quantity], source: str
) -> Mapping[str, tuple[float, float]]:
    collector = ErrorCollector()
    for name in spreads:
        if name not in medians:
            collector.add(InputError(f"median.{name}", MISSING, "a quantity", source=source))
    collector.tell()
    return MappingProxyType(
        {
            name: (median.value, spreads[name].value if name in spreads else 0.0)
            for name, median in medians.items()
        }
    )


def _matrix(tables: Mapping[str, Mapping[str, Any]], names: tuple[str, ...], source: str) -> Array:
    """The matrix of the correlations; each pair of varied parameters at most once."""
    matrix = np.eye(len(names))
    collector = ErrorCollector()
    for first, row in tables.items():
        for second, table in row.items():
            field = f"correlation.{first}.{second}"
            unknown = next((name for name in (first, second) if name not in names), None)
            if unknown is not None:
                collector.add(unknown_name(field, unknown, names, source=source))
                continue
            i, j = names.index(first), names.index(second)
            if i == j or matrix[i, j] != 0:
                allowed = "each pair once, of two names"
                collector.add(InputError(field, table, allowed, source=source))
                continue
            entry = collector.call(read_quantity, table, _CORRELATION, field, source)
            matrix[i, j] = matrix[j, i] = 0.0 if entry is None else entry.value
    collector.tell()
    lowest = float(np.linalg.eigvalsh(matrix)[0]) if names else 1.0
    if lowest <= 1e-6:
        allowed = f"correlations that do not contradict each other (lowest eigenvalue {lowest:.2g})"
        raise InputError("correlation", "(the matrix)", allowed, source=source)
    return matrix
