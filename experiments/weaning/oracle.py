"""What could have been done for a patient, by one who knows the true state and the future.

The oracle holds full support under the same clinicians' rule, the same events and complications,
and takes the pump out at the earliest hour after which the true patient is well for 48 h.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from experiments.weaning.course import WeaningTrial, trial_bedside
from plants.bedside import Bedside

#: Level of full support, and grid on which an explant is tried, h.
SUPPORT_LEVEL, GRID = "P-8", 1.0
# Where one is tried at first, h: a failed follow-up ends early, so that a fine grid is cheap.
_COARSE = 4.0


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
        if _holds(bedside):
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
    late = bedside.outcome is None and _holds(bedside)
    return Oracle(found, late, bedside.outcome or "label")


def _passed(bedside: Bedside, level: str) -> bool:
    """Let some hours pass, but not the label's end; whether there were any left."""
    left = bedside.label_hours - bedside.hours - 0.5 * GRID
    if left < 0.5 * GRID:
        return False
    bedside.advance(min(_COARSE, left), level)
    return True


def _refined(coarse: Bedside, level: str, latest: float) -> float:
    """The earliest hour of the grid from a bedside on, no later than one that holds."""
    while coarse.outcome is None and coarse.hours + GRID < latest - 1e-6:
        coarse.advance(GRID, level)
        if coarse.outcome is None and _holds(coarse):
            return coarse.hours
    return latest


def _holds(bedside: Bedside) -> bool:
    return bedside.fork().explant() == "well"
