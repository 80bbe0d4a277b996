"""Detection of suction from what the console shows."""

from controllers.suction.detector import FITTED, DetectorSettings, SuctionDetector
from controllers.suction.features import FEATURES

__all__ = [
    "FEATURES",
    "FITTED",
    "DetectorSettings",
    "SuctionDetector",
]
