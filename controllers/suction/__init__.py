"""Detection of suction from what the console shows."""

from controllers.suction.detector import SuctionDetector as SuctionDetector
from controllers.suction.features import (
    FEATURES as FEATURES,
    flow_from_current as flow_from_current,
    open_inlet_flow as open_inlet_flow,
)
from controllers.suction.settings import FITTED as FITTED, DetectorSettings as DetectorSettings
