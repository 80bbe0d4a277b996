"""The laws of the slow clock, a topic a file: blood, drugs, hazards, hemolysis, limb, mitral valve,
myocardium, organs, oxygen and reflex.
"""

from plants.slow.declarations import AllInputs, AllParameters, AllStates
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
from plants.slow.laws.declare import SlowInput, SlowState
from plants.slow.laws.drugs import DOSES, DRUGS
from plants.slow.laws.hazards import HAZARDS, access_parameters, event_times, hazard_thresholds
from plants.slow.laws.hemolysis import (
    SIGNIFICANT_PFHB,
    SIGNIFICANT_WITHIN_HOURS,
    clinically_significant,
)
from plants.slow.laws.mitral import (
    MITRAL_GRADES,
    echo_grade,
    effective_orifice,
    hidden_regurgitation,
)
from plants.slow.laws.topics import TOPICS

__all__ = [
    "DOSES",
    "DRUGS",
    "HAZARDS",
    "MITRAL_GRADES",
    "SIGNIFICANT_PFHB",
    "SIGNIFICANT_WITHIN_HOURS",
    "TOPICS",
    "AllInputs",
    "AllParameters",
    "AllStates",
    "SlowInput",
    "SlowState",
    "access_parameters",
    "blood",
    "clinically_significant",
    "drugs",
    "echo_grade",
    "effective_orifice",
    "event_times",
    "hazard_thresholds",
    "hazards",
    "hemolysis",
    "hidden_regurgitation",
    "limb",
    "mitral",
    "myocardium",
    "organs",
    "oxygen",
    "reflex",
]
