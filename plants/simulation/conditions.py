"""What a patient is simulated under beyond patient, pump and scenario.

Rhythm, valve diseases, reflex, slow clock and the way in of the pump, each by name: what
:func:`plants.simulate` and the command line take. It is checked here that the whole makes sense
before anything runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plants.cohorts import Anatomy, access_route, access_routes, check_anatomy, check_indication
from plants.patients import Patient, Rhythm, valve_diseases, with_valve_disease
from plants.plant import Plant
from plants.pumps import Pump
from plants.quantities import InputError, lookup
from plants.scenarios import Scenario
from plants.simulation.simulator import Simulator
from plants.slow import SlowClock, SlowParameters
from plants.slow.laws import access_parameters

#: The rhythm where none is given.
SINUS = "sinus"


@dataclass(frozen=True)
class Conditions:
    """Conditions of a simulation, by name.

    Parameters
    ----------
    right_level : str, optional
        P-level of a right pump beside a left one; by default that of :class:`plants.Plant`.
    rhythm : str
        A kind of :class:`plants.Rhythm`.
    valve_disease : str or tuple of str
        Diseases with their grade, for example ``"aortic-stenosis:severe"``.
    baroreflex : bool
        Whether the baroreflex is at work; it needs the slow clock, which then runs too.
    slow : bool
        Whether the slow clock runs, from beat to beat.
    access : str, optional
        The way in, as the pump's file names it; by default the first of the file.
    artery_diameter : float, optional
        Inner diameter (mm) of the vessel of that access, which the pump must fit.

    Raises
    ------
    InputError
        A name is unknown, or a disease has no grade.

    Examples
    --------
    >>> from plants import Conditions
    >>> Conditions(valve_disease="aortic-stenosis:severe").plant("hfref", "CP").patient.name
    'hfref with severe aortic-stenosis'
    >>> Conditions(access="femoral cut-down", artery_diameter=5.0).plant("shock-d", "5.0")
    Traceback (most recent call last):
    ...
    plants.cohorts.refused.PatientRefused: ... allowed: at least 5.6 mm of the femoral artery...
    """

    right_level: str | None = None
    rhythm: str = SINUS
    valve_disease: tuple[str, ...] = ()
    baroreflex: bool = False
    slow: bool = False
    access: str | None = None
    artery_diameter: float | None = None

    def __post_init__(self) -> None:
        given = self.valve_disease
        diseases = (given,) if isinstance(given, str) else tuple(given)
        object.__setattr__(self, "valve_disease", diseases)
        for disease in diseases:
            _disease(disease)
        Rhythm(self.rhythm)  # Refuses an unknown kind.
        for name in ("baroreflex", "slow"):
            if not isinstance(getattr(self, name), bool):
                raise InputError(name, getattr(self, name), "True or False")

    @classmethod
    def of(cls, conditions: Conditions | Mapping[str, Any]) -> Conditions:
        """The conditions, also from the plain data that :func:`dataclasses.asdict` made of them."""
        return conditions if isinstance(conditions, Conditions) else cls(**conditions)

    @property
    def beat_by_beat(self) -> bool:
        """Whether something changes from beat to beat, so that a steady run repeats no beat."""
        return self.rhythm != SINUS or self.with_slow_clock

    @property
    def with_slow_clock(self) -> bool:
        """Whether the slow clock runs."""
        return self.slow or self.baroreflex

    def diseased(self, patient: Patient | str) -> Patient:
        """The patient with the valve diseases.

        Raises
        ------
        InputError
            There is no such patient, disease or grade.
        """
        own = Patient.load(patient) if isinstance(patient, str) else patient
        for disease in self.valve_disease:
            own = with_valve_disease(own, *_disease(disease))
        return own

    def plant(self, patient: Patient | str, device: Pump | str | None) -> Plant:
        """The patient, with the valve diseases, on the pumps.

        Raises
        ------
        InputError
            A name is unknown; a level of a right pump is given where there is none beside a left
            one; the pump does not fit the vessel; or a right pump alone is no help to the patient.
        PhysicsError
            The failing ventricle cannot be told, without a periodic beat without a pump.
        """
        plant = Plant(self.diseased(patient), device, right_level=self.right_level)
        if self.right_level is not None and (plant.left is None or plant.right is None):
            allowed = "only with two pumps, as in CP+RP"
            raise InputError("right_level", self.right_level, allowed)
        self.anatomy(plant)
        check_indication(plant)
        return plant

    def anatomy(self, plant: Plant) -> Anatomy | None:
        """How the pump fits the vessel; None where no diameter is given.

        Of two pumps it is the left one's: the diameter of the other's vein is not asked for.

        Raises
        ------
        InputError
            There is no pump, it does not allow the access, or it does not fit.
        """
        pump = plant.pump
        if pump is None:
            for name in ("access", "artery_diameter"):
                if getattr(self, name) is not None:
                    raise InputError(name, getattr(self, name), "only with a device")
            return None
        if self.access is not None:
            access_route(pump, self.access)
        if self.artery_diameter is None:
            return None
        route = self.access if self.access is not None else access_routes(pump)[0]
        return check_anatomy(pump, route, self.artery_diameter)

    def simulator(
        self, plant: Plant, scenario: Scenario | None = None, *, seed: int = 0
    ) -> Simulator:
        """A simulator of a plant from :meth:`plant`; the seed is that of the rhythm.

        Raises
        ------
        InputError
            The seed is no integer that a rhythm takes.
        PhysicsError
            With the slow clock, the patient has no periodic beat without support.
        """
        rhythm = None if self.rhythm == SINUS else Rhythm.make(self.rhythm, seed=seed)
        slow = (
            SlowClock(plant.patient, self.slow_parameters(plant)) if self.with_slow_clock else None
        )
        return Simulator(plant, scenario, slow=slow, rhythm=rhythm)

    def slow_parameters(self, plant: Plant) -> SlowParameters:
        """Parameters of the slow clock: the package's, the reflex, and what the access sets."""
        pump, anatomy = plant.pump, self.anatomy(plant)
        values = {"baroreflex_gain": float(self.baroreflex)}
        if pump is None:
            values |= access_parameters("", 0.0, None)
        else:
            route = access_route(pump, self.access) if self.access else access_routes(pump)[0]
            # What goes through a graft leaves nothing in the artery.
            sheath = pump.rating("sheath_french") if route.sheath else None
            values |= access_parameters(route.name, pump.rating("pump_french") or 0.0, sheath)
        if anatomy is not None and anatomy.access.femoral and self.artery_diameter is not None:
            values["artery_diameter"] = self.artery_diameter
        return SlowParameters.load().replace(
            source="the simulation's conditions", tag="D", **values
        )


def _disease(text: str) -> tuple[str, str]:
    """A disease and its grade, both known."""
    known = {
        f"{name}:{grade}": (name, grade)
        for name, disease in valve_diseases().items()
        for grade in disease.areas
    }
    return lookup(known, text, "valve_disease")
