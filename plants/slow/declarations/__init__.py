"""What the laws of the slow clock declare: states, inputs and parameters, by topic and of all."""

from plants.slow.declarations import (
    blood as blood,
    drugs as drugs,
    hazards as hazards,
    hemolysis as hemolysis,
    limb as limb,
    mitral as mitral,
    myocardium as myocardium,
    organs as organs,
    oxygen as oxygen,
    reflex as reflex,
)
from plants.slow.declarations.joined import (
    AllInputs as AllInputs,
    AllParameters as AllParameters,
    AllStates as AllStates,
)
