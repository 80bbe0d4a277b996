"""States, inputs and parameters of all topics of the slow clock together.

A structure lists the fields of its last base first: read the bases from below to have the topics
in the order of the vectors.
"""

from __future__ import annotations

from plants.circulation import PatientParameters
from plants.quantities import structure
from plants.slow.declarations import (
    blood,
    drugs,
    hazards,
    hemolysis,
    limb,
    mitral,
    myocardium,
    organs,
    oxygen,
    reflex,
)


@structure
class AllStates(
    reflex.States,
    hazards.States,
    limb.States,
    drugs.States,
    mitral.States,
    myocardium.States,
    organs.States,
    oxygen.States,
    blood.States,
    hemolysis.States,
):
    """The slow states of all topics."""


@structure
class AllInputs(limb.Inputs, drugs.Inputs, blood.Inputs):
    """What may be given over hours, of all topics."""


@structure
class AllParameters(
    PatientParameters,
    reflex.Parameters,
    hazards.Parameters,
    limb.Parameters,
    drugs.Parameters,
    mitral.Parameters,
    myocardium.Parameters,
    organs.Parameters,
    oxygen.Parameters,
    blood.Parameters,
    hemolysis.Parameters,
):
    """The slow parameters of all topics, and the patient's."""
