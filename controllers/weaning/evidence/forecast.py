"""What a tracker expects at other levels, and without the pump."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping

from controllers.tracking.filter import Estimate
from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.evidence.chances import InterpolatedEstimates, interpolated
from controllers.weaning.evidence.tracker import Estimates, Tracker
from plants import Measurement, PhysicsError

#: Levels between which the pump's flow turns to zero: a pump that neither helps nor leaks.
_AROUND_ZERO = ("P-0", "P-1", "P-2")
_CONTRACTILITY, _TREND = "unaided_lv_ees", "recovery_trend"
# Two thirds of an estimate, one standard deviation to either side.
_LIKELY = 0.68
_DRUGS = ("inotrope", "vasopressor")
_HIGHEST_DOSES = {"inotrope": 40.0, "vasopressor": 5.0}
# Level ("" without the pump), hours ahead and doses.
Question = tuple[str, float, tuple[float, ...]]


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
        self.doses = dict.fromkeys(_DRUGS, 0.0)
        self.hours = math.nan
        self._window = (criteria or WeaningCriteria.load()).number("relapse_window")
        self._answers: dict[Question, Estimates | None] = {}
        self._contractilities: deque[tuple[float, float]] = deque()  # hours and medians
        self._lowest_contractility = math.inf

    def update(self, measurement: Measurement, level: str, hours: float) -> None:
        """Take in a measurement at the level that the pump has run at."""
        self._answers.clear()
        for name in _DRUGS:
            dose = measurement.get(f"{name}_effect", math.nan)
            if math.isfinite(dose):
                self.doses[name] = min(max(dose, 0.0), _HIGHEST_DOSES[name])
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
        if self.tracker is None:
            return None
        tracker, doses = self.tracker, dict(self.doses if drugs is None else drugs)
        return self._answer(
            (level, hours_ahead, tuple(doses.values())),
            lambda: tracker.forecasts([level], hours_ahead, drugs=doses)[level],
        )

    def _answer(self, question: Question, ask: Callable[[], Estimates]) -> Estimates | None:
        """The answer to a question, asked once an assessment; None where there is none."""
        if question not in self._answers:
            try:
                estimates = ask()
                known = math.isfinite(estimates["map"].centre)
                self._answers[question] = estimates if known else None
            except PhysicsError:
                self._answers[question] = None
        return self._answers[question]

    def without_pump(
        self, hours_ahead: float = 0.0, *, inotrope: float = 0.0, vasopressor: float | None = None
    ) -> Estimates | None:
        """What is expected without the pump.

        A tracker that cannot say is asked for the levels between which the flow turns to zero.

        Parameters
        ----------
        hours_ahead : float
            When, h from now.
        inotrope : float
            Its dose then, ug/kg/min.
        vasopressor : float, optional
            Its dose, ug/kg/min; by default the present one.
        """
        doses = self.doses | {"inotrope": min(inotrope, _HIGHEST_DOSES["inotrope"])}
        if vasopressor is not None:
            doses = doses | {"vasopressor": vasopressor}
        ask = getattr(self.tracker, "without_pump", None)
        if ask is not None:
            question = ("", hours_ahead, tuple(doses.values()))
            return self._answer(question, lambda: ask(hours_ahead, drugs=doses))
        lower: Estimates | None = None
        for level in _AROUND_ZERO:
            upper = self.at_level(level, hours_ahead, doses)
            if upper is None:
                return None
            if upper["pump_flow"].centre >= 0.0:
                return upper if lower is None else _at_zero_flow(lower, upper)
            lower = upper
        return lower

    def leaking_beat_without_pump(self) -> float | None:
        """Regurgitant fraction without pump and inotrope if the mitral valve leaks at first.

        None where the tracker does not tell it, NaN where it finds no beat.
        """
        ask = getattr(self.tracker, "stretched_without_pump", None)
        if ask is None:
            return None
        try:
            return float(ask(drugs=self.doses | {"inotrope": 0.0}))
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
        return float(getattr(self.tracker, "leaking", math.nan))

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
        return (estimate.median, limit) if estimate.interval(0.9)[1] < limit else None

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


def _at_zero_flow(lower: Estimates, upper: Estimates) -> InterpolatedEstimates:
    """Where the flow between two levels is zero."""
    low, high = lower["pump_flow"].centre, upper["pump_flow"].centre
    return interpolated(lower, upper, -low / (high - low))
