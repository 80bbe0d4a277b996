"""What the sensitivity study varies: the patient, the pump and what happens, with their ranges."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plants import DEVICE_PARAMETERS, DISTURBANCES, PATIENT_PARAMETERS, Patient, Plant, Pump
from plants.cohorts import STRESSED, built_in_variation
from plants.pumps import other_laws

_FILE = Path(__file__).parents[2] / "data" / "sensitivity.toml"
_LAW = ("head_a", "head_b", "head_c", "inertance")
#: The pump's one factor that is no parameter of its own.
HEAD_FLOW_LAW = "head_flow_law"
_LABELS = {
    STRESSED: "stressed blood volume",
    HEAD_FLOW_LAW: "head-flow law",
    "r_systemic": "systemic vascular resistance",
    "inlet_depth": "depth of the inlet",
}
#: Factors on a parameter of the pump; the others replace it.
_SCALED = ("hemolysis_reference_rate",)


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
    >>> [one.name for one in factors(Patient.load("shock-d"), None)][:2]
    ['heart_rate', 'lv_ees']
    """
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    found = [*_of_patient(patient, content["patient"])]
    if pump is not None:
        found += [Factor(name, "pump", **row) for name, row in content["pump"].items()]
    found += [
        Factor(name, "disturbance", **row)
        for name, row in content["disturbance"].items()
        if pump is not None or name not in ("inlet_depth", "wall_contact")
    ]
    return tuple(found)


def _of_patient(patient: Patient, settings: Mapping[str, Any]) -> list[Factor]:
    variation = built_in_variation()
    found = []
    for name, spread in zip(variation.names, variation.spread, strict=True):
        middle = _stressed(patient) if name == STRESSED else patient[name]
        unit = "mL" if name == STRESSED else PATIENT_PARAMETERS[name].unit
        reach = math.exp(float(settings["deviations"]) * float(spread))
        low, high = middle / reach, middle * reach
        if name in PATIENT_PARAMETERS:
            limits = PATIENT_PARAMETERS[name]
            low, high = max(low, limits.low), min(high, limits.high)
        source, tag = settings["source"], settings["tag"]
        found.append(Factor(name, "patient", low, high, unit, source, tag))
    return found


def _stressed(patient: Patient) -> float:
    return patient["blood_volume"] - _unstressed(patient)


def _unstressed(patient: Patient) -> float:
    return sum(value for name, value in patient.values.items() if name.startswith("vu_"))


def _laws(pump: Pump) -> NDArray[np.float64]:
    """Coefficients of all fits, by :data:`_LAW`, from the flattest to the steepest."""
    laws = [[pump[name] for name in _LAW]]
    laws += [[getattr(other, name) for name in _LAW] for other in other_laws(pump)]
    limits = [DEVICE_PARAMETERS[name] for name in _LAW]
    # A fit without a quadratic term is one that the plant cannot run: a trace of it is kept.
    low, high = ([getattr(one, end) for one in limits] for end in ("low", "high"))
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
        if factor.name == STRESSED:
            of_patient["blood_volume"] = _unstressed(patient) + value
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
