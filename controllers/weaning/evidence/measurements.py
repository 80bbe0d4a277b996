"""What is seen at the bedside: noise smoothed, laboratory values held, nonsense recognised."""

from __future__ import annotations

import math
import statistics
from collections import deque

from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.decision import Reason
from plants import Measurement

LABS: tuple[str, ...] = ("lactate", "pfhb", "hemoglobin", "svo2", "renal_injury")
ECHO: tuple[str, ...] = ("ejection_fraction", "mitral_regurgitant_fraction", "lvedv")
DOSES: tuple[str, ...] = ("inotrope_effect", "vasopressor_effect")
#: Without any of these nothing is lowered.
ESSENTIAL: tuple[str, ...] = ("map", "cardiac_index", "cvp", "pcwp")
_LOOKS = 3  # looks of which the median is taken
# Differences that no noise explains (guesses): mmHg, L/min, share of the speed of the level.
_PRESSURE_MISFIT, _FLOW_MISFIT, _SPEED_MISFIT = 12.0, 1.5, 0.15


class Seen:
    """What is known from measurements alone.

    Parameters
    ----------
    criteria : WeaningCriteria
        How old values may be.

    Attributes
    ----------
    raw : dict of str to float
        The last measurement.
    bad : tuple of Reason
        Why the last measurement is no ground for lowering support; empty when it is one.

    Examples
    --------
    >>> from controllers import WeaningCriteria
    >>> from controllers.weaning.evidence import Seen
    >>> from plants import Measurement
    >>> seen = Seen(WeaningCriteria.load())
    >>> seen.take(Measurement(0.0, "icu", {"map": 70.0, "lactate": 1.5}), 0.0, "P-8", 44_000.0)
    >>> [reason.text for reason in seen.bad]
    ['no value of cardiac_index, cvp, pcwp']
    >>> seen.take(Measurement(3600.0, "icu", {"map": 72.0}), 1.0, "P-8", 44_000.0)
    >>> seen.values["map"], seen.values["lactate"]
    (71.0, 1.5)
    """

    def __init__(self, criteria: WeaningCriteria):
        self._age = {name: criteria.number("lab_age") for name in LABS}
        self._age |= {name: criteria.number("echo_age") for name in ECHO}
        self._rise = criteria.number("injury_rise")
        self._past: dict[str, deque[float]] = {}
        self._held: dict[str, list[tuple[float, float]]] = {}
        self._level, self.hours = "", math.nan
        self.raw: dict[str, float] = {}
        self.bad: tuple[Reason, ...] = ()

    def take(self, measurement: Measurement, hours: float, level: str, speed: float) -> None:
        """Look at a measurement at a level whose speed (rpm) is told."""
        if level != self._level:
            self._past.clear()  # what was before belongs to another support
        self._level, self.hours, self.raw = level, hours, dict(measurement)
        for name, value in self.raw.items():
            if not math.isfinite(value):
                continue
            if name in self._age:
                self._held.setdefault(name, []).append((hours, value))
            else:
                self._past.setdefault(name, deque(maxlen=_LOOKS)).append(value)
        self.bad = self._nonsense(speed)

    @property
    def values(self) -> dict[str, float]:
        """The best value of each signal from measurements alone."""
        found = {name: statistics.median(past) for name, past in self._past.items()}
        for name, held in self._held.items():
            when, value = held[-1]
            if self.hours - when <= self._age[name]:
                found[name] = value
        return found | {name: self.raw[name] for name in DOSES if name in self.raw}

    def history(self, name: str, since: float = -math.inf) -> list[float]:
        """Laboratory or echo values since an hour."""
        return [value for when, value in self._held.get(name, []) if when >= since]

    def resolving(self) -> Reason:
        """Whether the injury of the kidneys resolves, or at least does not grow beyond noise.

        Judged against the mean of the two values before, of which the lesser alone would be low by
        its noise.
        """
        past = self.history("renal_injury")[-3:]
        if not past:
            return Reason("renal injury unknown", "renal_injury")
        limit = statistics.fmean(past[:-1] or past) + self._rise
        said = f"renal injury {past[-1]:.2g}, not above {limit:.2g}"
        return Reason(said, "renal_injury", past[-1], limit, met=past[-1] <= limit)

    def _nonsense(self, speed: float) -> tuple[Reason, ...]:
        """What is missing, contradicts itself or tells of a pump that does not do its work."""
        raw, found = self.raw, []
        get = lambda name: raw.get(name, math.nan)  # noqa: E731
        missing = [name for name in ESSENTIAL if not math.isfinite(get(name))]
        if missing:
            found.append(Reason(f"no value of {', '.join(missing)}", missing[0]))
        low, mean, high = get("diastolic"), get("map"), get("systolic")
        if mean < low - _PRESSURE_MISFIT or mean > high + _PRESSURE_MISFIT:
            said = f"mean pressure {mean:.0f} contradicts {high:.0f}/{low:.0f} mmHg"
            found.append(Reason(said, "map", mean, low))
        flow, total = get("displayed_flow"), get("cardiac_output")
        if total < flow - _FLOW_MISFIT:
            said = f"cardiac output {total:.1f} contradicts pump flow {flow:.1f} L/min"
            found.append(Reason(said, "cardiac_output", total, flow))
        turning = get("pump_speed")
        if abs(turning - speed) > _SPEED_MISFIT * speed:
            said = f"the pump turns at {turning:.0f} rpm, its level asks for {speed:.0f}"
            found.append(Reason(said, "pump_speed", turning, speed))
        elif "displayed_flow" in raw and math.isnan(flow):
            found.append(Reason("position alarm: the console shows no flow", "displayed_flow"))
        return tuple(found)
