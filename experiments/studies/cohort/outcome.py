"""What is done to a virtual patient on a pump, and what became of him or her, as plain data."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from plants import InputError, Pump
from plants.quantities import HOURS_PER_DAY

#: Levels are set by the clinical rule instead of being held.
RULE = "rule"
REFUSED = "refused"
#: What is noted at every check, besides the cumulative hazards.
RECORDED_SIGNALS = (
    "level",
    "map",
    "cardiac_power_output",
    "lvedp",
    "pfhb",
    "lactate",
    "limb_perfusion",
)


@dataclass(frozen=True)
class Support:
    """What is done to a patient.

    Parameters
    ----------
    device : str
        Name or file of a left pump.
    levels : str
        ``"rule"``, or a P-level that is held.
    access : str
        A way in; empty for the pump's first that the arteries allow.
    days : float
        How long; 0 is the label's duration.
    """

    device: str
    levels: str = RULE
    access: str = ""
    days: float = 0.0

    @property
    def name(self) -> str:
        """For tables."""
        parts = [self.device]
        parts += [] if self.levels == RULE else [self.levels]
        parts += [self.access] if self.access else []
        parts += [f"{self.days:g} d"] if self.days else []
        return ", ".join(parts)

    def hours(self, pump: Pump) -> float:
        """How long the support lasts, h.

        Raises
        ------
        InputError
            No duration is given and the pump's label knows none.
        """
        days = self.days or pump.rating("label_shock")
        if not days:
            raise InputError(
                "days", self.days, f"a duration: the {pump.name} has none on its label"
            )
        return days * HOURS_PER_DAY


#: Supports whose incidences are judged, each over its label's duration.
DEVICES = ("CP", "5.0")
#: What some of the patients are given besides, to see what moves the incidences: held levels,
#: other devices over the same four days, and every access of the 5.0.
CONTRASTS = (
    *(Support(device, level) for device in DEVICES for level in ("P-4", "P-6", "P-8")),
    *(Support(device, days=4.0) for device in ("2.5", "5.0", "5.5")),
    *(Support("5.0", access=access) for access in ("axillary transpectoral", "femoral cut-down")),
)


@dataclass(frozen=True)
class Course:
    """What became of a patient on a pump.

    Attributes
    ----------
    support : str
        Name of the support.
    outcome, reason : str
        ``"completed"``, ``"died"``, ``"refused"`` (anatomy) or, where the model broke down and not
        the circulation, ``"left the physical range"``; and why, with the patient's own numbers.
    cause : str
        Why in a few words that are equal for all patients; "" where the course was completed.
    access : str
        The way in that was taken.
    sheath_artery_ratio : float
        Of the sheath that stays in the femoral artery; 0 without one.
    hours : float
        How long support lasted.
    bleeding, malposition, limb : float
        Time of the event, h; infinity where there was none.
    hemolysis : float
        Time of the second sample above 40 mg/dL within 24 h, h; infinity where there was none.
    hemolysis_if_malpositioned : float
        The same in a second run in which the pump slips for certain, at a time that the hazard
        decides; NaN where that was not run.
    distal_perfusion : float
        When a distal perfusion catheter was put in, h; infinity where none was.
    times : list of float
        Times of the checks, h.
    recorded : dict of str to list of float
        Cumulative hazards and the signals of :data:`RECORDED_SIGNALS` at the checks.
    beyond_life : str
        Metrics with which no patient lives, each with the worst value at a check; empty where
        there are none.
    """

    support: str
    outcome: str
    reason: str = ""
    cause: str = ""
    access: str = ""
    sheath_artery_ratio: float = 0.0
    hours: float = 0.0
    bleeding: float = math.inf
    malposition: float = math.inf
    limb: float = math.inf
    hemolysis: float = math.inf
    hemolysis_if_malpositioned: float = math.nan
    distal_perfusion: float = math.inf
    times: list[float] = field(default_factory=list)
    recorded: dict[str, list[float]] = field(default_factory=dict)
    beyond_life: str = ""
