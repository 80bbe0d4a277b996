"""Recovery tracking: what a patient's heart and vessels are worth, and where they are going."""

from controllers.tracking.briefing import WeaningBriefing as WeaningBriefing
from controllers.tracking.tracker import RecoveryTracker as RecoveryTracker
