"""Support of a high-risk coronary intervention, and weaning on the table once the artery is open.

Held support until the operator says that the artery is open; the highest level while a balloon is
up; then, when the ventricle has recovered, down by at most two levels at intervals, a hold at the
lowest level, off. It never steps down while a balloon is up, the artery is closed, the pressure is
low or unknown.
"""

from __future__ import annotations

import functools
import math
import statistics
import tomllib
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from controllers.operating_points import running_levels
from controllers.weaning.decision import Decision, Reason
from controllers.weaning.decision_log import DecisionLog
from controllers.weaning.policies import MAX_STEP_LEVELS
from plants import InputError, Measurement, Pump, Quantity, label_limit
from plants.quantities import (
    SECONDS_PER_HOUR,
    SECONDS_PER_MINUTE,
    check_keys,
    parameter_table,
    read_quantities,
)

_DECLARED = parameter_table(
    ("map_low", "mmHg", "mean arterial pressure that is too low", 30, 100),
    ("map_step", "mmHg", "mean arterial pressure that a step asks for", 30, 120),
    ("recovered", "1", "share of the former pulse pressure of a recovered ventricle", 0.1, 2),
    ("calm", "min", "how long pressure and pulse must have been well", 0, 120),
    ("interval", "min", "shortest time at a level", 0.1, 120),
    ("trial", "min", "shortest time at the lowest level", 0.1, 240),
    ("retry", "min", "first wait after a failure", 0.1, 240),
    ("lead", "min", "time before the label's end", 0, 240),
    ("look", "s", "time between two looks", 0.5, 600),
)
_FILE, _SOURCE = Path(__file__).parents[1] / "data" / "pci.toml", "controllers/data/pci.toml"
# Looks of which the median is taken: a pulse is small beside its noise (guesses).
_LOOKS = {"map": 3, "pulse_pressure": 12}
_SUPPORT = "P-8"


