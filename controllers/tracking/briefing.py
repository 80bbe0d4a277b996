"""What a weaning controller and its tracker know when they take over a patient."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from controllers.operating_points import running_levels
from plants import (
    SLOW_INPUTS,
    TIERS,
    InputError,
    Level,
    Patient,
    Plant,
    Pump,
    SlowClock,
    SlowParameters,
    Therapy,
    label_limit,
    unknown_name,
)
from plants.bedside import bedside_settings
from plants.quantities import Array
from plants.slow.laws import DRUGS


@dataclass(frozen=True)
class WeaningBriefing:
    """All that is known when weaning begins; never the truth about the patient at hand.

    Parameters
    ----------
    patient : Patient
        The nominal patient: a model of the profile, not of the individual.
    pump : Pump
        The left pump that is weaned.
    therapy : Therapy
        Targets, limits and weaning criteria.
    tier : str
        Which sensors there are.
    label_hours : float, optional
        Longest use of the pump, h; by default the label's for cardiogenic shock.
    seed : int
        For what draws random numbers.
    drugs : mapping of str to float, optional
        Doses (ug/kg/min) under which the patient was found, of ``DRUGS``; 0 where not named. The
        nominal patient is the one under these. By default the first doses given.
    pressure_before : float, optional
        Mean arterial pressure before support, mmHg, at which the baroreflex is neutral; where it is
        not known, the nominal patient's is taken for a guess.
    baroreflex : float, optional
        Share, 0 to 1, of the baroreflex that is assumed to be at work; by default that of
        the virtual patients at the bedside.
    right_pump : Pump, optional
        A right pump beside the one that is weaned.
    right_level : str, optional
        P-level at which it is held.

    Raises
    ------
    InputError
        The pump is none for the left ventricle, a dose is unknown or out of range, or a number is
        not positive.

    Examples
    --------
    >>> from controllers import WeaningBriefing
    >>> from plants import Patient, Pump, Therapy
    >>> briefing = WeaningBriefing(Patient.load("shock-d"), Pump.load("CP"), Therapy.default())
    >>> briefing.label_hours, [level.name for level in briefing.levels][:2]
    (96.0, ['P-2', 'P-3'])
    """

    patient: Patient
    pump: Pump
    therapy: Therapy
    tier: str = "icu"
    label_hours: float | None = None
    seed: int = 0
    drugs: Mapping[str, float] | None = None
    pressure_before: float | None = None
    baroreflex: float | None = None
    right_pump: Pump | None = None
    right_level: str | None = None

    def __post_init__(self) -> None:
        if self.pump.side != "left":
            allowed = "a pump for the left ventricle, which weaning is made for"
            raise InputError("pump", self.pump.name, allowed, source=self.pump.path)
        if self.tier not in TIERS:
            raise unknown_name("tier", self.tier, TIERS)
        if self.label_hours is None:
            object.__setattr__(self, "label_hours", label_limit(self.pump))
        for name in ("label_hours", "pressure_before"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise InputError(name, value, "a positive number")
        if self.drugs is not None:
            object.__setattr__(self, "drugs", MappingProxyType(checked_doses(self.drugs)))
        if self.baroreflex is None:
            object.__setattr__(self, "baroreflex", bedside_settings()["reflex"]["gain"])

    @property
    def plant(self) -> Plant:
        """The nominal patient, on the pumps."""
        return Plant(self.patient, self.pump, self.right_pump, right_level=self.right_level)

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that may be held, slowest first."""
        return running_levels(self.pump)

    def slow_parameters(self, baseline_doses: Mapping[str, float]) -> SlowParameters:
        """What is assumed of reflex, drugs and blood.

        Parameters
        ----------
        baseline_doses : mapping of str to float
            Doses (ug/kg/min) under which the patient was found, of all of ``DRUGS``.

        Raises
        ------
        PhysicsError
            The nominal patient has no periodic beat without support.
        """
        known = {f"{name}_baseline": baseline_doses[name] for name in DRUGS}
        if self.pressure_before is not None:
            known["baroreflex_operating_pressure"] = self.pressure_before
        if self.baroreflex is not None:
            known["baroreflex_gain"] = self.baroreflex
        told = SlowParameters.load().replace(source="told in the briefing", tag="D", **known)
        return SlowClock(self.patient, told).parameters


def checked_doses(doses: Mapping[str, float]) -> dict[str, float]:
    """Doses (ug/kg/min) of all of ``DRUGS``, 0 where not named.

    Raises
    ------
    InputError
        A drug is unknown or a dose out of its range.
    """
    for name, value in doses.items():
        if name not in DRUGS:
            raise unknown_name("drug", name, DRUGS)
        low, high = SLOW_INPUTS[name].low, SLOW_INPUTS[name].high
        if not (math.isfinite(value) and low <= value <= high):
            raise InputError(name, value, f"{low:g} to {high:g} ug/kg/min")
    return {name: float(doses.get(name, 0.0)) for name in DRUGS}


def dose_vector(doses: Mapping[str, float]) -> Array:
    """Doses (ug/kg/min) in the order of :data:`DRUGS`."""
    return np.array([doses[name] for name in DRUGS])
