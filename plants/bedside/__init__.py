"""The bedside: a patient on a pump over hours to weeks, with clinicians and complications."""

from plants.bedside.actions import (
    ACTIONS as ACTIONS,
    BRIDGE as BRIDGE,
    CHANGES as CHANGES,
    EXPLANT as EXPLANT,
    action_number as action_number,
)
from plants.bedside.bedside import (
    OUTCOMES as OUTCOMES,
    SETTLING_TIME as SETTLING_TIME,
    Bedside as Bedside,
)
from plants.bedside.cases import (
    CASES as CASES,
    WeaningCase as WeaningCase,
    weaning_patient as weaning_patient,
)
from plants.bedside.complications import (
    COMPLICATIONS as COMPLICATIONS,
    HARMFUL_COMPLICATIONS as HARMFUL_COMPLICATIONS,
    Complications as Complications,
    Numbers as Numbers,
)
from plants.bedside.events import HourEvent as HourEvent, HourScenario as HourScenario
from plants.bedside.explant import infusions_at as infusions_at
from plants.bedside.observation import BedsideObservation as BedsideObservation
from plants.bedside.orders import limb_is_starved as limb_is_starved
from plants.bedside.sensors import investigations as investigations
from plants.bedside.settings import bedside_settings as bedside_settings
