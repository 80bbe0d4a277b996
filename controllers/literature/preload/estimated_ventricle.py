"""Volume and work of the ventricle where no sensor shows them: by the estimator of the NMPC."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from controllers.literature.beat_quantities import Quantities
from controllers.nmpc import BeatEstimator
from controllers.protocol import Briefing
from plants import METRICS, Measurement, PhysicsError


class EstimatedVentricle:
    """Adds the estimated LV end-diastolic volume and stroke work to the quantities of a beat.

    Parameters
    ----------
    briefing : Briefing
        Of the run.

    Raises
    ------
    PhysicsError
        The believed patient has no periodic beat.
    """

    def __init__(self, briefing: Briefing):
        self._estimator = BeatEstimator()
        self._estimator.reset(briefing)

    def restart(self, speed: float) -> None:
        """Forget what was learned: a cold start at a speed (rpm)."""
        # A believed patient without a steady state at the speed: what was learned is kept.
        with contextlib.suppress(PhysicsError):
            self._estimator.restart(speed)

    def complete(
        self, beat: Quantities, measured: Measurement, speed: float, seconds: float
    ) -> Quantities:
        """The quantities with what is estimated by one more measurement.

        Parameters
        ----------
        beat : Quantities
            What is known of the beat.
        measured : Measurement
            Its measurement.
        speed : float
            Speed at which the pump has run, rpm.
        seconds : float
            Time since the last call, s.
        """
        estimator = self._estimator
        estimator.update(measured, speed=speed, seconds=seconds)
        values = estimator.beats.values(speed, estimator.disturbances)
        metrics = estimator.beats.beat(estimator.state, values).metrics
        volume, work = (float(metrics[METRICS.index[name]]) for name in ("lvedv", "stroke_work"))
        return replace(beat, lvedv=volume, stroke_work=work)
