"""Laws of the literature asked without a plant."""

from __future__ import annotations

from collections.abc import Mapping

from controllers import speed_limits
from controllers.literature import LITERATURE, Moment, Quantities, SpeedLaw
from plants import Measurement, Pump

from ..conftest import briefing

#: Speed of the hand-over, rpm.
START = 39_000.0
CP = Pump.load("CP")
LOW, HIGH = speed_limits(CP)
SPAN = HIGH - LOW


def law_of(
    name: str,
    *,
    part: str = "default",
    settings: Mapping[str, float] | None = None,
    handed_over: Quantities | None = None,
) -> SpeedLaw:
    """The law of a controller on a CP at tier full, at its begin or after a hand-over."""
    controller = LITERATURE[name](part, settings=settings)
    law = controller.law(briefing("full", pump=CP, start=START))
    law.restart(START)
    if handed_over is not None:
        law.hand_over(handed_over, START)
    return law


def moment(speed=START, *, low=LOW, high=HIGH, seconds=1.0, beats=1, time=0.0, **beat) -> Moment:
    """A moment with the given quantities of the beat."""
    return Moment(
        beat=Quantities(**beat),
        measured=Measurement(time, "full", {}),
        speed=speed,
        low=low,
        high=high,
        time=time,
        seconds=seconds,
        beats=beats,
    )
