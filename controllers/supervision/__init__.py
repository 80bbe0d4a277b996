"""What all controllers share around their law: clock, plausible readings, fallback, limits."""

from controllers.supervision.control_clock import ControlClock as ControlClock, Tick as Tick
from controllers.supervision.plausibility_gate import (
    PlausibilityGate as PlausibilityGate,
    plausible as plausible,
)
from controllers.supervision.speed_guard import SpeedGuard as SpeedGuard
from controllers.supervision.supervised import Supervised as Supervised
from controllers.supervision.supervisor import (
    LONGEST_HOLD as LONGEST_HOLD,
    Law as Law,
    Reading as Reading,
    Supervisor as Supervisor,
    Used as Used,
)
from controllers.supervision.watchdog import (
    LONGEST_BLACKOUT as LONGEST_BLACKOUT,
    Watchdog as Watchdog,
)