class PciController:
    """Decides about support in a high-risk coronary intervention.

    Parameters
    ----------
    numbers : Mapping of str to float, optional
        Limits and times in place of those of ``controllers/data/pci.toml``, by name.
    log : DecisionLog, optional
        Where decisions are kept.

    Attributes
    ----------
    level : str
        P-level in force.
    failures : int
        Steps that were not borne.

    Raises
    ------
    InputError
        A number has no such name.

    Examples
    --------
    >>> from controllers import PciController
    >>> from plants import Measurement, Pump
    >>> controller = PciController()
    >>> controller.reset(Pump.load("2.5"))
    >>> seen = Measurement(0.0, "icu", {"map": 80.0, "pulse_pressure": 18.0})
    >>> controller.decide(seen, 0.0).level, controller.decide(seen, 5.0, balloon=True).level
    ('P-8', 'P-9')
    """

    def __init__(
        self, numbers: Mapping[str, float] | None = None, *, log: DecisionLog | None = None
    ):
        self.numbers = {name: one.value for name, one in pci_numbers().items()}
        for name, value in (numbers or {}).items():
            if name not in self.numbers:
                raise InputError("numbers", name, f"one of {', '.join(self.numbers)}")
            self.numbers[name] = float(value)
        self.log = DecisionLog() if log is None else log
        self.levels: tuple[str, ...] = ()

    def reset(self, pump: Pump, *, label_hours: float | None = None) -> None:
        """Take over at full support.

        Parameters
        ----------
        pump : Pump
            A left pump.
        label_hours : float, optional
            Longest use, h; by default the label's for high-risk coronary intervention.

        Raises
        ------
        InputError
            The pump has no label for it.
        """
        self.label_seconds = SECONDS_PER_HOUR * (
            label_limit(pump, "high-risk PCI") if label_hours is None else label_hours
        )
        names = [one.name for one in running_levels(pump)]
        # For a balloon, not to be held: the device's driver keeps its time.
        boost = [] if pump.boost is None else [pump.boost.level]
        self.levels = tuple(dict.fromkeys((*names, *boost)))
        self.top = len(self.levels) - 1
        self.support = self.levels.index(_SUPPORT) if _SUPPORT in self.levels else self.top
        self.place, self.since, self.failures = self.support, 0.0, 0
        self.resting_until, self.well_since = -math.inf, math.nan
        self._before: list[float] = []  # pulse pressure before the first inflation
        self._begun = False
        self._seen: dict[str, deque[float]] = {}
        self.log.clear()

    @property
    def level(self) -> str:
        """The level in force."""
        return self.levels[self.place]

    @property
    def band(self) -> tuple[str, str]:
        """Lowest and highest level between which a faster controller may move the speed now.

        A level below the one decided; while a balloon is up none below that of support.
        """
        if self.place > self.support:
            return self.levels[self.support], self.level
        return self.levels[max(self.place - 1, 0)], self.level

    def decide(
        self,
        measurement: Measurement,
        seconds: float,
        *,
        balloon: bool = False,
        opened: bool = False,
    ) -> Decision:
        """Decide what to do until the next look.

        Parameters
        ----------
        measurement : Measurement
            What is seen now: ``map`` (mmHg) and ``pulse_pressure`` (mmHg).
        seconds : float
            Time of use of the pump, s.
        balloon : bool
            Whether the operator says that a balloon is up.
        opened : bool
            Whether the operator has said that the artery is open.

        Raises
        ------
        InputError
            The controller was not reset.
        """
        if not self.levels:
            raise InputError("controller", "not reset", "a controller that was reset")
        self._take(measurement, balloon or opened)
        decision = self._decided(seconds, balloon, opened)
        self.log.add(decision)
        return decision

    def _decided(self, seconds: float, balloon: bool, opened: bool) -> Decision:
        pressure = self._value("map")
        known = Reason("mean pressure unknown", "map") if math.isnan(pressure) else None
        low = pressure < self.numbers["map_low"]
        told = _judged("mean pressure", "map", pressure, "mmHg", self.numbers["map_low"])
        if balloon:
            up = Reason("a balloon is up: full support, no step down")
            action = self._moved(self.top, seconds)
            return self._say(seconds, "inflation", action, (up, known or told))
        if self.place > self.support:
            back = _judged("mean pressure", "map", pressure, "mmHg", self.numbers["map_step"])
            if not back.met:
                down = Reason("the balloon is down, the ventricle still stunned")
                return self._say(seconds, "inflation", "hold", (down, known or back))
            self._moved(self.support, seconds)
        if low and self.place < self.support:
            return self._failed(seconds, told)
        if not opened:
            closed = Reason("the artery is not yet told open")
            return self._say(seconds, "support", "hold", (closed, known or told))
        return self._in_time(seconds, self._weaned(seconds, known))

    def _weaned(self, seconds: float, unknown: Reason | None) -> Decision:
        """The artery is open: on, or hold."""
        reasons = self._recovered(seconds) if unknown is None else (unknown,)
        lowest = self.place == 0
        least = SECONDS_PER_MINUTE * self.numbers["trial" if lowest else "interval"]
        held = seconds - self.since
        said = f"{self.level} held for {held / 60:.1f} min, at least {least / 60:g}"
        reasons = (Reason(said, "", held, least, met=held >= least, waits=True), *reasons)
        if seconds < self.resting_until:
            said = f"waiting until {self.resting_until / 60:.0f} min after failure {self.failures}"
            reasons = (Reason(said, waits=True), *reasons)
        if not all(one.met for one in reasons):
            waits = all(one.met or one.waits for one in reasons)
            going = "hold" if self.place < self.support else "support"
            phase = "hold_p2" if lowest else going if waits else "refused"
            return self._say(seconds, phase, "hold", reasons)
        if lowest:
            return self._say(seconds, "explant", "explant", reasons)
        self._moved(self.place - min(MAX_STEP_LEVELS, self.place), seconds)
        return self._say(seconds, "step", "down", reasons)

    def _recovered(self, seconds: float) -> tuple[Reason, ...]:
        """Whether pressure and pulse are well, and have been for a while."""
        found = [
            _judged("mean pressure", "map", self._value("map"), "mmHg", self.numbers["map_step"])
        ]
        before = statistics.median(self._before) if self._before else math.nan
        limit = self.numbers["recovered"] * before
        pulse = self._value("pulse_pressure")
        if math.isnan(pulse) or math.isnan(limit):
            found.append(Reason("pulse pressure, now or before the first inflation, unknown"))
        else:
            found.append(_judged("pulse pressure", "pulse_pressure", pulse, "mmHg", limit))
        well = all(one.met for one in found)
        if not well:
            self.well_since = math.nan
        elif math.isnan(self.well_since):
            self.well_since = seconds
        calm = seconds - self.well_since if well else 0.0
        least = SECONDS_PER_MINUTE * self.numbers["calm"]
        said = f"both well for {calm / 60:.1f} min, at least {least / 60:g}"
        return (*found, Reason(said, "", calm, least, met=calm >= least, waits=well))

    def _failed(self, seconds: float, why: Reason) -> Decision:
        """The pressure fell at a lower level: up at once, and a longer wait each time."""
        self.failures += 1
        wait = SECONDS_PER_MINUTE * self.numbers["retry"] * 2.0 ** (self.failures - 1)
        self.resting_until, self.well_since = seconds + wait, math.nan
        self._moved(min(self.place + MAX_STEP_LEVELS, self.support), seconds)
        said = f"failure {self.failures}: no step before {self.resting_until / 60:.0f} min"
        return self._say(seconds, "step_up", "up", (why, Reason(said)))

    def _in_time(self, seconds: float, decision: Decision) -> Decision:
        """Shortly before the label's end another plan is needed."""
        left = self.label_seconds - seconds
        if decision.action != "hold" or left > SECONDS_PER_MINUTE * self.numbers["lead"]:
            return decision
        hours = self.label_seconds / SECONDS_PER_HOUR
        said = f"{max(left, 0.0) / 60:.0f} min left of the label's {hours:g} h: another plan"
        return self._say(seconds, "reassess", "reassess", (Reason(said), *decision.reasons))

    def _moved(self, place: int, seconds: float) -> str:
        """Take another level; gives the action."""
        if place == self.place:
            return "hold"
        action = "up" if place > self.place else "down"
        self.place, self.since = place, seconds
        return action

    def _take(self, measurement: Measurement, begun: bool) -> None:
        for name, looks in _LOOKS.items():
            value = measurement.get(name, math.nan)
            if math.isfinite(value):
                self._seen.setdefault(name, deque(maxlen=looks)).append(value)
            else:
                self._seen.pop(name, None)
        self._begun |= begun
        if not self._begun and "pulse_pressure" in self._seen:
            self._before.append(self._seen["pulse_pressure"][-1])

    def _value(self, name: str) -> float:
        past = self._seen.get(name)
        return statistics.median(past) if past else math.nan

    def _say(
        self, seconds: float, phase: str, action: str, reasons: tuple[Reason, ...]
    ) -> Decision:
        hours, look = seconds / SECONDS_PER_HOUR, self.numbers["look"] / SECONDS_PER_HOUR
        return Decision(hours, self.level, phase, action, reasons, wait=look)


def _judged(what: str, signal: str, value: float, unit: str, least: float) -> Reason:
    said = f"{what} {value:.0f} {unit}, at least {least:.0f}"
    return Reason(said, signal, value, least, met=value >= least)


@functools.cache
def pci_numbers() -> Mapping[str, Quantity]:
    """Limits and times with their sources (read once).

    Examples
    --------
    >>> from controllers.weaning import pci_numbers
    >>> pci_numbers()["map_low"].value
    60.0
    """
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    tables = check_keys(content, ("numbers",), "", _SOURCE, required=("numbers",))
    return MappingProxyType(read_quantities(tables["numbers"], _DECLARED, "numbers", _SOURCE))
