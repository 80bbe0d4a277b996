"""Scenarios: what happens to a patient and when, and how much blood that may cost."""

from plants.scenarios.blood_budget import check_blood_budget as check_blood_budget
from plants.scenarios.disturbances import (
    DISTURBANCES as DISTURBANCES,
    Disturbance as Disturbance,
    disturbance_vector as disturbance_vector,
)
from plants.scenarios.event import VOLUME as VOLUME, Event as Event
from plants.scenarios.intervention import (
    Inflation as Inflation,
    Intervention as Intervention,
    intervention_numbers as intervention_numbers,
)
from plants.scenarios.scenario import Scenario as Scenario
