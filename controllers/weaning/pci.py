"""Support of a high-risk coronary intervention, and weaning on the table once the artery is open.

Held support until the operator says that the artery is open; the highest level while a balloon is
up; then, when the ventricle has recovered, down by at most two levels at intervals, a hold at the
lowest level, off. It never steps down while a balloon is up, the artery is closed, the pressure is
low or unknown.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Mapping

from controllers.operating_points import running_levels
from controllers.supervision import plausible
from controllers.weaning.decision import Decision, Reason
from controllers.weaning.decision_log import DecisionLog
from controllers.weaning.pci_limits import pci_numbers
from controllers.weaning.policies import MAX_STEP_LEVELS
from plants import InputError, Measurement, Pump, label_limit, unknown_name
from plants.pumps import FULL_SUPPORT_LEVEL
from plants.quantities import SECONDS_PER_HOUR, SECONDS_PER_MINUTE

# Readings of which the median is taken: a pulse is small beside its noise (guesses).
_MEDIAN_OF = {"map": 3, "pulse_pressure": 12}


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
    >>> reading = Measurement(0.0, "icu", {"map": 80.0, "pulse_pressure": 18.0})
    >>> controller.decide(reading, 0.0).level, controller.decide(reading, 5.0, balloon=True).level
    ('P-8', 'P-9')
    """

    def __init__(
        self, numbers: Mapping[str, float] | None = None, *, log: DecisionLog | None = None
    ):
        self.numbers = {name: number.value for name, number in pci_numbers().items()}
        for name, value in (numbers or {}).items():
            if name not in self.numbers:
                raise unknown_name("numbers", name, self.numbers)
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
        names = [level.name for level in running_levels(pump)]
        # For a balloon, not to be held: the device's driver keeps its time.
        boost = [] if pump.boost is None else [pump.boost.level]
        self.levels = tuple(dict.fromkeys((*names, *boost)))
        self.highest_index = len(self.levels) - 1
        full = FULL_SUPPORT_LEVEL
        self.support_index = self.levels.index(full) if full in self.levels else self.highest_index
        self.level_index, self.level_since, self.failures = self.support_index, 0.0, 0
        self.no_step_before, self.stable_since = -math.inf, math.nan
        self._pulses_before: list[float] = []  # pulse pressure before the first inflation
        self._intervention_begun = False
        self._recent: dict[str, deque[float]] = {}
        self.log.clear()

    @property
    def level(self) -> str:
        """The level in force."""
        return self.levels[self.level_index]

    @property
    def band(self) -> tuple[str, str]:
        """Lowest and highest level between which a faster controller may move the speed now.

        A level below the one decided; while a balloon is up none below that of support.
        """
        if self.level_index > self.support_index:
            return self.levels[self.support_index], self.level
        return self.levels[max(self.level_index - 1, 0)], self.level

    def decide(
        self,
        measurement: Measurement,
        seconds: float,
        *,
        balloon: bool = False,
        opened: bool = False,
    ) -> Decision:
        """Decide what to do until the next assessment.

        Parameters
        ----------
        measurement : Measurement
            What is measured now: ``map`` (mmHg) and ``pulse_pressure`` (mmHg).
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
        self._add(plausible(measurement), intervention=balloon or opened)
        decision = self._decided(seconds, balloon, opened)
        self.log.add(decision)
        return decision

    def _decided(self, seconds: float, balloon: bool, opened: bool) -> Decision:
        pressure = self._value("map")
        unknown = Reason("mean pressure unknown", "map") if math.isnan(pressure) else None
        above_low = self._pressure_reason("map_low")
        if balloon:
            why = Reason("a balloon is up: full support, no step down")
            action = self._change_level(self.highest_index, seconds)
            return self._decision(seconds, "inflation", action, (why, unknown or above_low))
        if self.level_index > self.support_index:
            back = self._pressure_reason("map_step")
            if not back.met:
                why = Reason("the balloon is down, the ventricle still stunned")
                return self._decision(seconds, "inflation", "hold", (why, unknown or back))
            self._change_level(self.support_index, seconds)
        if pressure < self.numbers["map_low"] and self.level_index < self.support_index:
            return self._failed(seconds, above_low)
        if not opened:
            why = Reason("the artery is not yet told open")
            return self._decision(seconds, "support", "hold", (why, unknown or above_low))
        return self._reassess_before_label_end(seconds, self._weaned(seconds, unknown))

    def _weaned(self, seconds: float, unknown: Reason | None) -> Decision:
        """The artery is open: on, or hold."""
        reasons = self._recovered(seconds) if unknown is None else (unknown,)
        reasons = (*self._waiting(seconds), self._time_at_level(seconds), *reasons)
        lowest = self.level_index == 0
        if not all(reason.met for reason in reasons):
            waits = all(reason.met or reason.met_by_waiting for reason in reasons)
            held = "hold" if self.level_index < self.support_index else "support"
            phase = "hold_p2" if lowest else held if waits else "refused"
            return self._decision(seconds, phase, "hold", reasons)
        if lowest:
            return self._decision(seconds, "explant", "explant", reasons)
        levels = min(MAX_STEP_LEVELS, self.level_index)
        self._change_level(self.level_index - levels, seconds)
        return self._decision(seconds, "step", "down", reasons)

    def _time_at_level(self, seconds: float) -> Reason:
        shortest = "shortest_trial" if self.level_index == 0 else "step_interval"
        least = SECONDS_PER_MINUTE * self.numbers[shortest]
        held = seconds - self.level_since
        text = f"{self.level} held for {_minutes(held):.1f} min, at least {_minutes(least):g}"
        return Reason(text, "", held, least, met=held >= least, met_by_waiting=True)

    def _waiting(self, seconds: float) -> tuple[Reason, ...]:
        """Why no step is taken yet after a failure; empty where one may be."""
        if seconds >= self.no_step_before:
            return ()
        until = f"{_minutes(self.no_step_before):.0f} min"
        return (
            Reason(f"waiting until {until} after failure {self.failures}", met_by_waiting=True),
        )

    def _recovered(self, seconds: float) -> tuple[Reason, ...]:
        """Whether pressure and pulse are well, and have been for a while."""
        reasons = (self._pressure_reason("map_step"), self._pulse_reason())
        well = all(reason.met for reason in reasons)
        if not well:
            self.stable_since = math.nan
        elif math.isnan(self.stable_since):
            self.stable_since = seconds
        stable = seconds - self.stable_since if well else 0.0
        least = SECONDS_PER_MINUTE * self.numbers["stable_time"]
        text = f"both well for {_minutes(stable):.1f} min, at least {_minutes(least):g}"
        return (*reasons, Reason(text, "", stable, least, met=stable >= least, met_by_waiting=well))

    def _pressure_reason(self, limit: str) -> Reason:
        """Whether the mean pressure is at least a limit of the numbers."""
        return _at_least("mean pressure", "map", self._value("map"), self.numbers[limit])

    def _pulse_reason(self) -> Reason:
        """Whether the pulse is a fair share of what it was before the first inflation."""
        before = statistics.median(self._pulses_before) if self._pulses_before else math.nan
        limit = self.numbers["recovered_pulse"] * before
        pulse = self._value("pulse_pressure")
        if math.isnan(pulse) or math.isnan(limit):
            return Reason("pulse pressure, now or before the first inflation, unknown")
        return _at_least("pulse pressure", "pulse_pressure", pulse, limit)

    def _failed(self, seconds: float, why: Reason) -> Decision:
        """The pressure fell at a lower level: up at once, and a longer wait each time."""
        self.failures += 1
        wait = SECONDS_PER_MINUTE * self.numbers["first_retry_wait"] * 2.0 ** (self.failures - 1)
        self.no_step_before, self.stable_since = seconds + wait, math.nan
        self._change_level(min(self.level_index + MAX_STEP_LEVELS, self.support_index), seconds)
        text = f"failure {self.failures}: no step before {_minutes(self.no_step_before):.0f} min"
        return self._decision(seconds, "step_up", "up", (why, Reason(text)))

    def _reassess_before_label_end(self, seconds: float, decision: Decision) -> Decision:
        """Shortly before the label's end another plan is needed."""
        left = self.label_seconds - seconds
        lead = SECONDS_PER_MINUTE * self.numbers["reassess_lead"]
        if decision.action != "hold" or left > lead:
            return decision
        hours = self.label_seconds / SECONDS_PER_HOUR
        text = f"{_minutes(max(left, 0.0)):.0f} min left of the label's {hours:g} h: another plan"
        reasons = (Reason(text), *decision.reasons)
        return self._decision(seconds, "reassess", "reassess", reasons)

    def _change_level(self, level_index: int, seconds: float) -> str:
        """Take another level; gives the action."""
        if level_index == self.level_index:
            return "hold"
        action = "up" if level_index > self.level_index else "down"
        self.level_index, self.level_since = level_index, seconds
        return action

    def _add(self, measurement: Measurement, *, intervention: bool) -> None:
        """Keep what is measured; a signal without a value is unknown until it has one again."""
        for name, readings in _MEDIAN_OF.items():
            value = measurement.get(name, math.nan)
            if math.isfinite(value):
                self._recent.setdefault(name, deque(maxlen=readings)).append(value)
            else:
                self._recent.pop(name, None)
        self._intervention_begun |= intervention
        if not self._intervention_begun and "pulse_pressure" in self._recent:
            self._pulses_before.append(self._recent["pulse_pressure"][-1])

    def _value(self, name: str) -> float:
        recent = self._recent.get(name)
        return statistics.median(recent) if recent else math.nan

    def _decision(
        self, seconds: float, phase: str, action: str, reasons: tuple[Reason, ...]
    ) -> Decision:
        interval = self.numbers["assessment_interval"] / SECONDS_PER_HOUR
        hours = seconds / SECONDS_PER_HOUR
        return Decision(
            hours, self.level, phase, action, reasons, hours_to_next_assessment=interval
        )


def _at_least(what: str, signal: str, pressure: float, least: float) -> Reason:
    text = f"{what} {pressure:.0f} mmHg, at least {least:.0f}"
    return Reason(text, signal, pressure, least, met=pressure >= least)


def _minutes(seconds: float) -> float:
    return seconds / SECONDS_PER_MINUTE
