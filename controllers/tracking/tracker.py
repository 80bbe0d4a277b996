"""Recovery tracking on the slow clock: what the patient's heart and vessels are worth, and where
they are going.

A sigma-point Kalman filter in square-root form
(:mod:`controllers.tracking.filter.square_root_filter`) over the quantities of
:mod:`controllers.tracking.model.state_space`. It predicts readings as those of the steady-state
beat of the patient at the present speed (:mod:`controllers.tracking.model.steady_state_beats`), so
that a change of speed is a probe: a weak ventricle and a leaking mitral valve may show the same
pressures at one level, and part where the level changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from controllers.tracking.briefing import WeaningBriefing, checked_doses, dose_vector
from controllers.tracking.filter import (
    READ_SIGNALS,
    Consistency,
    Corrector,
    Gaussian,
    Innovation,
    JointEstimate,
    ReadingTable,
    TrackerSettings,
    joint,
    mixture_moments,
    patient_estimate,
)
from controllers.tracking.forecast import Forecast
from controllers.tracking.forecaster import Forecaster, ForecastOrigin
from controllers.tracking.model import (
    NO_PUMP_SPEED,
    KnownInputs,
    StateSpace,
    SteadyStateBeats,
    recovery_of,
)
from controllers.tracking.prediction import Predictor
from controllers.tracking.retry import Retry
from controllers.tracking.valve_hypotheses import ValveHypotheses
from plants import METRICS, InputError, Measurement
from plants.slow.laws import DRUGS, end_diastolic_stretch

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
        The nominal patient has no periodic beat without support.

    Examples
    --------
    >>> from controllers import RecoveryTracker
    >>> from controllers import WeaningBriefing
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
            self._table.biased,
            recovery_of(briefing.patient),
            reflex_known=briefing.pressure_before is not None,
        )
        self._corrector = Corrector(self.settings, self._table, self.space)
        self.reset()

    def reset(self) -> None:
        """Forget all that was learned."""
        self._test = Consistency(self.settings.window, self.settings.consistency)
        self._initialise(self.briefing.drugs or dict.fromkeys(DRUGS, 0.0))
        self._rejected_before: frozenset[str] = frozenset(READ_SIGNALS)
        self._retry = Retry()
        self._speed = self.briefing.levels[-1].rpm
        self._estimate: JointEstimate | None = None
        self.hours = math.nan
        self.innovation = Innovation()

    def _initialise(self, doses: Mapping[str, float]) -> None:
        """The nominal patient is what he or she is under these doses."""
        self._slow = self.briefing.slow_parameters(doses)
        prior = Gaussian(self.space.mean, np.diag(self.space.sd))
        self._predictor = Predictor(SteadyStateBeats(self.briefing.plant, self._slow), self.space)
        self._forecaster = Forecaster(self._predictor)
        self._hypotheses = ValveHypotheses(prior, self._predictor)
        self._doses = dose_vector(doses)
        self._inputs = KnownInputs(self._doses, math.nan, self._slow["hemoglobin_initial"])

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
            is plausible, the tracker coasts on the trend.
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
                self._initialise(given)
            self._doses = dose_vector(given)
        gap = 0.0 if math.isnan(self.hours) else hours - self.hours
        self._predict(min(gap, self.settings.longest_step), volume_given)
        hemoglobin = measurement.get("hemoglobin", math.nan)
        self._inputs = self._inputs.advanced(gap, self._doses, self._slow, hemoglobin)
        turning = measurement.get("pump_speed", math.nan)
        # Beats are remembered by their speed: rounding must not make two of one.
        differs = abs(turning - speed) > _SAME_SPEED * speed
        self._speed = round(turning, -2) if differs else speed
        self.hours, self._estimate = hours, None
        self._forecaster.next_update()
        self.innovation = self._measurement_update(measurement)
        return self.innovation

    def _predict(self, hours: float, volume_given: float) -> None:
        """Move the estimates on by some hours, in which a volume (mL) was given."""
        excess = min(self._test.excess, self.settings.largest_excess)
        given = self.space.shift_of({"blood_volume": volume_given})
        self._hypotheses.mix(hours)
        for hypothesis in self._hypotheses:
            predicted = hypothesis.predictor.predicted(hypothesis.estimate, hours, excess)
            moved = Gaussian(predicted.mean + given, predicted.root)
            doubt = self.settings.given_volume_share * given
            hypothesis.estimate = moved.widened(doubt[:, None]) if volume_given else moved

    def _measurement_update(self, measurement: Measurement) -> Innovation:
        """Learn from a measurement at the present time, or say why not."""
        readings = self._table.usable(measurement)
        if not readings.names:
            return self._test.report(Innovation(reason="nothing was measured"))
        if self._table.shows_flow and "displayed_flow" not in readings.names:
            reason = "the console shows no flow: the pump may lie badly or stand still"
            return self._test.report(Innovation(reason=reason))
        if self._retry.waits(self.hours, self._speed):
            return self._test.report(Innovation(reason=self._retry.reason))
        if self._inputs.stretch_known:
            self._predictor.prepare(
                [hypothesis.estimate for hypothesis in self._hypotheses],
                [
                    hypothesis.condition(self._speed, self._inputs)
                    for hypothesis in self._hypotheses
                ],
            )
        updates = []
        for hypothesis in self._hypotheses:
            updates.append(
                hypothesis.update(
                    self._corrector, readings, self._speed, self._inputs, self._rejected_before
                )
            )
            if not self._inputs.stretch_known and not updates[0].reason:
                self._inputs = replace(self._inputs, stretch=self._first_stretch())
        reasons = [update.reason for update in updates]
        self._retry.record(self.hours, self._speed, reasons[0] if all(reasons) else "")
        fraction = measurement.get("mitral_regurgitant_fraction", math.nan)
        self._hypotheses.update_weights(fraction, updates)
        best = updates[int(np.argmax([hypothesis.weight for hypothesis in self._hypotheses]))]
        if best.readings:
            self._rejected_before = frozenset(best.rejected)
            self._test.add(best.nis, best.readings)
        innovation = Innovation(
            best.nis, best.readings, rejected=best.rejected, jumped=best.jumped, reason=best.reason
        )
        return self._test.report(innovation)

    def _first_stretch(self) -> float:
        """Stretch (mL) at which the patient is met, from which the closing is counted."""
        condition = self._hypotheses.tight.condition(self._speed, self._inputs)
        (outputs,) = self._predictor.outputs([self._hypotheses.tight.estimate], [condition])
        metrics = METRICS.as_dict(outputs.value[: len(METRICS)])
        return end_diastolic_stretch(metrics, self._slow["mitral_pressure_weight"])

    @property
    def leaking(self) -> float:
        """Probability that the mitral valve leaks when the ventricle is stretched."""
        return self._hypotheses.leaking.weight

    @property
    def estimate(self) -> JointEstimate:
        """Estimate of the patient now, with credible intervals in physical units.

        Besides all of :attr:`space`: ``lv_ees`` and ``rv_ees`` (mmHg/mL, with drugs and reflex at
        work), ``unaided_lv_ees`` (without drugs, the reflex at its operating point),
        ``resistance`` (systemic, mmHg.s/mL) and ``functional_leak`` (mL/s/mmHg, at this level).
        What needs a steady-state beat is NaN where the nominal patient has none.
        """
        if self._estimate is None:
            self._forecaster.prepare(self._forecast_origin())
            hypotheses = self._hypotheses.likely
            estimates = [hypothesis.estimate for hypothesis in hypotheses]
            conditions = [
                hypothesis.condition(self._speed, self._inputs) for hypothesis in hypotheses
            ]
            outputs = self._predictor.outputs(estimates, conditions)
            centres, roots = zip(*map(joint, estimates, outputs), strict=True)
            weights = np.array([hypothesis.weight for hypothesis in hypotheses])
            mean, columns = mixture_moments(weights / weights.sum(), np.array(centres), roots)
            self._estimate = patient_estimate(
                self.space, mean, columns, self.briefing.patient, self._slow, self.hours
            )
        return self._estimate

    def forecast(
        self,
        level: str,
        hours_ahead: float = 0.0,
        *,
        drugs: Mapping[str, float] | None = None,
        exact: bool = False,
    ) -> Forecast:
        """What the patient would do at a level; see :meth:`forecasts`."""
        return self.forecasts([level], hours_ahead, drugs=drugs, exact=exact)[level]

    def forecasts(
        self,
        levels: Iterable[str] | None = None,
        hours_ahead: float = 0.0,
        *,
        drugs: Mapping[str, float] | None = None,
        exact: bool = False,
    ) -> dict[str, Forecast]:
        """What the patient would do at other levels, once reflex and valve are in equilibrium.

        Parameters
        ----------
        levels : iterable of str, optional
            P-levels; by default all that may be held.
        hours_ahead : float
            How long from now: the trend goes on, and the uncertainty grows.
        drugs : mapping of str to float, optional
            Doses (ug/kg/min) then; by default the present ones.
        exact : bool
            Whether all sigma points are asked, even where the slopes of the last ones hold.

        Returns
        -------
        dict of str to Forecast
            By level.

        Raises
        ------
        InputError
            A level or a drug is unknown, or the time is negative.
        """
        names = (
            list(levels) if levels is not None else [level.name for level in self.briefing.levels]
        )
        forecasts = self._forecaster.forecasts(
            self._forecast_origin(),
            [self.briefing.pump.level(name) for name in names],
            hours_ahead,
            drugs,
            exact=exact,
        )
        return dict(zip(names, forecasts, strict=True))

    def without_pump(
        self,
        hours_ahead: float = 0.0,
        *,
        drugs: Mapping[str, float] | None = None,
        exact: bool = False,
    ) -> Forecast:
        """What the patient would do with the pump out, and not only at rest; see :meth:`forecasts`.

        A pump whose mean flow is zero still leaks in diastole what it takes in systole.
        """
        now = self._forecast_origin()
        return self._forecaster.forecasts(now, [None], hours_ahead, drugs, exact=exact)[0]

    def stretched_without_pump(self, *, drugs: Mapping[str, float] | None = None) -> float:
        """Regurgitant fraction without the pump of a ventricle whose mitral valve leaks at first.

        Where a tight and a leaking beat stand side by side, :meth:`without_pump` may give the tight
        one; this is the other, under the hypothesis that the valve leaks when it is stretched.

        Parameters
        ----------
        drugs : mapping of str to float, optional
            Doses (ug/kg/min) then; by default the present ones.

        Returns
        -------
        float
            From 0 to 1, of the estimate alone, without a spread; it takes some 200 beats.

        Raises
        ------
        InputError
            A drug is unknown.
        PhysicsError
            The nominal patient has no steady-state beat without the pump.
        """
        now = self._forecast_origin()
        return self._predictor.leaking_fraction(
            self._hypotheses.leaking.estimate,
            now.condition(self._hypotheses.leaking, (NO_PUMP_SPEED, now.assumed_doses(drugs))),
            self._slow["mitral_leak_limit"],
        )

    def _forecast_origin(self) -> ForecastOrigin:
        return ForecastOrigin(self.hours, self._doses, self._inputs, self._hypotheses.likely)
