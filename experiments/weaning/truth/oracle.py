"""What could have been done for a patient, by one who knows the true state and the future.

The oracle holds full support under the same clinicians' rule, the same events and complications,
takes the inotrope off where the true patient holds without it, and takes the pump out at the
earliest hour after which the true patient is well for 48 h. It keeps to what weaning asks for: no
inotrope is left, the mitral valve does not leak moderately without the pump, and the right
ventricle is within its criteria at P-2. What would be without the last is told beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from controllers import WeaningCriteria
from experiments.weaning.course import WeaningTrial, trial_bedside
from experiments.weaning.truth.lowest_level import fork_at_lowest_level
from plants import Bedside
from plants.pumps import FULL_SUPPORT_LEVEL
from plants.quantities import HOUR_SLACK

#: Grid on which an explant is tried, h.
GRID = 1.0
# Where one is tried at first, h: a failed follow-up ends early, so that a fine grid is cheap.
_COARSE = 4.0
# Time in which it is seen whether the patient holds without an inotrope, h.
_WITHOUT_INOTROPE = 1.0


@dataclass(frozen=True)
class Oracle:
    """The earliest explant that holds.

    Attributes
    ----------
    hours : float
        When, h on support; NaN where none holds before the label's end.
    hours_ignoring_right_ventricle : float
        The same where the right ventricle's criteria do not bind; NaN where none holds.
    well_at_label_end : bool
        Whether an explant at the label's end would have held.
    outcome : str
        How the course at full support ends: ``"label"`` or ``"died"``.
    """

    hours: float
    hours_ignoring_right_ventricle: float
    well_at_label_end: bool
    outcome: str

    @property
    def weanable(self) -> bool:
        """Whether the patient can be weaned within the label's duration."""
        return math.isfinite(self.hours)


def find_oracle(trial: WeaningTrial) -> Oracle:
    """The oracle of a trial's patient; the policy of the trial plays no part.

    Raises
    ------
    InputError
        No access of the pump fits the patient.
    PhysicsError
        The patient has no periodic beat without support.

    Examples
    --------
    >>> from experiments.weaning.course import WeaningTrial
    >>> from experiments.weaning.truth import find_oracle
    >>> find_oracle(WeaningTrial(11, "fast-protocol", case="full")).weanable
    True
    """
    bedside, _ = trial_bedside(replace(trial, tier="full"))
    level = bedside.pump.level(FULL_SUPPORT_LEVEL).name
    unbound, before = _earliest(bedside, level, explant_holds)
    if not math.isfinite(unbound):
        return Oracle(unbound, unbound, False, before.outcome or "label")
    bound, last = _earliest(
        before, level, lambda patient: right_holds(patient) and explant_holds(patient)
    )
    while last.outcome is None and _passed(last, level):
        pass
    late = last.outcome is None and explant_holds(last)
    return Oracle(bound, unbound, late, last.outcome or "label")


def _earliest(
    bedside: Bedside, level: str, holds: Callable[[Bedside], bool]
) -> tuple[float, Bedside]:
    """The earliest hour of the grid at which something holds, and the patient not long before.

    NaN and the patient at the end where it never does.
    """
    before = bedside.fork()
    while bedside.outcome is None:
        if holds(bedside):
            return _refined(before.fork(), level, bedside.hours, holds), before
        before = bedside.fork()
        if not _passed(bedside, level):
            break
    return math.nan, bedside


def _passed(bedside: Bedside, level: str) -> bool:
    """Let some hours pass, but not the label's end; whether there were any left."""
    left = bedside.label_hours - bedside.hours - 0.5 * GRID
    if left < 0.5 * GRID:
        return False
    _advance(bedside, min(_COARSE, left), level)
    return True


def _refined(
    bedside: Bedside, level: str, latest: float, holds: Callable[[Bedside], bool]
) -> float:
    """The earliest hour of the grid from a bedside on, no later than one that holds."""
    while bedside.outcome is None and bedside.hours + GRID < latest - HOUR_SLACK:
        _advance(bedside, GRID, level)
        if bedside.outcome is None and holds(bedside):
            return bedside.hours
    return latest


def right_holds(bedside: Bedside, criteria: WeaningCriteria | None = None) -> bool:
    """Whether the right ventricle is within its criteria at P-2."""
    tried, limits = fork_at_lowest_level(bedside), criteria or WeaningCriteria.load()
    return tried.outcome is None and not limits.violated("right_ventricle", tried.truth())


def explant_holds(bedside: Bedside, criteria: WeaningCriteria | None = None) -> bool:
    """Whether the pump could come out now: nothing forbids it, and the patient is well after."""
    limits = criteria or WeaningCriteria.load()
    if bedside.orders.now["inotrope"] > limits.number("negligible_inotrope"):
        return False
    tried = bedside.fork()
    if tried.explant() != "well" or tried.follow_up is None:
        return False
    leak = tried.follow_up.recorded["mitral_regurgitant_fraction"]
    return float(np.median(leak)) < limits.number("moderate_regurgitation")


def _relieving(bedside: Bedside, level: str) -> dict[str, float]:
    """A lower inotrope where the true patient holds without any."""
    dose = bedside.orders.now["inotrope"]
    if dose <= 0.0:
        return {}
    tried, criteria = bedside.fork(), WeaningCriteria.load()
    tried.advance(_WITHOUT_INOTROPE, level, {"inotrope": 0.0})
    if tried.outcome is not None:
        return {}
    truth = tried.truth()
    wanted = (*criteria["step"].values(), criteria["ready"]["lactate"])
    holds = all(criterion.holds(truth[criterion.signal]) for criterion in wanted)
    # An hour's step of the clinicians.
    step = bedside.settings["orders"]["inotrope_step"]
    return {"inotrope": max(dose - step, 0.0)} if holds else {}


def _advance(bedside: Bedside, hours: float, level: str) -> None:
    """Let time pass under the oracle's orders, hour by hour."""
    end = bedside.hours + hours
    while bedside.outcome is None and bedside.hours < end - HOUR_SLACK:
        step = min(GRID, end - bedside.hours)
        bedside.advance(step, level, _relieving(bedside, level))
