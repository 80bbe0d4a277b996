"""What all controllers share around their law: clock, plausible readings, fallback, limits."""

from controllers.supervision.control_clock import ControlClock, Tick
from controllers.supervision.plausibility_gate import PlausibilityGate, plausible
from controllers.supervision.speed_guard import SpeedGuard
from controllers.supervision.supervised import Supervised
from controllers.supervision.supervisor import LONGEST_HOLD, Law, Reading, Supervisor, Used
from controllers.supervision.watchdog import LONGEST_BLACKOUT, Watchdog

__all__ = [
    "LONGEST_BLACKOUT",
    "LONGEST_HOLD",
    "ControlClock",
    "Law",
    "PlausibilityGate",
    "Reading",
    "SpeedGuard",
    "Supervised",
    "Supervisor",
    "Tick",
    "Used",
    "Watchdog",
    "plausible",
]
