"""The topics of the slow clock by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from plants.slow.laws import (
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
from plants.slow.laws.declare import Topic

#: The topics by name, each with a file of values of the same name.
TOPICS: Mapping[str, Topic] = MappingProxyType(
    {
        "hemolysis": hemolysis,
        "blood": blood,
        "oxygen": oxygen,
        "organs": organs,
        "myocardium": myocardium,
        "mitral": mitral,
        "drugs": drugs,
        "limb": limb,
        "hazards": hazards,
        "reflex": reflex,
    }
)
