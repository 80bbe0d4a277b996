"""What fit means of a recovered heart."""

from __future__ import annotations

import math

from controllers import WeaningCriteria
from plants.bedside.recovered import READY_LIMITS


def test_fit_is_readiness_by_the_published_rules():
    """Two packages say it, of which neither imports the other."""
    ready = WeaningCriteria.load()["ready"]
    for name, (low, high) in READY_LIMITS.items():
        assert ready[name].low == (-math.inf if low is None else low)
        assert ready[name].high == (math.inf if high is None else high)
