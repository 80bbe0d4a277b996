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
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from controllers.tracker_beats import SettledBeats
from controllers.tracker_belief import Told, stretch, unaided
from controllers.tracker_consistency import Consistency, Innovation
from controllers.tracker_correction import Corrector, Linearise
from controllers.tracker_estimate import Beliefs, patient_beliefs
from controllers.tracker_filter import Gaussian
from controllers.tracker_forecast import Forecast
from controllers.tracker_prediction import Predictor
from controllers.tracker_readings import Readings, ReadingTable
from controllers.tracker_settings import TrackerSettings
from controllers.tracker_state import StateSpace
from controllers.weaning_briefing import DRUGS, WeaningBriefing, checked_doses
from plants import METRICS, InputError, Measurement, PhysicsError

Array = NDArray[np.float64]

# Share of a speed by which a reading may differ and still be that of the level.
_SAME_SPEED = 0.01


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

    Raises
    ------
    InputError
        The tier shows nothing that is used.
    PhysicsError
        The believed patient has no periodic beat without support.

    Examples
    --------
    >>> from controllers.recovery_tracker import RecoveryTracker
    >>> from controllers.weaning_briefing import WeaningBriefing
    >>> from plants import MultirateRun, Patient, Plant, Pump, Sensors, Therapy
    >>> pump, sensors = Pump.load("CP"), Sensors("icu", seed=0)
    >>> run = MultirateRun(Plant("shock-d", pump))
    >>> run.hold(pump.speed("P-8"))
    >>> tracker = RecoveryTracker(
    ...     WeaningBriefing(Patient.load("shock-d"), pump, Therapy.default(), baroreflex=0.0))
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
        self.briefing = briefing
        self._table = ReadingTable(briefing.tier)
        self.space = StateSpace(
            self._table.biased, reflex_known=briefing.pressure_before is not None
        )
        self._corrector = Corrector(self.settings, self._table, self.space)
        self.reset()

    def reset(self) -> None:
        """Forget all that was learned."""
        self._belief = Gaussian(self.space.mean.copy(), np.diag(self.space.sd))
        self._test = Consistency(self.settings.window, self.settings.consistency)
        self._found_under(self.briefing.drugs or dict.fromkeys(DRUGS, 0.0))
        self._suspects: frozenset[str] = frozenset()
        self._speed = self.briefing.levels[-1].rpm
        self._estimate: Beliefs | None = None
        self.hours = math.nan
        self.innovation = Innovation()

    def _found_under(self, doses: Mapping[str, float]) -> None:
        """The believed patient is what he or she is under these doses."""
        self._slow = self.briefing.slow_parameters(doses)
        beats = SettledBeats(self.briefing.plant, self._slow)
        self._predictor = Predictor(beats, self.space)
        self._doses = self._vector(doses)
        self._told = Told(self._doses, math.nan, self._slow["hemoglobin_initial"])

    def update(
        self,
        measurement: Measurement,
        level: str,
        hours: float,
        *,
        drugs: Mapping[str, float] | None = None,
        volume_given: float = 0.0,
    ) -> Innovation:
        """Take in a measurement.

        Parameters
        ----------
        measurement : Measurement
            What was measured; missing values are left out, and with none left, or none that can
            be believed, the tracker coasts on the trend.
        level : str
            P-level at which the pump has run; a reading of the rotor's speed goes before it.
        hours : float
            Now, h.
        drugs : mapping of str to float, optional
            Doses (ug/kg/min) that have been given since the last update; by default the last ones.
        volume_given : float
            Blood and fluid (mL) given less lost since the last update, as far as it is known.

        Returns
        -------
        Innovation
            Also kept as :attr:`innovation`.

        Raises
        ------
        InputError
            The pump has no such level, time runs backwards, or a dose is out of its range.
        """
        speed = self.briefing.pump.speed(level)
        if not math.isfinite(hours) or hours < self.hours:
            raise InputError("hours", hours, f"a finite time from {self.hours:g} h on")
        if not math.isfinite(volume_given):
            raise InputError("volume_given", volume_given, "a finite number of mL")
        if drugs is not None:
            given = checked_doses(drugs)
            if math.isnan(self.hours) and self.briefing.drugs is None:
                self._found_under(given)
            self._doses = self._vector(given)
        gap = 0.0 if math.isnan(self.hours) else hours - self.hours
        gap = min(gap, self.settings.longest_step)
        excess = min(self._test.excess, self.settings.largest_excess)
        prior = self._predictor.later(self._belief, gap, excess)
        place = self.space.place["blood_volume"]
        prior.mean[place] += volume_given
        doubt = np.zeros((len(prior.mean), 1))
        doubt[place] = self.settings.told_share * volume_given
        self._belief = prior.widened(doubt) if volume_given else prior
        hemoglobin = measurement.get("hemoglobin", math.nan)
        self._told = self._told.after(gap, self._doses, self._slow, hemoglobin)
        turning = measurement.get("pump_speed", math.nan)
        # Beats are remembered by their speed: rounding must not make two of one.
        differs = abs(turning - speed) > _SAME_SPEED * speed
        self._speed = round(turning, -2) if differs else speed
        self.hours, self._estimate = hours, None
        self.innovation = self._learned(measurement)
        return self.innovation

    def _learned(self, measurement: Measurement) -> Innovation:
        """Learn from a measurement at the present time, or say why not."""
        readings = self._table.usable(measurement)
        reason = ""
        if not readings.names:
            reason = "nothing was measured"
        elif self._table.shows_flow and "displayed_flow" not in readings.names:
            reason = "the console shows no flow: the pump may lie badly or stand still"
        if not reason:
            try:
                return self._taken(readings)
            except PhysicsError as error:
                reason = str(error)
        return self._test.report(reason=reason)

    def _taken(self, readings: Readings) -> Innovation:
        if not self._told.looked:
            self._look_first(readings)
        learned = self._corrector.learn(
            self._belief, readings, self._linearise(self._told), self._suspects
        )
        self._belief = Gaussian(self.space.held(learned.belief.mean), learned.belief.root).floored(
            self.space.least_sd
        )
        self._suspects = frozenset(learned.rejected)
        self._test.add(learned.squared, learned.readings)
        return self._test.report(
            learned.squared,
            learned.readings,
            rejected=learned.rejected,
            surprised=learned.surprised,
            reason=learned.reason,
        )

    def _look_first(self, readings: Readings) -> None:
        """Where the valve closes is counted from the stretch at which the patient is met."""
        tight = self._told.tight()
        looked = self._corrector.learn(self._belief, readings, self._linearise(tight))
        settled = self._predictor.points(looked.belief, [self._speed], tight)
        if settled.reasons[0]:
            raise PhysicsError(settled.reasons[0])
        metrics = METRICS.as_dict(settled.values[0, 0, : len(METRICS)])
        first = stretch(metrics, self._slow["mitral_pressure_weight"])
        self._told = replace(self._told, stretch=first)

    def _linearise(self, told: Told) -> Linearise:
        return lambda belief, names: self._predictor.readings(belief, names, self._speed, told)

    @property
    def estimate(self) -> Beliefs:
        """What is believed of the patient now, with credible intervals in physical units.

        Besides all of :attr:`space`: ``lv_ees`` and ``rv_ees`` (mmHg/mL, with drugs and reflex at
        work), ``unaided_lv_ees`` (without drugs, the reflex at its operating point),
        ``resistance`` (systemic, mmHg.s/mL) and ``functional_leak`` (mL/s/mmHg, at this level).
        What needs a settled beat is NaN where the believed patient has none.
        """
        if self._estimate is None:
            settled = self._predictor.points(self._belief, [self._speed], self._known)
            alone = unaided(self._slow, np.zeros(len(DRUGS)))
            self._estimate = patient_beliefs(
                self.space, self._belief, settled.values[0], self.briefing.patient,
                self._slow, alone, self.hours,
            )  # fmt: skip
        return self._estimate

    def forecast(
        self, level: str, hours_ahead: float = 0.0, *, drugs: Mapping[str, float] | None = None
    ) -> Forecast:
        """What the patient would do at a level; see :meth:`forecasts`."""
        return self.forecasts([level], hours_ahead, drugs=drugs)[level]

    def forecasts(
        self,
        levels: Iterable[str] | None = None,
        hours_ahead: float = 0.0,
        *,
        drugs: Mapping[str, float] | None = None,
    ) -> dict[str, Forecast]:
        """What the patient would do at other levels, once reflex and valve have settled.

        Parameters
        ----------
        levels : iterable of str, optional
            P-levels; by default all that may be held.
        hours_ahead : float
            How long from now: the trend goes on, and the uncertainty grows.
        drugs : mapping of str to float, optional
            Doses (ug/kg/min) then; by default the present ones.

        Returns
        -------
        dict of str to Forecast
            By level.

        Raises
        ------
        InputError
            A level or a drug is unknown, or the time is negative.
        """
        if not (math.isfinite(hours_ahead) and hours_ahead >= 0):
            raise InputError("hours_ahead", hours_ahead, "a number of hours from 0 on")
        names = list(levels) if levels is not None else [one.name for one in self.briefing.levels]
        speeds = [self.briefing.pump.speed(name) for name in names]
        doses = self._doses if drugs is None else self._vector(checked_doses(drugs))
        belief = self._predictor.later(self._belief, hours_ahead)
        told = replace(self._known, doses=doses)
        settled = self._predictor.points(belief, speeds, told)
        return {
            name: Forecast(
                self.briefing.pump.level(name),
                self.hours + hours_ahead,
                hours_ahead,
                settled.values[place],
                float(settled.exact[place].mean()),
                settled.reasons[place],
            )
            for place, name in enumerate(names)
        }

    @property
    def _known(self) -> Told:
        """What is told; a patient who was never looked at has a tight valve."""
        return self._told if self._told.looked else self._told.tight()

    def _vector(self, doses: Mapping[str, float]) -> Array:
        return np.array([doses[name] for name in DRUGS])
