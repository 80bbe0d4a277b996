"""The pump's console: P-levels and boost, AUTO, label limits, actions and suction."""

from plants.console.action import (
    ActionMap as ActionMap,
    LevelAction as LevelAction,
    SpeedAction as SpeedAction,
    action_from as action_from,
    action_index as action_index,
    action_of as action_of,
)
from plants.console.auto_mode import AutoMode as AutoMode
from plants.console.device_driver import DeviceDriver as DeviceDriver
from plants.console.label_limits import (
    INDICATIONS as INDICATIONS,
    LabelClock as LabelClock,
    label_limit as label_limit,
)
from plants.console.lower_level import next_lower_level as next_lower_level
from plants.console.suction_event import (
    SUCTION_ONSET as SUCTION_ONSET,
    SuctionEvent as SuctionEvent,
    SuctionEvents as SuctionEvents,
)
