"""What could have been done for a patient, by one who knows the true state and the future.

The oracle holds full support under the same clinicians' rule, the same events and complications,
takes the inotrope off where the true patient holds without it, and takes the pump out at the
earliest hour after which the true patient is well for 48 h. It keeps to what weaning asks for: no
inotrope is left, and the mitral valve does not leak moderately without the pump.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from controllers.weaning.criteria import WeaningCriteria
from experiments.weaning.course import WeaningTrial, trial_bedside
from plants.bedside import Bedside

#: Level of full support, and grid on which an explant is tried, h.
SUPPORT_LEVEL, GRID = "P-8", 1.0
# Where one is tried at first, h: a failed follow-up ends early, so that a fine grid is cheap.
_COARSE = 4.0
# Dobutamine that is taken off in an hour, ug/kg/min, as the controllers do; time in which it is
# seen whether the patient holds without, h.
_WITHDRAWN, _SETTLING = 0.5, 1.0


@dataclass(frozen=True)
class Oracle:
    """The earliest explant that holds.

    Attributes
    ----------
    hours : float
        When, h on support; NaN where none holds before the label's end.
    alone_well_late : bool
        Whether an explant at the label's end would have held.
    outcome : str
        How the course at full support ends: ``"label"`` or ``"died"``.
    """

    hours: float
    alone_well_late: bool
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
    >>> from experiments.weaning.oracle import find_oracle
    >>> find_oracle(WeaningTrial(11, "fast-protocol", case="full")).weanable
    True
    """
    bedside, _ = trial_bedside(replace(trial, tier="full"))
    level, last, coarse = bedside.pump.level(SUPPORT_LEVEL).name, math.nan, bedside.fork()
    found = math.nan
    while bedside.outcome is None:
        if explant_holds(bedside):
            found = bedside.hours
            break
        last, coarse = bedside.hours, bedside.fork()
        if not _passed(bedside, level):
            break
    if math.isfinite(found) and math.isfinite(last):
        found = _refined(coarse, level, found)
    if not math.isfinite(found):
        return Oracle(found, False, bedside.outcome or "label")
    while bedside.outcome is None and _passed(bedside, level):
        pass
    late = bedside.outcome is None and explant_holds(bedside)
    return Oracle(found, late, bedside.outcome or "label")


def _passed(bedside: Bedside, level: str) -> bool:
    """Let some hours pass, but not the label's end; whether there were any left."""
    left = bedside.label_hours - bedside.hours - 0.5 * GRID
    if left < 0.5 * GRID:
        return False
    _advance(bedside, min(_COARSE, left), level)
    return True


def _refined(coarse: Bedside, level: str, latest: float) -> float:
    """The earliest hour of the grid from a bedside on, no later than one that holds."""
    while coarse.outcome is None and coarse.hours + GRID < latest - 1e-6:
        _advance(coarse, GRID, level)
        if coarse.outcome is None and explant_holds(coarse):
            return coarse.hours
    return latest


def explant_holds(bedside: Bedside, criteria: WeaningCriteria | None = None) -> bool:
    """Whether the pump could come out now: nothing forbids it, and the patient is well after."""
    limits = criteria or WeaningCriteria.load()
    if bedside.orders.now["inotrope"] > limits.number("no_inotrope"):
        return False
    tried = bedside.fork()
    if tried.explant() != "well" or tried.follow_up is None:
        return False
    leak = tried.follow_up.noted["mitral_regurgitant_fraction"]
    return float(np.median(leak)) < limits.number("moderate_regurgitation")


def _relieving(bedside: Bedside, level: str) -> dict[str, float]:
    """A lower inotrope where the true patient holds without any."""
    dose = bedside.orders.now["inotrope"]
    if dose <= 0.0:
        return {}
    tried, criteria = bedside.fork(), WeaningCriteria.load()
    tried.advance(_SETTLING, level, {"inotrope": 0.0})
    if tried.outcome is not None:
        return {}
    truth = tried.truth()
    wanted = (*criteria["step"].values(), criteria["ready"]["lactate"])
    holds = all(one.holds(truth[one.signal]) for one in wanted)
    return {"inotrope": max(dose - _WITHDRAWN, 0.0)} if holds else {}


def _advance(bedside: Bedside, hours: float, level: str) -> None:
    """Let time pass under the oracle's orders, hour by hour."""
    end = bedside.hours + hours
    while bedside.outcome is None and bedside.hours < end - 1e-6:
        step = min(GRID, end - bedside.hours)
        bedside.advance(step, level, _relieving(bedside, level))
