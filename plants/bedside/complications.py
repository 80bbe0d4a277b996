"""Complications at the bedside: what has run up strikes, is noted and is treated."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np

from plants.bedside.events import HourEvent
from plants.bedside.settings import BedsideSettings
from plants.pumps import Pump
from plants.slow.laws import clinically_significant, thresholds

_BLEED, _SLIP, _LIMB = "bleeding_hazard", "malposition_hazard", "limb_hazard"
_SAMPLES = 6.0  # h, as the laboratory of the bedside
#: Names of complications.
COMPLICATIONS = ("bleeding", "malposition", "limb", "hemolysis")
_NAMES = {_BLEED: "bleeding", _SLIP: "malposition", _LIMB: "limb"}


class Complications:
    """Events by cumulative hazards, from thresholds of the patient's own.

    Parameters
    ----------
    seed : int
        The patient's seed.
    settings : BedsideSettings
        What an event does.
    pump : Pump
        Whose outlet slips into the valve.

    Attributes
    ----------
    at : dict of str to float
        When each happened, h, by name of :data:`COMPLICATIONS`.
    """

    def __init__(self, seed: int, settings: BedsideSettings, pump: Pump):
        self._seed, self._deep = seed, pump["position_deep"]
        self._set = {part: settings[part] for part in ("bleeding", "malposition")}
        self._limits = thresholds(seed)
        self._samples: list[tuple[float, float]] = []
        self.at: dict[str, float] = {}

    def looked(
        self, hours: float, truth: Mapping[str, float], *, striking: bool
    ) -> list[HourEvent]:
        """Events that begin now.

        Parameters
        ----------
        hours : float
            Now, h.
        truth : mapping of str to float
            Cumulative hazards and plasma-free hemoglobin, by name.
        striking : bool
            Whether those that go by chance happen at all.
        """
        if hours >= len(self._samples) * _SAMPLES - 1e-6:
            self._sampled(hours, truth["pfhb"])
        events: list[HourEvent] = []
        for name, limit in self._limits.items():
            if striking and _NAMES[name] not in self.at and truth[name] >= limit:
                self.at[_NAMES[name]] = hours
                events += self._events(name, hours)
        return events

    def _sampled(self, hours: float, pfhb: float) -> None:
        """Plasma-free hemoglobin at the laboratory; two high values within a day are hemolysis."""
        self._samples.append((hours, pfhb))
        if "hemolysis" not in self.at and clinically_significant(
            *map(list, zip(*self._samples, strict=True))
        ):
            self.at["hemolysis"] = hours

    def _events(self, name: str, hours: float) -> list[HourEvent]:
        if name == _BLEED:
            one = self._set["bleeding"]
            rates = {"bleeding": "rate", "transfusion": "transfusion", "fluid": "fluid"}
            return [HourEvent(to, one[key], hours, one["hours"]) for to, key in rates.items()]
        if name == _SLIP:
            one = self._set["malposition"]
            random = np.random.default_rng([self._seed, zlib.crc32(b"malposition")])
            mitral, share = map(float, random.random(2))
            lasting = one["low"] + (one["high"] - one["low"]) * share
            if mitral < one["mitral_share"]:
                return [HourEvent("mitral_contact", one["mitral_contact"], hours, lasting)]
            return [HourEvent("inlet_depth", self._deep, hours, lasting)]
        return []  # What is done for a limb, the clinicians' rule says.
