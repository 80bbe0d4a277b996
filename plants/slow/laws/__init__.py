"""The laws of the slow clock, a topic a file: blood, drugs, hazards, hemolysis, limb, mitral valve,
myocardium, organs, oxygen and reflex.
"""

from plants.slow.declarations import (
    AllInputs as AllInputs,
    AllParameters as AllParameters,
    AllStates as AllStates,
)
from plants.slow.laws import (
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
from plants.slow.laws.declare import SlowInput as SlowInput, SlowState as SlowState
from plants.slow.laws.drugs import DOSES as DOSES, DRUGS as DRUGS
from plants.slow.laws.hazards import (
    HAZARDS as HAZARDS,
    access_parameters as access_parameters,
    event_times as event_times,
    hazard_thresholds as hazard_thresholds,
)
from plants.slow.laws.hemolysis import clinically_significant as clinically_significant
from plants.slow.laws.mitral import (
    MITRAL_GRADES as MITRAL_GRADES,
    echo_grade as echo_grade,
    effective_orifice as effective_orifice,
    end_diastolic_stretch as end_diastolic_stretch,
    excess_of as excess_of,
    hidden_regurgitation as hidden_regurgitation,
    tethering_of as tethering_of,
)
from plants.slow.laws.topics import TOPICS as TOPICS
