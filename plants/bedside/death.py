"""When a circulation on the pump is not survived: at once, or for some hours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from plants.bedside.settings import BedsideSettings
from plants.quantities import SECONDS_PER_HOUR
from plants.simulation import DeathWatch, fall_cause, fall_text
from plants.therapies import Death


class DeathFound(NamedTuple):
    """What a patient has died of.

    Parameters
    ----------
    cause : str
        In a few words, equal for all patients.
    reason : str
        With the patient's own numbers.
    """

    cause: str
    reason: str


class DeathAtBedside:
    """Looks for death, at every look at the patient.

    Death by the therapy takes its seconds; shock and a high lactate are survived for the hours of
    the part ``"death"`` of ``plants/data/weaning/bedside.toml``, counted from the look that first
    shows them.

    Parameters
    ----------
    settings : BedsideSettings
        Limits.
    death : Death
        Of the therapy.
    """

    def __init__(self, settings: BedsideSettings, death: Death):
        self._limits, self._watch = settings["death"], DeathWatch(death)
        self._looked_at, self._low_since = 0.0, math.inf

    def look(self, hours: float, truth: Mapping[str, float]) -> DeathFound | None:
        """What the patient has died of by now; None while he or she lives.

        Parameters
        ----------
        hours : float
            Now, h; later than at the last look.
        truth : mapping of str to float
            Metrics and slow signals now.
        """
        since, self._looked_at = hours - self._looked_at, hours
        threat = _unsurvivable(truth, self._limits)
        self._low_since = min(self._low_since, hours) if threat else math.inf
        if self._watch.died(truth, since * SECONDS_PER_HOUR):
            death = self._watch.death
            cause, reason = fall_cause(death), fall_text(death, truth)
        elif threat and hours - self._low_since >= self._limits["hours"]:
            cause, reason = threat.cause, f"{threat.reason} for {self._limits['hours']:g} h"
        else:
            return None
        values = f"(map {truth['map']:.0f}, index {truth['cardiac_index']:.1f})"
        return DeathFound(cause, f"{reason} {values}")


def _unsurvivable(truth: Mapping[str, float], limits: Mapping[str, float]) -> DeathFound | None:
    """What is not survived for long; None where nothing is."""
    if truth["map"] < limits["map_low"] or truth["cardiac_index"] < limits["ci_low"]:
        return DeathFound("shock", "shock")
    if truth["lactate"] >= limits["lactate"]:
        return DeathFound("lactate", f"lactate of {truth['lactate']:.1f} mmol/L")
    return None
