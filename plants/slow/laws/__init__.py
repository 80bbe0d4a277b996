"""The laws of the slow clock, a topic a file: blood, drugs, hazards, hemolysis, limb, mitral valve,
myocardium, organs, oxygen and reflex.
"""

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
from plants.slow.laws.composition import ML_PER_DL
from plants.slow.laws.declare import SlowInput, SlowState, Topic
from plants.slow.laws.hazards import HAZARDS, access_parameters, event_times, thresholds
from plants.slow.laws.hemolysis import SIGNIFICANT, WITHIN, clinically_significant
from plants.slow.laws.limb import MM_PER_FRENCH, PARAMETERS
from plants.slow.laws.mitral import GRADES, echo_grade, effective_orifice, hidden_regurgitation

__all__ = [
    "GRADES",
    "HAZARDS",
    "ML_PER_DL",
    "MM_PER_FRENCH",
    "PARAMETERS",
    "SIGNIFICANT",
    "WITHIN",
    "SlowInput",
    "SlowState",
    "Topic",
    "access_parameters",
    "blood",
    "clinically_significant",
    "drugs",
    "echo_grade",
    "effective_orifice",
    "event_times",
    "hazards",
    "hemolysis",
    "hidden_regurgitation",
    "limb",
    "mitral",
    "myocardium",
    "organs",
    "oxygen",
    "reflex",
    "thresholds",
]
