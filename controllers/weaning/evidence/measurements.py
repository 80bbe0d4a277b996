"""What is measured at the bedside: noise smoothed, laboratory values held, nonsense recognised."""

from __future__ import annotations

import math
import statistics
from collections import deque

from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.decision import Reason
from plants import Measurement
from plants.slow.laws import DOSES

LABS: tuple[str, ...] = ("lactate", "pfhb", "hemoglobin", "svo2", "renal_injury")
ECHO: tuple[str, ...] = ("ejection_fraction", "mitral_regurgitant_fraction", "lvedv")
#: Without any of these nothing is lowered.
ESSENTIAL: tuple[str, ...] = ("map", "cardiac_index", "cvp", "pcwp")
# Readings of which the median is taken (a guess).
_MEDIAN_OF = 3


class BedsideMeasurements:
    """What is known from measurements alone.

    Parameters
    ----------
    criteria : WeaningCriteria
        How old values may be, and what no noise explains.

    Attributes
    ----------
    latest : dict of str to float
        The last measurement.
    faults : tuple of Reason
        Why the last measurement is no ground for lowering support; empty when it is one.

    Examples
    --------
    >>> from controllers import WeaningCriteria
    >>> from controllers.weaning.evidence import BedsideMeasurements
    >>> from plants import Measurement
    >>> bedside = BedsideMeasurements(WeaningCriteria.load())
    >>> bedside.add(Measurement(0.0, "icu", {"map": 70.0, "lactate": 1.5}), 0.0, "P-8", 44_000.0)
    >>> [reason.text for reason in bedside.faults]
    ['no value of cardiac_index, cvp, pcwp']
    >>> bedside.add(Measurement(3600.0, "icu", {"map": 72.0}), 1.0, "P-8", 44_000.0)
    >>> bedside.values["map"], bedside.values["lactate"]
    (71.0, 1.5)
    """

    def __init__(self, criteria: WeaningCriteria):
        self._number = criteria.number
        self._oldest = {name: criteria.number("lab_age") for name in LABS}
        self._oldest |= {name: criteria.number("echo_age") for name in ECHO}
        self._recent: dict[str, deque[float]] = {}
        self._samples: dict[str, list[tuple[float, float]]] = {}  # of laboratory and echo
        self._level, self.hours = "", math.nan
        self.latest: dict[str, float] = {}
        self.faults: tuple[Reason, ...] = ()

    def add(self, measurement: Measurement, hours: float, level: str, speed: float) -> None:
        """Take in a measurement at a level whose speed (rpm) is told."""
        if level != self._level:
            self._recent.clear()  # what was before belongs to another support
        self._level, self.hours, self.latest = level, hours, dict(measurement)
        for name, value in self.latest.items():
            if not math.isfinite(value):
                continue
            if name in self._oldest:
                self._samples.setdefault(name, []).append((hours, value))
            else:
                self._recent.setdefault(name, deque(maxlen=_MEDIAN_OF)).append(value)
        self.faults = self._faults(speed)

    @property
    def values(self) -> dict[str, float]:
        """The best value of each signal from measurements alone."""
        values = {name: statistics.median(recent) for name, recent in self._recent.items()}
        for name, samples in self._samples.items():
            when, value = samples[-1]
            if self.hours - when <= self._oldest[name]:
                values[name] = value
        return values | {name: self.latest[name] for name in DOSES if name in self.latest}

    def values_since(self, name: str, since: float = -math.inf) -> list[float]:
        """Laboratory or echo values since an hour."""
        return [value for when, value in self._samples.get(name, []) if when >= since]

    def renal_injury_resolving(self) -> Reason:
        """Whether the injury of the kidneys resolves, or at least does not grow beyond noise.

        Judged against the mean of the two values before, of which the lesser alone would be low by
        its noise.
        """
        past = self.values_since("renal_injury")[-3:]
        if not past:
            return Reason("renal injury unknown", "renal_injury")
        limit = statistics.fmean(past[:-1] or past) + self._number("renal_injury_rise")
        text = f"renal injury {past[-1]:.2g}, not above {limit:.2g}"
        return Reason(text, "renal_injury", past[-1], limit, met=past[-1] <= limit)

    def _faults(self, speed: float) -> tuple[Reason, ...]:
        """What is missing, contradicts itself or tells of a pump that does not do its work."""
        faults = []
        missing = [name for name in ESSENTIAL if not math.isfinite(self._last(name))]
        if missing:
            faults.append(Reason(f"no value of {', '.join(missing)}", missing[0]))
        low, mean, high = (self._last(name) for name in ("diastolic", "map", "systolic"))
        margin = self._number("pressure_mismatch")
        if mean < low - margin or mean > high + margin:
            text = f"mean pressure {mean:.0f} contradicts {high:.0f}/{low:.0f} mmHg"
            faults.append(Reason(text, "map", mean, low))
        flow, total = self._last("displayed_flow"), self._last("cardiac_output")
        if total < flow - self._number("flow_mismatch"):
            text = f"cardiac output {total:.1f} contradicts pump flow {flow:.1f} L/min"
            faults.append(Reason(text, "cardiac_output", total, flow))
        measured = self._last("pump_speed")
        if abs(measured - speed) > self._number("speed_mismatch") * speed:
            text = f"the pump turns at {measured:.0f} rpm, its level asks for {speed:.0f}"
            faults.append(Reason(text, "pump_speed", measured, speed))
        elif "displayed_flow" in self.latest and math.isnan(flow):
            faults.append(Reason("position alarm: the console shows no flow", "displayed_flow"))
        return tuple(faults)

    def _last(self, name: str) -> float:
        return self.latest.get(name, math.nan)
