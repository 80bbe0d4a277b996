"""The shortest time at a level, as a reason."""

from __future__ import annotations

from controllers.weaning.decision import Reason
from controllers.weaning.policies.interface import WeaningState


def time_at_level(now: WeaningState, least: float) -> Reason:
    """Whether the present level has been held for its shortest time (h)."""
    hours = now.hours_at_level
    # Assessments come at times that floating point adds up.
    met = hours >= least - 1e-6
    text = f"{now.level} held for {hours:.3g} h, at least {least:.3g}"
    return Reason(text, "", hours, least, met=met, waits=True)
