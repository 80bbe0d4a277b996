"""What laws on the volume and the work of the ventricle share: where they have these from."""

from __future__ import annotations

import math

from controllers.literature.beat_quantities import Quantities
from controllers.literature.frame import SpeedLaw
from controllers.literature.preload.estimated_ventricle import EstimatedVentricle
from controllers.protocol import Briefing
from plants import Measurement
from plants.quantities import SECONDS_PER_MINUTE

#: Time (s) that the estimator is given before a reference is taken from it: in eight runs of
#: individuals around shock-d at a held speed, the volume was then within 4 mL of that after 40 s.
SETTLING_TIME = 5.0


def measures_ventricle(briefing: Briefing) -> bool:
    """Whether the tier shows volume and work of the ventricle."""
    return briefing.tier == "full"


class VentricleLaw(SpeedLaw):
    """A law on quantities of the ventricle, measured or estimated.

    Parameters
    ----------
    briefing : Briefing
        Of the run.
    """

    def __init__(self, briefing: Briefing):
        self._believed_rate = briefing.patient["heart_rate"]
        self._ventricle = None if measures_ventricle(briefing) else EstimatedVentricle(briefing)
        self._started = False

    @property
    def settling_time(self) -> float:
        """See :class:`controllers.literature.SpeedLaw`."""
        return 0.0 if self._ventricle is None else SETTLING_TIME

    def restart(self, speed: float) -> None:
        """See :class:`controllers.literature.SpeedLaw`."""
        if self._ventricle is not None and self._started:  # at the begin it is new anyhow
            self._ventricle.restart(speed)
        self._started = True

    def observe(
        self, beat: Quantities, measured: Measurement, speed: float, seconds: float
    ) -> Quantities:
        """See :class:`controllers.literature.SpeedLaw`."""
        if self._ventricle is None:
            return beat
        return self._ventricle.complete(beat, measured, speed, seconds)

    def beats_per_second(self, beat: Quantities) -> float:
        """By the heart rate, 1/s; that of the believed patient where none is shown."""
        rate = beat.heart_rate if math.isfinite(beat.heart_rate) else self._believed_rate
        return rate / SECONDS_PER_MINUTE
