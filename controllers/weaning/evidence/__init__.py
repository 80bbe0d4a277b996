"""Evidence for decisions about weaning: measurements, forecasts, lactate, and their history."""

from controllers.weaning.evidence.forecast import Beliefs, Outlook, Tracker, chance
from controllers.weaning.evidence.history import Looks
from controllers.weaning.evidence.lactate import LactateBalance
from controllers.weaning.evidence.measurements import ECHO, LABS, Seen

__all__ = [
    "ECHO",
    "LABS",
    "Beliefs",
    "LactateBalance",
    "Looks",
    "Outlook",
    "Seen",
    "Tracker",
    "chance",
]
