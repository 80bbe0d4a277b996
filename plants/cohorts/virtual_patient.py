"""A virtual patient: a circulation, what hours and days do to it, and arteries to go through."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from plants.cohorts.access import Anatomy, access_routes, check_anatomy
from plants.cohorts.refused import NO_ACCESS, PatientRefused
from plants.patients import Patient
from plants.pumps import Pump
from plants.quantities import InputError, Parameter, check_number, unknown_name
from plants.slow import SlowParameters
from plants.slow.laws import access_parameters

#: How much of the stunned myocardium comes back.
RESPONDERS = ("full", "partial", "none")
SEXES = ("female", "male")
# What a row tells besides the parameters.
_TOLD = ("phenotype", "seed", "sex", "responder", "access", "artery_diameter", "axillary_diameter")
#: What the diameter of an artery may be.
_DIAMETER = Parameter("artery_diameter", "mm", "inner diameter of an artery", 2.0, 15.0)
# The ascending aorta takes any device; a guess at its diameter, mm.
_AORTA = 30.0


@dataclass(frozen=True)
class VirtualPatient:
    """One member of a population.

    Parameters
    ----------
    patient : Patient
        The circulation, as it is before support.
    phenotype : str
        Name of the profile that the patient was drawn around.
    seed : int
        Seed of the draw.
    sex : {"female", "male"}
        Moves the diameters of the arteries, nothing else.
    artery_diameter : float
        Inner diameter of the common femoral artery, mm.
    axillary_diameter : float
        Inner diameter of the axillary artery, mm.
    responder : {"full", "partial", "none"}
        How much of the stunned myocardium comes back.
    slow : Mapping of str to float
        Parameters of the slow clock that differ from their files', by name.
    access : str
        The way a pump was put in, as the pump's file names it; empty before one was chosen.

    Raises
    ------
    InputError
        A diameter or a slow parameter is not a finite number, or a word is not one of those above.

    Examples
    --------
    >>> from plants import Patient, Pump
    >>> from plants import VirtualPatient
    >>> patient = Patient.load("shock-d")
    >>> member = VirtualPatient(patient, "shock-d", 0, "female", 6.1, 5.5, "none")
    >>> member.on(Pump.load("5.0")).access
    'femoral cut-down'
    """

    patient: Patient
    phenotype: str
    seed: int
    sex: str
    artery_diameter: float
    axillary_diameter: float
    responder: str
    slow: Mapping[str, float] = field(default_factory=dict)
    access: str = ""

    def __post_init__(self) -> None:
        source = self.patient.name
        for name in ("artery_diameter", "axillary_diameter"):
            value = check_number(getattr(self, name), _DIAMETER, name, source)
            object.__setattr__(self, name, value)
        for name, choices in (("sex", SEXES), ("responder", RESPONDERS)):
            if getattr(self, name) not in choices:
                raise unknown_name(name, getattr(self, name), choices, source=source)
        for name, value in self.slow.items():
            if isinstance(value, bool) or not math.isfinite(value):
                raise InputError(f"slow.{name}", value, "a finite number", source=source)
        kept = MappingProxyType({name: float(value) for name, value in self.slow.items()})
        object.__setattr__(self, "slow", kept)

    def anatomy(self, pump: Pump, access: str) -> Anatomy:
        """How a pump fits the patient's vessel of an access.

        Raises
        ------
        InputError
            The pump does not allow the access, goes through a vein, or is too wide.
        """
        vessels = {
            "femoral artery": self.artery_diameter,
            "axillary artery": self.axillary_diameter,
            "ascending aorta": _AORTA,
        }
        vessel = {route.name: route.vessel for route in access_routes(pump)}.get(access, "")
        if vessel and vessel not in vessels:
            allowed = "an access through an artery; veins are not drawn"
            raise InputError("access", access, allowed, source=self.patient.name)
        return check_anatomy(pump, access, vessels.get(vessel, _AORTA))

    def on(self, pump: Pump, access: str = "") -> VirtualPatient:
        """The patient with a pump put in: by that access, or the pump's first that fits.

        Raises
        ------
        InputError
            The pump has no such access, or none through an artery.
        PatientRefused
            No access of the pump fits, or the given one does not; the message says why.

        Examples
        --------
        >>> from plants import Pump
        >>> from plants import Population
        >>> Population("shock-d").draw(7).on(Pump.load("CP")).access
        'femoral percutaneous'
        """
        reasons = []
        for name in (access,) if access else pump.access:
            try:
                self.anatomy(pump, name)
            except PatientRefused as error:
                if access:
                    raise
                reasons.append(f"{name}: {error.value} mm, needs {error.allowed}")
            else:
                return replace(self, access=name)
        why = "one that the arteries allow (" + "; ".join(reasons) + ")"
        raise PatientRefused(
            f"access of the {pump.name}", "none", why, kind=NO_ACCESS, source=self.patient.name
        )

    def slow_parameters(self, pump: Pump | None = None) -> SlowParameters:
        """Parameters of the slow clock: the patient's own, and what the pump's access sets.

        Parameters
        ----------
        pump : Pump, optional
            The pump that was put in by :attr:`access`; without one nothing lies in an artery.

        Raises
        ------
        InputError
            A parameter is unknown or out of range, or no access was chosen for the pump.
        """
        own = {**self.slow, "artery_diameter": self.artery_diameter}
        if pump is None:
            put_in = access_parameters("", 0.0, None)
        else:
            anatomy = self.anatomy(pump, self.access)
            french = pump.rating("pump_french")
            # What goes through a graft leaves nothing in the artery.
            sheath = pump.rating("sheath_french") if anatomy.access.sheath else None
            put_in = access_parameters(self.access, french or 0.0, sheath)
        values = own | put_in
        return SlowParameters.load().replace(
            source="guess: drawn for the population, and the pump's access", tag="X", **values
        )

    def row(self) -> dict[str, float | str]:
        """The patient as a row of a table: who, arteries, and every parameter by name."""
        told = {name: getattr(self, name) for name in _TOLD}
        return told | dict(self.slow) | dict(self.patient.values)
