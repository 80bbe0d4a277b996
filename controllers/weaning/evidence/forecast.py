"""What a tracker expects at other levels, and without the pump."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping

from controllers.tracking.filter import CREDIBLE, Estimate
from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.evidence.chances import interpolated
from controllers.weaning.evidence.tracker import Estimates, Tracker
from plants import SLOW_INPUTS, Measurement, PhysicsError
from plants.quantities import clipped
from plants.slow.laws import DRUGS

_CONTRACTILITY, _TREND = "unaided_lv_ees", "recovery_trend"
# Two thirds of an estimate, one standard deviation to either side.
_LIKELY = 0.68
# Level (None without the pump), hours ahead and doses.
Question = tuple[str | None, float, tuple[float, ...]]


class Forecasts:
    """A tracker, asked for what weaning needs; every question of one assessment is asked once.

    Parameters
    ----------
    tracker : Tracker or None
        None where decisions go by measurements alone.
    criteria : WeaningCriteria, optional
        Tells for how long the best contractility is remembered; by default those of the package.

    Attributes
    ----------
    trusted : bool
        Whether the tracker met the last measurement as its own uncertainty says.
    reason : str
        Why it is not.
    doses : dict of str to float
        Present doses of inotrope and vasopressor, ug/kg/min.
    """

    def __init__(self, tracker: Tracker | None, criteria: WeaningCriteria | None = None):
        self.tracker = tracker
        self.trusted, self.reason = False, "no tracker" if tracker is None else "not yet updated"
        self.doses = dict.fromkeys(DRUGS, 0.0)
        self.hours = math.nan
        self._window = (criteria or WeaningCriteria.load()).number("relapse_window")
        self._answers: dict[Question, Estimates | None] = {}
        self._contractilities: deque[tuple[float, float]] = deque()  # hours and medians
        self._lowest_contractility = math.inf

    def update(self, measurement: Measurement, level: str, hours: float) -> None:
        """Take in a measurement at the level that the pump has run at."""
        self._answers.clear()
        for name in DRUGS:
            dose = measurement.get(f"{name}_effect", math.nan)
            if math.isfinite(dose):
                self.doses[name] = clipped(dose, SLOW_INPUTS[name])
        self.hours = hours
        if self.tracker is None:
            return
        innovation = self.tracker.update(measurement, level, hours, drugs=self.doses)
        self.trusted = innovation.consistent and not innovation.reason
        beyond = "" if innovation.consistent else "readings beyond belief"
        self.reason = innovation.reason or beyond
        estimate = self._estimated(_CONTRACTILITY) if self.trusted else None
        # Its upper bound: the least of many noisy medians is too low.
        upper_bound = estimate.interval(_LIKELY)[1] if estimate else math.inf
        self._lowest_contractility = min(self._lowest_contractility, upper_bound)

    def at_level(
        self, level: str, hours_ahead: float = 0.0, drugs: Mapping[str, float] | None = None
    ) -> Estimates | None:
        """What is expected at a level; None where nothing is."""
        return self._expected(level, hours_ahead, dict(self.doses if drugs is None else drugs))

    def _expected(
        self, level: str | None, hours_ahead: float, doses: Mapping[str, float]
    ) -> Estimates | None:
        """What is expected at a level, None without the pump; asked once an assessment."""
        if self.tracker is None:
            return None
        question = (level, hours_ahead, tuple(doses.values()))
        if question not in self._answers:
            try:
                if level is None:
                    estimates = self.tracker.without_pump(hours_ahead, drugs=doses)
                else:
                    estimates = self.tracker.forecasts([level], hours_ahead, drugs=doses)[level]
                known = math.isfinite(estimates["map"].centre)
                self._answers[question] = estimates if known else None
            except PhysicsError:
                self._answers[question] = None
        return self._answers[question]

    def without_pump(
        self, hours_ahead: float = 0.0, *, inotrope: float = 0.0, vasopressor: float | None = None
    ) -> Estimates | None:
        """What is expected without the pump.

        Parameters
        ----------
        hours_ahead : float
            When, h from now.
        inotrope : float
            Its dose then, ug/kg/min.
        vasopressor : float, optional
            Its dose, ug/kg/min; by default the present one.
        """
        doses = self.doses | {"inotrope": clipped(inotrope, SLOW_INPUTS["inotrope"])}
        if vasopressor is not None:
            doses = doses | {"vasopressor": vasopressor}
        return self._expected(None, hours_ahead, doses)

    def leaking_beat_without_pump(self) -> float:
        """Regurgitant fraction without pump and inotrope if the mitral valve leaks at first.

        NaN where there is no tracker or no beat.
        """
        if self.tracker is None:
            return math.nan
        try:
            return self.tracker.stretched_without_pump(drugs=self.doses | {"inotrope": 0.0})
        except PhysicsError:
            return math.nan

    def without_pump_at_pressure(
        self, hours_ahead: float, highest: float, pressure: float
    ) -> tuple[Estimates | None, float]:
        """What is expected without the pump and inotrope, and the vasopressor that is then given.

        Parameters
        ----------
        hours_ahead : float
            When, h from now.
        highest : float
            The most vasopressor, ug/kg/min.
        pressure : float
            Mean arterial pressure (mmHg) up to which it is given.
        """
        dose = self.doses["vasopressor"]
        before = self.without_pump(hours_ahead)
        after = self.without_pump(hours_ahead, vasopressor=highest)
        if before is None or after is None:
            return after, highest
        rise = after["map"].centre - before["map"].centre
        share = (pressure - before["map"].centre) / rise if rise > 0.0 else 1.0
        share = min(max(share, 0.0), 1.0)
        return interpolated(before, after, share), dose + share * (highest - dose)

    @property
    def contractility_gain(self) -> float:
        """Share of the present contractility that has been gained since it was at its least."""
        estimate = self._estimated(_CONTRACTILITY)
        if estimate is None or not estimate.median > 0.0:
            return 0.0
        return 1.0 - self._lowest_contractility / estimate.median

    @property
    def contractility_trend(self) -> float:
        """Relative gain of contractility in a day, 1/d; NaN where the tracker tells none."""
        estimate = self._estimated(_TREND)
        return estimate.median if estimate else math.nan

    @property
    def leak_probability(self) -> float:
        """Estimate that the mitral valve leaks when the ventricle is stretched; NaN if not told."""
        return math.nan if self.tracker is None else self.tracker.leaking

    def relapse(self, share: float) -> tuple[float, float] | None:
        """Contractility and the share of its best of late, where it has surely fallen below."""
        estimate = self._estimated(_CONTRACTILITY)
        if estimate is None:
            return None
        past = self._contractilities
        while past and past[0][0] < self.hours - self._window:
            past.popleft()
        limit = share * max((median for _, median in past), default=0.0)
        past.append((self.hours, estimate.median))
        return (estimate.median, limit) if estimate.interval(CREDIBLE)[1] < limit else None

    def reset_best(self) -> None:
        """After a relapse was answered, what was before it counts no more."""
        self._contractilities.clear()

    def _estimated(self, name: str) -> Estimate | None:
        """What is believed of the patient; None where the tracker does not tell it."""
        if self.tracker is None or not math.isfinite(self.hours):
            return None
        try:
            return self.tracker.estimate.get(name)
        except PhysicsError:
            return None
