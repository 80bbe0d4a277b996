"""What a tracker expects at other levels, and without the pump."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from controllers.tracking.filter import Estimate
from controllers.weaning.criteria import Criterion
from plants import Measurement, PhysicsError

#: Levels between which the pump's flow turns to zero: a pump that neither helps nor leaks.
_AROUND_ZERO = ("P-0", "P-1", "P-2")
_CONTRACTILITY, _TREND = "unaided_lv_ees", "recovery_trend"
# Two thirds of a belief, one standard deviation to either side.
_LIKELY = 0.68
_BEST_OF = 12.0  # h: over which the best contractility is remembered
_DRUGS = ("inotrope", "vasopressor")
_LARGEST = {"inotrope": 40.0, "vasopressor": 5.0}
Beliefs = Mapping[str, Estimate]
Question = tuple[str, float, tuple[float, ...]]


class Innovation(Protocol):
    """How a tracker met a measurement."""

    @property
    def consistent(self) -> bool: ...
    @property
    def reason(self) -> str: ...


class Tracker(Protocol):
    """What is needed of a tracker; :class:`controllers.tracking.tracker.RecoveryTracker` is one.

    Where it has them, its `without_pump`, `leaking` and `stretched_without_pump` are asked as well.
    """

    def update(
        self,
        measurement: Measurement,
        level: str,
        hours: float,
        *,
        drugs: Mapping[str, float] | None = None,
        volume_given: float = 0.0,
    ) -> Innovation:
        """Take in a measurement."""
        ...

    def forecasts(
        self,
        levels: Iterable[str] | None = None,
        hours_ahead: float = 0.0,
        *,
        drugs: Mapping[str, float] | None = None,
    ) -> Mapping[str, Beliefs]:
        """What is expected at levels."""
        ...

    @property
    def estimate(self) -> Beliefs:
        """What is believed of the patient."""
        ...


class Outlook:
    """A tracker, asked for what weaning needs; every question of one look is asked once.

    Parameters
    ----------
    tracker : Tracker or None
        None where decisions go by measurements alone.

    Attributes
    ----------
    trusted : bool
        Whether the tracker met the last measurement as its own uncertainty says.
    reason : str
        Why it is not.
    """

    def __init__(self, tracker: Tracker | None):
        self.tracker = tracker
        self.trusted, self.reason = False, "no tracker" if tracker is None else "not yet updated"
        self._known: dict[Question, Beliefs | None] = {}
        self._best: deque[tuple[float, float]] = deque()
        self.doses = dict.fromkeys(_DRUGS, 0.0)
        self.hours = math.nan
        self._least = math.inf

    def update(self, measurement: Measurement, level: str, hours: float) -> None:
        """Take in a measurement at the level that the pump has run at."""
        self._known.clear()
        for name in _DRUGS:
            dose = measurement.get(f"{name}_effect", math.nan)
            if math.isfinite(dose):
                self.doses[name] = min(max(dose, 0.0), _LARGEST[name])
        self.hours = hours
        if self.tracker is None:
            return
        found = self.tracker.update(measurement, level, hours, drugs=self.doses)
        self.trusted = found.consistent and not found.reason
        self.reason = found.reason or ("" if found.consistent else "readings beyond belief")
        belief = self._estimated(_CONTRACTILITY) if self.trusted else None
        # Its upper bound: the least of many noisy medians is too low.
        least = belief.interval(_LIKELY)[1] if belief else math.inf
        self._least = min(self._least, least)

    def at(
        self, level: str, hours_ahead: float = 0.0, drugs: Mapping[str, float] | None = None
    ) -> Beliefs | None:
        """What is expected at a level; None where nothing is."""
        if self.tracker is None:
            return None
        tracker, doses = self.tracker, dict(self.doses if drugs is None else drugs)
        return self._once(
            (level, hours_ahead, tuple(doses.values())),
            lambda: tracker.forecasts([level], hours_ahead, drugs=doses)[level],
        )

    def _once(self, key: Question, ask: Callable[[], Beliefs]) -> Beliefs | None:
        """The answer to a question, asked once a look; None where there is none."""
        if key not in self._known:
            try:
                found = ask()
                self._known[key] = found if math.isfinite(found["map"].centre) else None
            except PhysicsError:
                self._known[key] = None
        return self._known[key]

    def free(
        self, hours_ahead: float = 0.0, *, inotrope: float = 0.0, vasopressor: float | None = None
    ) -> Beliefs | None:
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
        doses = self.doses | {"inotrope": min(inotrope, _LARGEST["inotrope"])}
        if vasopressor is not None:
            doses = doses | {"vasopressor": vasopressor}
        without = getattr(self.tracker, "without_pump", None)
        if without is not None:
            key = ("", hours_ahead, tuple(doses.values()))
            return self._once(key, lambda: without(hours_ahead, drugs=doses))
        lower: Beliefs | None = None
        for level in _AROUND_ZERO:
            upper = self.at(level, hours_ahead, doses)
            if upper is None:
                return None
            if upper["pump_flow"].centre >= 0.0:
                return upper if lower is None else _without_flow(lower, upper)
            lower = upper
        return lower

    def stretched(self) -> float | None:
        """Regurgitant fraction without pump and inotrope if the mitral valve leaks at first.

        None where the tracker does not tell it, NaN where it finds no beat.
        """
        asked = getattr(self.tracker, "stretched_without_pump", None)
        if asked is None:
            return None
        try:
            return float(asked(drugs=self.doses | {"inotrope": 0.0}))
        except PhysicsError:
            return math.nan

    def pressed(
        self, hours_ahead: float, most: float, pressure: float
    ) -> tuple[Beliefs | None, float]:
        """What is expected without the pump and inotrope, and the vasopressor that is then given.

        Parameters
        ----------
        hours_ahead : float
            When, h from now.
        most : float
            The most vasopressor, ug/kg/min.
        pressure : float
            Mean arterial pressure (mmHg) up to which it is given.
        """
        dose = self.doses["vasopressor"]
        before, after = self.free(hours_ahead), self.free(hours_ahead, vasopressor=most)
        if before is None or after is None:
            return after, most
        rise = after["map"].centre - before["map"].centre
        share = (pressure - before["map"].centre) / rise if rise > 0.0 else 1.0
        share = min(max(share, 0.0), 1.0)
        return between(before, after, share), dose + share * (most - dose)

    @property
    def gained(self) -> float:
        """Share of the present contractility that has been gained since it was at its least."""
        belief = self._estimated(_CONTRACTILITY)
        return 1.0 - self._least / belief.median if belief and belief.median > 0.0 else 0.0

    def _estimated(self, name: str) -> Estimate | None:
        """What is believed of the patient; None where the tracker does not tell it."""
        if self.tracker is None or not math.isfinite(self.hours):
            return None
        try:
            return self.tracker.estimate.get(name)
        except PhysicsError:
            return None

    @property
    def trend(self) -> float:
        """Relative gain of contractility in a day, 1/d; NaN where the tracker tells none."""
        belief = self._estimated(_TREND)
        return belief.median if belief else math.nan

    @property
    def leaking(self) -> float:
        """Belief that the mitral valve leaks when the ventricle is stretched; NaN if not told."""
        return float(getattr(self.tracker, "leaking", math.nan))

    def relapse(self, share: float) -> tuple[float, float] | None:
        """Contractility and the share of its best of late, where it has surely fallen below."""
        belief = self._estimated(_CONTRACTILITY)
        if belief is None:
            return None
        while self._best and self._best[0][0] < self.hours - _BEST_OF:
            self._best.popleft()
        limit = share * max((value for _, value in self._best), default=0.0)
        self._best.append((self.hours, belief.median))
        return (belief.median, limit) if belief.interval(0.9)[1] < limit else None

    def forget_best(self) -> None:
        """After a relapse was answered, what was before it counts no more."""
        self._best.clear()


def chance(criteria: Iterable[Criterion], beliefs: Beliefs | None) -> float:
    """A lower bound (Boole) of the probability that all criteria hold at once.

    Beliefs that weigh several explanations of the patient are asked explanation by explanation.

    Examples
    --------
    >>> from controllers.tracking.filter import Estimate
    >>> from controllers import Criterion
    >>> from controllers.weaning.evidence import chance
    >>> beliefs = {"map": Estimate("map", "mmHg", 70.0, 2.0)}
    >>> round(chance([Criterion("map", low=66.71)], beliefs), 3)
    0.95
    """
    if beliefs is None:
        return 0.0
    needed = tuple(criteria)
    explained = getattr(beliefs, "explanations", ()) or ((1.0, beliefs),)
    return sum(weight * _bound(needed, told) for weight, told in explained)


def _bound(needed: Sequence[Criterion], beliefs: Beliefs) -> float:
    missed = 0.0
    for one in needed:
        holds = beliefs[one.signal].probability(low=one.low, high=one.high)
        missed += 1.0 - holds if math.isfinite(holds) else 1.0
    return max(1.0 - missed, 0.0)


class Mixed(dict[str, Estimate]):
    """Beliefs between two others, explanation by explanation.

    Attributes
    ----------
    explanations : tuple of (float, Mapping of str to Estimate)
        Each explanation with its probability; empty where there is but one.
    """

    explanations: tuple[tuple[float, Beliefs], ...] = ()


def between(lower: Beliefs, upper: Beliefs, share: float) -> Mixed:
    """Beliefs at a share of the way from one to another; spreads as if they move together."""
    mix = lambda a, b: (1.0 - share) * a + share * b  # noqa: E731
    found = Mixed(
        (
            name,
            Estimate(
                name,
                one.unit,
                mix(lower[name].centre, one.centre),
                mix(lower[name].spread, one.spread),
                low=one.low,
                high=one.high,
            ),
        )
        for name, one in upper.items()
    )
    first, last = (getattr(one, "explanations", ()) for one in (lower, upper))
    if len(first) == len(last) > 1:
        found.explanations = tuple(
            (weight, between(told, other, share))
            for (weight, told), (_, other) in zip(first, last, strict=True)
        )
    return found


def _without_flow(lower: Beliefs, upper: Beliefs) -> Mixed:
    """Where the flow between two levels is zero."""
    low, high = lower["pump_flow"].centre, upper["pump_flow"].centre
    return between(lower, upper, -low / (high - low))
