"""Laws on the pulsatility of flow and head."""

from controllers.literature.pulsatility.pulsatility_ratio import (
    PulsatilityRatio as PulsatilityRatio,
)
