"""Detection of suction from what the console shows."""

from controllers.suction.detector import SuctionDetector as SuctionDetector
from controllers.suction.features import FEATURES as FEATURES
from controllers.suction.settings import FITTED as FITTED, DetectorSettings as DetectorSettings
