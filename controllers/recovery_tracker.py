"""Recovery tracking on the slow clock: what the patient's heart and vessels are worth, and where
they are going.

A sigma-point Kalman filter in square-root form (:mod:`controllers.tracker_filter`) over the
quantities of :mod:`controllers.tracker_state`. It predicts readings as those of the settled beat of
the believed patient at the present speed (:mod:`controllers.tracker_beats`), so that a change of
speed is a probe: a weak ventricle and a leaking mitral valve may show the same pressures at one
level, and part where the level changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from controllers.tracker_beats import Settled, SettledBeats
from controllers.tracker_belief import OUTPUT_PLACE, OUTPUTS, Told, stretch, unaided
from controllers.tracker_consistency import Consistency, Innovation
from controllers.tracker_estimate import Belief, Beliefs
from controllers.tracker_filter import (
    Correction,
    Gaussian,
    Linearised,
    chi_square_quantile,
    corrected,
    differences,
    sigma_points,
)
from controllers.tracker_forecast import Forecast
from controllers.tracker_readings import Readings, ReadingTable, output_rows
from controllers.tracker_settings import TrackerSettings
from controllers.tracker_state import N_PATIENT, PLACE, StateSpace
from controllers.weaning_briefing import DRUGS, WeaningBriefing, checked_doses
from plants import InputError, Level, Measurement, PhysicsError

Array = NDArray[np.float64]

_MINUTES = 60.0
# A valve that is certainly tight, for the first look: inner coordinate of its leak.
_TIGHT, _TIGHT_SD = -5.0, 1e-3
# Below this speed (rpm) a reading of the rotor says that the pump stands still.
_STANDS_STILL = 1000.0


class RecoveryTracker:
    """Tracks one patient.

    Parameters
    ----------
    briefing : WeaningBriefing
        What is known at the start.
    settings : TrackerSettings, optional
        Tuning.

    Attributes
    ----------
    hours : float
        Time of the last update, h; NaN before the first.
    innovation : Innovation
        How the last update met its readings.

    Examples
    --------
    >>> from controllers.recovery_tracker import RecoveryTracker
    >>> from controllers.weaning_briefing import WeaningBriefing
    >>> from plants import MultirateRun, Patient, Plant, Pump, Sensors, Therapy
    >>> pump, sensors = Pump.load("CP"), Sensors("icu", seed=0)
    >>> run = MultirateRun(Plant("shock-d", pump))
    >>> run.hold(pump.speed("P-8"))
    >>> tracker = RecoveryTracker(
    ...     WeaningBriefing(Patient.load("shock-d"), pump, Therapy.default(), baroreflex=False))
    >>> tracker.update(sensors.measure(0.0, run.metrics()), "P-8", 0.0).consistent
    True
    >>> low, high = tracker.estimate["lv_ees"].interval(0.99)
    >>> low < Patient.load("shock-d")["lv_ees"] < high
    True
    >>> forecast = tracker.forecast("P-4")
    >>> run.hold(pump.speed("P-4"))
    >>> abs(forecast["map"].mean - run.metrics()["map"]) < 3 * forecast["map"].sd
    True
    """

    def __init__(self, briefing: WeaningBriefing, settings: TrackerSettings | None = None):
        self.settings = settings or TrackerSettings()
        self.reset(briefing)

    def reset(self, briefing: WeaningBriefing) -> None:
        """Begin with a new patient.

        Raises
        ------
        InputError
            The tier shows nothing that is used.
        PhysicsError
            The believed patient has no periodic beat without support.
        """
        self.briefing = briefing
        slow = briefing.settled_slow()
        self._slow = slow
        self._table = ReadingTable(briefing.tier)
        self.space = StateSpace(self._table.biased)
        self._beats = SettledBeats(briefing.plant, slow)
        self._belief = self._first_belief()
        self._test = Consistency(self.settings.window, self.settings.consistency)
        self._drugs = dict(briefing.drugs)
        self._told = Told(np.array([self._drugs[d] for d in DRUGS]), math.nan, slow["hemoglobin_initial"])
        self._suspect: frozenset[str] = frozenset()
        self._speed = math.nan
        self._level: Level | None = None
        self.hours = math.nan
        self.innovation = Innovation()
        self._estimate: Beliefs | None = None
