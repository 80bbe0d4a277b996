"""Whether what a controller names is true, asked of the true patient when it is first named."""

from __future__ import annotations

from collections.abc import Mapping

from controllers import Decision, WeaningCriteria
from controllers.weaning.assessment import (
    CONTRACTILITY_CRITERIA,
    HIDDEN_REGURGITATION,
    REGURGITANT_FRACTION,
)
from experiments.weaning.truth.lowest_level import fork_at_lowest_level
from plants import Bedside, PhysicsError

#: What is judged, and the case of which it is the mark.
EVALUATED_FINDINGS: Mapping[str, str] = {
    HIDDEN_REGURGITATION: "masked-regurgitation",
    "inotrope-masked": "inotrope-masked",
    "rv-failure": "rv-failure",
}
#: Time in which an inotrope wears off, h.
WASHOUT_HOURS = 2.0


class AlarmTruth:
    """Watches a course; called after every decision.

    Parameters
    ----------
    criteria : WeaningCriteria, optional
        Limits; by default those of the package.

    Attributes
    ----------
    true : dict of str to bool
        By what was named (:data:`EVALUATED_FINDINGS`), whether it was true at that time.

    Examples
    --------
    >>> from experiments.weaning.truth import AlarmTruth
    >>> from experiments.weaning.course import run_course
    >>> from experiments.weaning.course import WeaningTrial
    >>> watch = AlarmTruth()
    >>> course = run_course(WeaningTrial(4, "fast-protocol", case="rv-failure"), watch=watch)
    >>> watch.true["rv-failure"]
    True
    """

    def __init__(self, criteria: WeaningCriteria | None = None):
        self._criteria = criteria or WeaningCriteria.load()
        self.true: dict[str, bool] = {}
        self._doses: list[tuple[float, float]] = []

    def __call__(self, decision: Decision, bedside: Bedside) -> None:
        begin = bedside.hours - self._criteria.number("recent_inotrope_time")
        recent = [(when, dose) for when, dose in self._doses if when >= begin]
        self._doses = [*recent, (bedside.hours, bedside.truth()["inotrope_effect"])]
        for name in EVALUATED_FINDINGS:
            if name in decision.findings and name not in self.true:
                self.true[name] = self._holds(name, bedside)

    def _holds(self, name: str, bedside: Bedside) -> bool:
        if name == "inotrope-masked":
            return _masked(bedside, self._criteria, max(dose for _, dose in self._doses))
        low = at_lowest_level(bedside)
        if name == HIDDEN_REGURGITATION:
            limit = self._criteria.number("moderate_regurgitation")
            return low[REGURGITANT_FRACTION] >= limit
        return _right_fails(low, self._criteria)


def _right_fails(low: Mapping[str, float], criteria: WeaningCriteria) -> bool:
    """Whether the right ventricle fails: a pressure out of proportion and two of three signs."""
    right, index = criteria["right_ventricle"], criteria["ready"]["cardiac_index"]
    signs = (right["papi"], right["cvp"], index)
    violated = [sign for sign in signs if not sign.holds(low[sign.signal])]
    ratio = low["cvp"] / max(low["pcwp"], 1.0)
    return ratio > criteria.number("cvp_pcwp_ratio") and len(violated) > 1


def at_lowest_level(bedside: Bedside) -> dict[str, float]:
    """What is true of the patient at P-2 after a quarter of an hour; or now, if not borne."""
    fork = fork_at_lowest_level(bedside)
    return bedside.truth() if fork.outcome is not None else fork.truth()


def _masked(bedside: Bedside, criteria: WeaningCriteria, dose: float) -> bool:
    """Whether the heart holds by its inotrope alone.

    On the highest dose of the last day it holds, at the present level or without the pump; two
    hours after the last of it, it would not hold without the pump. What holds is said by the
    criteria of flow and wedge pressure without the pump.
    """
    given = bedside.fork()
    given.advance(WASHOUT_HOURS, bedside.level, {"inotrope": dose})
    try:
        alone = {} if given.outcome is not None else given.unsupported()
    except PhysicsError:
        alone = {}
    if _falls_short(bedside.truth(), criteria) and (not alone or _falls_short(alone, criteria)):
        return False
    fork = bedside.fork()
    fork.advance(WASHOUT_HOURS, bedside.level, {"inotrope": 0.0})
    if fork.outcome is not None:
        return True
    try:
        return _falls_short(fork.unsupported(), criteria)
    except PhysicsError:
        return True


def _falls_short(truth: Mapping[str, float], criteria: WeaningCriteria) -> bool:
    """Whether a ventricle contracts too weakly for the criteria without the pump."""
    needed = criteria["without_pump"]
    return not all(needed[name].holds(truth[name]) for name in CONTRACTILITY_CRITERIA)
