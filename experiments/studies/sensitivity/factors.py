"""What the sensitivity study varies: the patient, the pump and what happens, with their ranges."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from plants import (
    DEVICE_PARAMETERS,
    DISTURBANCES,
    PATIENT_PARAMETERS,
    InputError,
    Patient,
    Plant,
    Pump,
    unknown_name,
)
from plants.cohorts import STRESSED_VOLUME, built_in_variation
from plants.pumps import alternative_head_flow_laws
from plants.quantities import Array, CheckedModel, Source, Tag, Text, load_toml

_FILE = Path(__file__).parents[2] / "data" / "sensitivity.toml"
_SOURCE = "experiments/data/sensitivity.toml"
_LAW = ("head_a", "head_b", "head_c", "inertance")
#: The pump's one factor that is no parameter of its own.
HEAD_FLOW_LAW = "head_flow_law"
_LABELS = {
    STRESSED_VOLUME: "stressed blood volume",
    HEAD_FLOW_LAW: "head-flow law",
    "r_systemic": "systemic vascular resistance",
    "inlet_depth": "depth of the inlet",
}
#: Factors on a parameter of the pump; the others replace it.
_SCALED = ("hemolysis_reference_rate",)
#: Disturbances that need a pump.
_OF_A_PUMP = ("inlet_depth", "wall_contact")


class PatientSpread(CheckedModel):
    """How far the patient's parameters vary, in standard deviations of the population."""

    deviations: float = Field(gt=0)
    source: Source
    tag: Tag


class Range(CheckedModel):
    """The range of a factor, in its unit."""

    low: float
    high: float
    unit: Text
    source: Source
    tag: Tag

    def _contradictions(self) -> Iterable[InputError]:
        if not self.low < self.high:
            yield InputError("low", self.low, f"below high = {self.high:g}")


class FactorRanges(CheckedModel):
    """The data file: ranges of parameters of the pump and of disturbances, by name."""

    patient: PatientSpread
    pump: dict[str, Range]
    disturbance: dict[str, Range]

    def _contradictions(self) -> Iterable[InputError]:
        tables = (
            ("pump", self.pump, (HEAD_FLOW_LAW, *DEVICE_PARAMETERS)),
            ("disturbance", self.disturbance, tuple(DISTURBANCES)),
        )
        return [
            unknown_name(field, name, known)
            for field, ranges, known in tables
            for name in ranges
            if name not in known
        ]


@functools.cache
def factor_ranges() -> FactorRanges:
    """The ranges that come with the package.

    Raises
    ------
    InputError
        The data file is refused.
    """
    return FactorRanges.read(load_toml(_FILE)[0], source=_SOURCE)


@dataclass(frozen=True)
class Factor:
    """Something that varies uniformly.

    Attributes
    ----------
    name, group : str
        A parameter of the patient, of the pump, or a disturbance; and which of these.
    low, high : float
        Ends of the range, in `unit`.
    unit : str
        Unit of the ends.
    source, tag : str
        Where the range came from and how far it is to be believed.
    """

    name: str
    group: str
    low: float
    high: float
    unit: str
    source: str
    tag: str

    @property
    def label(self) -> str:
        """What it is, for tables and figures."""
        if self.name in _LABELS:
            return _LABELS[self.name]
        tables: tuple[Mapping[str, Any], ...] = (
            PATIENT_PARAMETERS,
            DEVICE_PARAMETERS,
            DISTURBANCES,
        )
        return next(str(table[self.name].meaning) for table in tables if self.name in table)


def factors(patient: Patient, pump: Pump | None) -> tuple[Factor, ...]:
    """What can be varied of a patient on a pump: patient's, then pump's, then disturbances.

    Without a pump, what needs one is left out. A range ends where a parameter's own range does.

    Examples
    --------
    >>> from experiments.studies.sensitivity.factors import factors
    >>> from plants import Patient
    >>> [factor.name for factor in factors(Patient.load("shock-d"), None)][:2]
    ['heart_rate', 'lv_ees']
    """
    ranges = factor_ranges()
    of_pump = {} if pump is None else ranges.pump
    outside = {
        name: reach
        for name, reach in ranges.disturbance.items()
        if pump is not None or name not in _OF_A_PUMP
    }
    return (
        *_of_patient(patient, ranges.patient),
        *(Factor(name, "pump", **dict(reach)) for name, reach in of_pump.items()),
        *(Factor(name, "disturbance", **dict(reach)) for name, reach in outside.items()),
    )


def _of_patient(patient: Patient, spread: PatientSpread) -> Iterator[Factor]:
    variation = built_in_variation()
    for name, deviation in zip(variation.names, variation.spread, strict=True):
        middle = _stressed(patient) if name == STRESSED_VOLUME else patient[name]
        unit = "mL" if name == STRESSED_VOLUME else PATIENT_PARAMETERS[name].unit
        reach = math.exp(spread.deviations * float(deviation))
        low, high = middle / reach, middle * reach
        if name in PATIENT_PARAMETERS:
            limits = PATIENT_PARAMETERS[name]
            low, high = max(low, limits.low), min(high, limits.high)
        yield Factor(name, "patient", low, high, unit, spread.source, spread.tag)


def _stressed(patient: Patient) -> float:
    return patient["blood_volume"] - patient.unstressed_volume


def _laws(pump: Pump) -> Array:
    """Coefficients of all fits, by :data:`_LAW`, from the flattest to the steepest."""
    laws = [[pump[name] for name in _LAW]]
    laws += [[getattr(other, name) for name in _LAW] for other in alternative_head_flow_laws(pump)]
    limits = [DEVICE_PARAMETERS[name] for name in _LAW]
    # A fit without a quadratic term is one that the plant cannot run: a trace of it is kept.
    low = [parameter.low for parameter in limits]
    high = [parameter.high for parameter in limits]
    return np.array(sorted(np.clip(laws, low, high).tolist()))


def varied_plant(
    patient: Patient, pump: Pump | None, chosen: Sequence[Factor], values: Sequence[float]
) -> tuple[Plant, dict[str, float]]:
    """Plant and disturbances at values of the factors.

    Raises
    ------
    InputError
        A value leaves the range of its parameter.
    """
    of_patient: dict[str, float] = {}
    of_pump: dict[str, float] = {}
    outside: dict[str, float] = {}
    for factor, number in zip(chosen, values, strict=True):
        value = float(number)
        if factor.name == STRESSED_VOLUME:
            of_patient["blood_volume"] = patient.unstressed_volume + value
        elif factor.group == "patient":
            of_patient[factor.name] = value
        elif factor.name == HEAD_FLOW_LAW and pump is not None:
            of_pump |= _law_at(pump, value)
        elif factor.group == "pump" and pump is not None:
            scale = pump[factor.name] if factor.name in _SCALED else 1.0
            of_pump[factor.name] = value * scale
        else:
            outside[factor.name] = value
    moved = patient.replace(
        None, description=None, source="sensitivity study", tag="X", **of_patient
    )
    device = (
        None if pump is None else pump.replace(None, source="sensitivity study", tag="X", **of_pump)
    )
    return Plant(moved, device), outside


def _law_at(pump: Pump, place: float) -> dict[str, float]:
    laws = _laws(pump)
    places = np.linspace(0.0, 1.0, len(laws))
    return {name: float(np.interp(place, places, laws[:, k])) for k, name in enumerate(_LAW)}
