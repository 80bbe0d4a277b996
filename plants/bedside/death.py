"""When a circulation on the pump is not survived: at once, or for some hours."""

from __future__ import annotations

import math
from collections.abc import Mapping

from plants.bedside.settings import BedsideSettings
from plants.quantities import SECONDS_PER_HOUR
from plants.simulation import DeathWatch, fall_text
from plants.therapies import Death


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

    def reason(self, hours: float, truth: Mapping[str, float]) -> str:
        """What the patient has died of by now, in words; "" while he or she lives.

        Parameters
        ----------
        hours : float
            Now, h; later than at the last look.
        truth : mapping of str to float
            Metrics and slow signals now.
        """
        since, self._looked_at = hours - self._looked_at, hours
        cause = _unsurvivable(truth, self._limits)
        self._low_since = min(self._low_since, hours) if cause else math.inf
        if self._watch.died(truth, since * SECONDS_PER_HOUR):
            reason = fall_text(self._watch.death, truth)
        elif hours - self._low_since >= self._limits["hours"]:
            reason = f"{cause} for {self._limits['hours']:g} h"
        else:
            return ""
        return f"{reason} (map {truth['map']:.0f}, index {truth['cardiac_index']:.1f})"


def _unsurvivable(truth: Mapping[str, float], limits: Mapping[str, float]) -> str:
    """What is not survived for long, in words; "" where nothing is."""
    if truth["map"] < limits["map_low"] or truth["cardiac_index"] < limits["ci_low"]:
        return "shock"
    if truth["lactate"] >= limits["lactate"]:
        return f"lactate of {truth['lactate']:.1f} mmol/L"
    return ""
