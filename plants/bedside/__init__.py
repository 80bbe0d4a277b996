"""The bedside: a patient on a pump over hours to weeks, with clinicians and complications."""

from plants.bedside.actions import ACTIONS, BRIDGE, CHANGES, EXPLANT, action_number
from plants.bedside.bedside import OUTCOMES, SETTLING_TIME, Bedside
from plants.bedside.cases import CASES, WeaningCase, congested, weaning_patient
from plants.bedside.complications import (
    COMPLICATIONS,
    HARMFUL_COMPLICATIONS,
    Complications,
    Numbers,
)
from plants.bedside.events import HourEvent, HourScenario
from plants.bedside.explant import infusions_at
from plants.bedside.observation import BedsideObservation
from plants.bedside.orders import limb_is_starved
from plants.bedside.sensors import investigations
from plants.bedside.settings import bedside_settings

__all__ = [
    "ACTIONS",
    "BRIDGE",
    "CASES",
    "CHANGES",
    "COMPLICATIONS",
    "EXPLANT",
    "HARMFUL_COMPLICATIONS",
    "OUTCOMES",
    "SETTLING_TIME",
    "Bedside",
    "BedsideObservation",
    "Complications",
    "HourEvent",
    "HourScenario",
    "Numbers",
    "WeaningCase",
    "action_number",
    "bedside_settings",
    "congested",
    "infusions_at",
    "investigations",
    "limb_is_starved",
    "weaning_patient",
]
