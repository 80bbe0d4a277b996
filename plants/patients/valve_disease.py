"""Valve diseases: narrowed and leaking valves by clinical grade, put on a patient.

The flow through an orifice is its effective area times the velocity ``sqrt(2 dP / rho)``
(Bernoulli; 50 cm/s times the root of the drop in mmHg, the clinical ``dP = 4 v^2``). The plant's
valves are linear in the drop, so that the equation is linearised by its secant at a typical flow
or drop: at other flows than the typical one a stenosis is too mild or too severe by as much.

References
----------
Zoghbi WA et al. (2017) J Am Soc Echocardiogr 30:303 (grades of regurgitation; recalled).
Baumgartner H et al. (2009, 2017) J Am Soc Echocardiogr 22:1 and 30:372 (grades of stenosis;
recalled).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from plants.patients.parameters import PATIENT_PARAMETERS
from plants.patients.patient import Patient
from plants.quantities import (
    BLOOD_DENSITY,
    DATA,
    PA_PER_MMHG,
    CheckedModel,
    InputError,
    Parameter,
    Quantity,
    Text,
    check_number,
    lookup,
    one_of,
    quantity_in,
    tables_of,
)

#: The grades, the mildest first.
GRADES = ("mild", "moderate", "severe")

_FILE = DATA / "valve_disease.toml"
#: Velocity (cm/s) of blood behind an orifice at a drop of 1 mmHg.
VELOCITY = 100.0 * math.sqrt(2.0 * PA_PER_MMHG / BLOOD_DENSITY)
_AREA = Parameter("area", "cm2", "effective orifice area", 0.01, 6.0)
_FLOW = Parameter("typical_flow", "mL/s", "flow at which a stenosis is linearised", 10.0, 1000.0)
_DROP = Parameter("typical_drop", "mmHg", "drop at which a leak is linearised", 1.0, 200.0)


class ValveDisease(CheckedModel):
    """A disease of one valve.

    Attributes
    ----------
    name, description : str
        For tables; the description says how the grades are told.
    parameter : str
        The patient's parameter that it changes: a resistance or a leak.
    mild, moderate, severe : Quantity
        Effective orifice area (cm2) of each grade.
    typical_flow, typical_drop : Quantity or None
        Flow (mL/s) at which a stenosis, or drop (mmHg) at which a leak is linearised.

    Examples
    --------
    >>> from plants import valve_diseases
    >>> disease = valve_diseases()["mitral-regurgitation"]
    >>> round(disease.value("severe"), 2)  # mL/s/mmHg
    3.9
    """

    description: Text
    parameter: Annotated[str, one_of(PATIENT_PARAMETERS)]
    mild: Annotated[Quantity, quantity_in(_AREA)]
    moderate: Annotated[Quantity, quantity_in(_AREA)]
    severe: Annotated[Quantity, quantity_in(_AREA)]
    typical_flow: Annotated[Quantity, quantity_in(_FLOW)] | None = None
    typical_drop: Annotated[Quantity, quantity_in(_DROP)] | None = None
    name: str = Field(default="", exclude=True)

    def _contradictions(self) -> Iterable[InputError]:
        prefix = "leak_" if self.typical_flow is None else "r_"
        if (self.typical_flow is None) == (self.typical_drop is None):
            yield InputError("typical_flow", self.typical_flow, "it or typical_drop, not both")
        elif not self.parameter.startswith(prefix):
            yield InputError("parameter", self.parameter, f"a patient parameter {prefix}...")

    @property
    def typical(self) -> Quantity:
        """Flow (mL/s) at which a stenosis, or drop (mmHg) at which a leak is linearised."""
        typical = self.typical_flow or self.typical_drop
        assert typical is not None  # checked above
        return typical

    @property
    def areas(self) -> Mapping[str, Quantity]:
        """Effective orifice area (cm2) of each grade."""
        return {grade: getattr(self, grade) for grade in GRADES}

    @property
    def is_stenosis(self) -> bool:
        """Whether the valve is narrowed, else it leaks."""
        return self.typical_flow is not None

    def value(self, grade: str, typical: float | None = None) -> float:
        """Resistance (mmHg.s/mL) or leak (mL/s/mmHg) of a grade.

        Parameters
        ----------
        grade : str
            One of :data:`GRADES`.
        typical : float, optional
            Flow (mL/s) or drop (mmHg) at which to linearise; by default :attr:`typical`.

        Raises
        ------
        InputError
            The grade is unknown, or the flow or drop is out of range.
        """
        area = lookup(self.areas, grade, "grade")
        declared = _FLOW if self.is_stenosis else _DROP
        at = check_number(
            self.typical.value if typical is None else typical, declared, declared.name, None
        )
        conductance = VELOCITY * area.value  # mL/s for each root of mmHg
        return at / conductance**2 if self.is_stenosis else conductance / math.sqrt(at)


@functools.cache
def valve_diseases() -> Mapping[str, ValveDisease]:
    """The diseases of the data file, by name."""
    diseases = tables_of(ValveDisease, _FILE)
    return MappingProxyType({name: each.changed(name=name) for name, each in diseases.items()})


def with_valve_disease(
    patient: Patient | str, disease: str, grade: str, *, typical: float | None = None
) -> Patient:
    """The patient with a diseased valve; several diseases are put on one after the other.

    Parameters
    ----------
    patient : Patient or str
        The patient, or the name or path of one.
    disease : str
        One of :func:`valve_diseases`.
    grade : str
        One of :data:`GRADES`.
    typical : float, optional
        Flow (mL/s) at which a stenosis, or drop (mmHg) at which a leak is linearised, where the
        patient's own is far from that of the data file.

    Returns
    -------
    Patient
        Its valve is never better than the patient's own.

    Raises
    ------
    InputError
        The disease or the grade is unknown, or the flow or drop is out of range.

    Examples
    --------
    >>> from plants import with_valve_disease
    >>> patient = with_valve_disease("hfref", "mitral-regurgitation", "moderate")
    >>> patient.name, round(patient["leak_mitral"], 2)
    ('hfref with moderate mitral-regurgitation', 1.99)
    """
    chosen = lookup(valve_diseases(), disease, "disease")
    given = Patient.load(patient) if isinstance(patient, str) else patient
    value = chosen.value(grade, typical)
    area = chosen.areas[grade]
    return given.replace(
        f"{given.name} with {grade} {disease}",
        description=None,
        source=f"{grade} {disease}, {area.value:g} cm2 ({area.source}), linearised",
        tag="D",
        **{chosen.parameter: max(value, given[chosen.parameter])},
    )
