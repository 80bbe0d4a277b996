"""Detection of suction from what the console shows."""

from controllers.suction.detector import SuctionDetector
from controllers.suction.features import FEATURES
from controllers.suction.settings import FITTED, DetectorSettings

__all__ = ["FEATURES", "FITTED", "DetectorSettings", "SuctionDetector"]
