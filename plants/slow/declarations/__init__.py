"""What the laws of the slow clock declare: states, inputs and parameters, by topic and of all."""

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
from plants.slow.declarations.joined import AllInputs, AllParameters, AllStates

__all__ = [
    "AllInputs",
    "AllParameters",
    "AllStates",
    "blood",
    "drugs",
    "hazards",
    "hemolysis",
    "limb",
    "mitral",
    "myocardium",
    "organs",
    "oxygen",
    "reflex",
]
