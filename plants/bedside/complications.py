"""Complications at the bedside: what has run up strikes, is noted and is treated.

The one place for what a complication does: the bedside of weaning and the days of the cohort study
both take it.
"""

from __future__ import annotations

from collections.abc import Mapping

from plants.bedside.events import HourEvent
from plants.bedside.sensors import investigations
from plants.bedside.settings import BedsideSettings
from plants.pumps import Pump
from plants.quantities import HOUR_SLACK, stream
from plants.slow.laws import clinically_significant, hazard_thresholds

_BLEED, _SLIP, _LIMB = "bleeding_hazard", "malposition_hazard", "limb_hazard"
#: Names of complications.
COMPLICATIONS = ("bleeding", "malposition", "limb", "hemolysis")
#: Those that harm the patient; a pump that slips is none by itself.
HARMFUL_COMPLICATIONS = tuple(name for name in COMPLICATIONS if name != "malposition")
_NAMES = {_BLEED: "bleeding", _SLIP: "malposition", _LIMB: "limb"}
#: Numbers of a bedside by part and name.
Numbers = BedsideSettings


class Complications:
    """Events by cumulative hazards, from thresholds of the patient's own.

    Parameters
    ----------
    seed : int
        The patient's seed.
    settings : BedsideSettings or mapping
        What an event does: the parts ``"bleeding"`` and ``"malposition"``.
    pump : Pump
        Whose outlet slips into the valve.
    limits : mapping of str to float, optional
        Cumulative hazards at which they strike; by default those of the seed.
    sample_interval : float, optional
        Time between two samples of plasma-free hemoglobin, h; by default that of the laboratory.
    first_sample : float
        When the first is taken, h.

    Attributes
    ----------
    occurred_at : dict of str to float
        When each happened, h, by name of :data:`COMPLICATIONS`.
    limits : dict of str to float
        Cumulative hazard at which each strikes, by name of :data:`plants.HAZARDS`.
    """

    def __init__(
        self,
        seed: int,
        settings: Numbers,
        pump: Pump,
        *,
        limits: Mapping[str, float] | None = None,
        sample_interval: float | None = None,
        first_sample: float = 0.0,
    ):
        self._seed, self._deep = seed, pump["position_deep"]
        self._set = {part: settings[part] for part in ("bleeding", "malposition")}
        self.limits = dict(hazard_thresholds(seed) if limits is None else limits)
        laboratory = investigations()["pfhb"].interval
        self._interval = laboratory if sample_interval is None else sample_interval
        self._first = first_sample
        self._times: list[float] = []
        self._samples: list[float] = []
        self.occurred_at: dict[str, float] = {}

    def check(
        self, hours: float, truth: Mapping[str, float], *, occurring: bool
    ) -> list[HourEvent]:
        """Events that begin now.

        Parameters
        ----------
        hours : float
            Now, h.
        truth : mapping of str to float
            Cumulative hazards and plasma-free hemoglobin, by name.
        occurring : bool
            Whether those that go by chance happen at all.
        """
        self.take_sample(hours, truth["pfhb"])
        return self.occurrence(hours, truth) if occurring else []

    def take_sample(self, hours: float, pfhb: float) -> None:
        """Let the laboratory see plasma-free hemoglobin (mg/dL) where a sample is due.

        Two high values within a day are hemolysis.
        """
        if hours < self._first + len(self._times) * self._interval - HOUR_SLACK:
            return
        self._times.append(hours)
        self._samples.append(pfhb)
        if "hemolysis" not in self.occurred_at and clinically_significant(
            self._times, self._samples
        ):
            self.occurred_at["hemolysis"] = hours

    def occurrence(self, hours: float, hazards: Mapping[str, float]) -> list[HourEvent]:
        """Events of the hazards that have reached their limits now, each once."""
        events: list[HourEvent] = []
        for name, limit in self.limits.items():
            if _NAMES[name] not in self.occurred_at and hazards[name] >= limit:
                self.occurred_at[_NAMES[name]] = hours
                events += self._events(name, hours)
        return events

    def _events(self, name: str, hours: float) -> list[HourEvent]:
        if name == _BLEED:
            numbers = self._set["bleeding"]
            rates = {"bleeding": "rate", "transfusion": "transfusion", "fluid": "fluid"}
            return [
                HourEvent(target, numbers[key], hours, numbers["hours"])
                for target, key in rates.items()
            ]
        if name == _SLIP:
            return [self._malposition(hours)]
        return []  # What is done for a limb, the clinicians' rule says.

    def _malposition(self, hours: float) -> HourEvent:
        """The pump where it should not lie, for hours that the seed decides."""
        numbers = self._set["malposition"]
        mitral, share = map(float, stream("malposition", self._seed).random(2))
        lasting = numbers["low"] + (numbers["high"] - numbers["low"]) * share
        if mitral < numbers["mitral_share"]:
            return HourEvent("mitral_contact", numbers["mitral_contact"], hours, lasting)
        return HourEvent("inlet_depth", self._deep, hours, lasting)
