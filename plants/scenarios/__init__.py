"""Scenarios: what happens to a patient and when, and how much blood that may cost."""

from plants.scenarios.blood_budget import check_blood_budget
from plants.scenarios.disturbances import DISTURBANCES, Disturbance, disturbance_vector
from plants.scenarios.event import VOLUME, Event
from plants.scenarios.intervention import Inflation, Intervention, intervention_numbers
from plants.scenarios.scenario import Scenario

__all__ = [
    "DISTURBANCES",
    "VOLUME",
    "Disturbance",
    "Event",
    "Inflation",
    "Intervention",
    "Scenario",
    "check_blood_budget",
    "disturbance_vector",
    "intervention_numbers",
]
