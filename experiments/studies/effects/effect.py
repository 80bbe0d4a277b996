"""A physical effect: a case in which it is at work, with it and without it, and what it must do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from plants import (
    METRICS,
    SIGNALS,
    SLOW_SIGNALS,
    MultirateRun,
    Patient,
    Plant,
    Pump,
    Rhythm,
    Scenario,
    Simulator,
    SlowClock,
    SlowParameters,
    steady_state,
    with_valve_disease,
)
from plants.quantities import CheckedModel, Text, one_of
from plants.simulation import beats_of_course, mean_over_beats

Change = Literal["rises", "falls", "stays"]
Names = Annotated[tuple[str, ...], BeforeValidator(tuple)]
Values = dict[str, float]
#: Groups of signals that an expectation may name.
CIRCULATION, EVERYTHING = "circulation", "everything"
#: Standard deviation of the systolic pressure from beat to beat (mmHg), of a course.
SPREAD = "systolic_spread"
_SOURCE, _TAG = "effects study", "X"
_TOLERANCE = 1e-5  # of an outer step: what stays shall stay to a few digits


class Condition(CheckedModel):
    """What is measured: a periodic beat, a course of seconds, or a course of hours.

    Attributes
    ----------
    patient : str
        Preset.
    device, level : str, optional
        Device and level; none without support.
    parameters, pump, slow : mapping
        Values that replace those of the patient, of the left pump and of the slow clock; the last
        also says that there is a slow clock.
    disease : str
        Severe valve disease to put on the patient.
    disturbances : mapping
        What acts all the while.
    window : tuple of float
        Seconds of a course over which the beats are averaged; none for a periodic beat.
    scenario, rhythm : str
        Of a course of seconds.
    hours : float
        Length of a course of hours.
    inputs : mapping
        What is given over the hours.
    """

    patient: str
    device: str | None = None
    level: str | None = None
    parameters: Values = Field(default_factory=dict)
    pump: Values = Field(default_factory=dict)
    slow: Values | None = None
    disease: str = ""
    disturbances: Values = Field(default_factory=dict)
    window: tuple[float, float] | None = None
    scenario: str = "none"
    rhythm: str = "sinus"
    hours: float = 0.0
    inputs: Values = Field(default_factory=dict)

    def measured(self) -> dict[str, float]:
        """Metrics, slow signals where there is a slow clock, and of a course the spread.

        Raises
        ------
        PhysicsError
            The circulation does not exist or fails on the way.
        """
        plant = self._plant()
        speed = plant.level_speed(self.level)
        clock = None
        if self.slow is not None:
            values = dict(self.slow)
            parameters = SlowParameters.load().replace(source=_SOURCE, tag=_TAG, **values)
            clock = SlowClock(plant.patient, parameters)
        if self.window is not None:
            return self._course(plant, speed, clock, self.window)
        if clock is not None:
            clock.give(**self.inputs)
            run = MultirateRun(plant, clock, tolerance=_TOLERANCE)
            run.hold(speed, self.disturbances)
            if self.hours > 0.0:
                run.advance(self.hours, speed, self.disturbances)
            return run.metrics()
        return dict(steady_state(plant, speed, self.disturbances).metrics)

    def _plant(self) -> Plant:
        patient = Patient.load(self.patient)
        own: dict[str, Any] = dict(self.parameters)
        if own:
            patient = patient.replace(source=_SOURCE, tag=_TAG, **own)
        if self.disease:
            patient = with_valve_disease(patient, self.disease, "severe")
        changed: dict[str, Any] = dict(self.pump)
        if self.device is None or not changed:
            return Plant(patient, self.device)
        return Plant(patient, Pump.load(self.device).replace(source=_SOURCE, tag=_TAG, **changed))

    def _course(
        self, plant: Plant, speed: float, clock: SlowClock | None, window: tuple[float, float]
    ) -> dict[str, float]:
        rhythm = Rhythm.make(self.rhythm, seed=1) if self.rhythm != "sinus" else None
        simulator = Simulator(plant, Scenario.load(self.scenario), slow=clock, rhythm=rhythm)
        simulator.reset(speed=speed)
        simulator.advance(speed, window[0])
        beats = beats_of_course(simulator, speed, window[1] - window[0])
        spread = float(np.std([beat["systolic"] for beat in beats]))
        return mean_over_beats(beats) | {SPREAD: spread}


class Expectation(CheckedModel):
    """What an effect must do to a signal, or must not.

    Attributes
    ----------
    signal : str
        A signal, :data:`SPREAD`, or a group: :data:`CIRCULATION` (every metric of a beat) or
        :data:`EVERYTHING` (the slow signals too).
    change : {"rises", "falls", "stays"}
        With the effect, against without it.
    by : float
        Least change, in the unit of the signal; of what stays, the most that the change may be
        relative to the value (or to 1, where that is more).
    reason : str
        Why; the physiology.
    may_move : tuple of str
        Signals of a group that may move.
    at_most : float, optional
        Largest change, in the unit of the signal.
    """

    signal: Annotated[str, one_of((*SIGNALS, SPREAD, CIRCULATION, EVERYTHING))]
    change: Change
    by: float
    reason: str
    may_move: Names = ()
    at_most: float | None = None

    def check(self, off: Mapping[str, float], on: Mapping[str, float]) -> Finding:
        """Whether it holds, and of a group for which signal it holds least."""
        if self.change == "stays":
            names = self._names(on)
            shares = {name: abs(on[name] - off[name]) / _size(name, off) for name in names}
            worst = max(shares, key=lambda name: shares[name])
            return self._finding(worst, off, on, shares[worst] <= self.by)
        moved = on[self.signal] - off[self.signal]
        along = moved if self.change == "rises" else -moved
        within = self.at_most is None or along <= self.at_most
        return self._finding(self.signal, off, on, self.by <= along and within)

    def _names(self, on: Mapping[str, float]) -> list[str]:
        groups = {CIRCULATION: METRICS.names, EVERYTHING: (*METRICS.names, *SLOW_SIGNALS)}
        names = groups.get(self.signal, (self.signal,))
        return [name for name in names if name in on and name not in self.may_move]

    def _finding(
        self, name: str, off: Mapping[str, float], on: Mapping[str, float], holds: bool
    ) -> Finding:
        return Finding(self, name, off[name], on[name], holds)

    def in_words(self) -> str:
        """The expectation in words, without its reason."""
        unit = SIGNALS[self.signal].unit if self.signal in SIGNALS else "mmHg"
        but = f" (but {', '.join(self.may_move)})" if self.may_move else ""
        if self.change == "stays":
            return f"stays{but}" if self.by == 0.0 else f"stays within {self.by:g} of itself{but}"
        at_most = "" if self.at_most is None else f", at most {self.at_most:g}"
        return f"{self.change} by at least {self.by:g}{at_most}{'' if unit == '1' else ' ' + unit}"


def _size(name: str, off: Mapping[str, float]) -> float:
    """What a change of a signal is relative to.

    A difference of pressures is no more exact than these, however small it is: pressures are
    relative to the mean arterial one at least.
    """
    pressure = name in SIGNALS and SIGNALS[name].unit == "mmHg"
    return max(1.0, abs(off[name]), off.get("map", 0.0) if pressure else 0.0)


@dataclass(frozen=True)
class Finding:
    """An expectation measured.

    Attributes
    ----------
    expectation : Expectation
        What was expected.
    signal : str
        The signal; of a group the one that moved most.
    off, on : float
        Its value without and with the effect.
    holds : bool
        Whether it is as expected.
    """

    expectation: Expectation
    signal: str
    off: float
    on: float
    holds: bool


class Effect(CheckedModel):
    """A physical effect, a case in which it is at work, and what it must do there.

    Attributes
    ----------
    name, case : str
        The effect, and where and how it is looked at, in words.
    off, on : Condition
        The case without and with it.
    expectations : tuple of Expectation
        With their reasons.
    reshaped : tuple of Condition
        Cases without it in which what shapes it is different: they must not differ from `off`.
    reshaped_may_move : tuple of str
        Signals that may differ in them all the same.
    """

    name: str
    case: Text
    off: Condition
    on: Condition
    expectations: tuple[Expectation, ...]
    reshaped: tuple[Condition, ...] = ()
    reshaped_may_move: tuple[str, ...] = ()
