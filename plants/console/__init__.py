"""The pump's console: P-levels and boost, AUTO, label limits, actions and suction."""

from plants.console.action import (
    ActionMap,
    LevelAction,
    SpeedAction,
    action_from,
    action_index,
    action_of,
)
from plants.console.auto_mode import AutoMode
from plants.console.device_driver import DeviceDriver
from plants.console.label_limits import INDICATIONS, LabelClock, label_limit
from plants.console.lower_level import next_lower_level
from plants.console.suction_event import SuctionEvent, SuctionEvents

__all__ = [
    "INDICATIONS",
    "ActionMap",
    "AutoMode",
    "DeviceDriver",
    "LabelClock",
    "LevelAction",
    "SpeedAction",
    "SuctionEvent",
    "SuctionEvents",
    "action_from",
    "action_index",
    "action_of",
    "label_limit",
    "next_lower_level",
]
