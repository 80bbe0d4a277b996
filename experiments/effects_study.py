"""Each physical effect switched off one by one: it changes what it should, and nothing else.

An effect is looked at in a case in which it is at work, with it and without it, everything else
the same. Physiology says which signals it must move, in which direction and how far at least, and
which it must leave alone; the expectations and their reasons are in
:mod:`experiments.effects_cases` and :mod:`experiments.effects_slow_cases`. Where an effect is off,
the parameters that shape it must have no influence at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from experiments.pool import run_each
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

if TYPE_CHECKING:
    import pandas

Change = Literal["rises", "falls", "stays"]
#: Groups of signals that an expectation may name.
CIRCULATION, EVERYTHING = "circulation", "everything"
#: Standard deviation of the systolic pressure from beat to beat (mmHg), of a course.
SPREAD = "systolic_spread"
_SAMPLE = 0.5  # s, between two looks at a course
_SOURCE, _TAG = "effects study", "X"


@dataclass(frozen=True)
class Condition:
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
    parameters: Mapping[str, float] = field(default_factory=dict)
    pump: Mapping[str, float] = field(default_factory=dict)
    slow: Mapping[str, float] | None = None
    disease: str = ""
    disturbances: Mapping[str, float] = field(default_factory=dict)
    window: tuple[float, float] | None = None
    scenario: str = "none"
    rhythm: str = "sinus"
    hours: float = 0.0
    inputs: Mapping[str, float] = field(default_factory=dict)

    def measured(self) -> dict[str, float]:
        """Metrics, slow signals where there is a slow clock, and of a course the spread.

        Raises
        ------
        PhysicsError
            The circulation does not exist or fails on the way.
        """
        plant = self._plant()
        speed = plant.pump.speed(self.level) if plant.pump and self.level else 0.0
        clock = None
        if self.slow is not None:
            values = dict(self.slow)
            parameters = SlowParameters.load().replace(source=_SOURCE, tag=_TAG, **values)
            clock = SlowClock(plant.patient, parameters)
        if self.window is not None:
            return self._course(plant, speed, clock, self.window)
        if clock is not None:
            clock.give(**self.inputs)
            run = MultirateRun(plant, clock)
            run.hold(speed, self.disturbances)
            if self.hours > 0.0:
                run.advance(self.hours, speed, self.disturbances)
            return run.metrics()
        return dict(steady_state(plant, speed, self.disturbances).metrics)

    def _plant(self) -> Plant:
        patient = Patient.load(self.patient)
        if self.parameters:
            patient = patient.replace(source=_SOURCE, tag=_TAG, **dict(self.parameters))
        if self.disease:
            patient = with_valve_disease(patient, self.disease, "severe")
        if self.device is None or not self.pump:
            return Plant(patient, self.device)
        return Plant(patient, Pump.load(self.device).replace(source=_SOURCE, tag=_TAG, **self.pump))

    def _course(
        self, plant: Plant, speed: float, clock: SlowClock | None, window: tuple[float, float]
    ) -> dict[str, float]:
        rhythm = Rhythm.make(self.rhythm, seed=1) if self.rhythm != "sinus" else None
        simulator = Simulator(plant, Scenario.load(self.scenario), slow=clock, rhythm=rhythm)
        simulator.reset(speed=speed)
        simulator.advance(speed, window[0])
        rows = []
        for _ in range(round((window[1] - window[0]) / _SAMPLE)):
            simulator.advance(speed, _SAMPLE)
            rows.append(simulator.metrics())
        means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
        return means | {SPREAD: float(np.std([row["systolic"] for row in rows]))}


@dataclass(frozen=True)
class Expectation:
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
    but : tuple of str
        Signals of a group that may move.
    most : float
        Largest change, in the unit of the signal.
    """

    signal: str
    change: Change
    by: float
    reason: str
    but: tuple[str, ...] = ()
    most: float = math.inf

    def check(self, off: Mapping[str, float], on: Mapping[str, float]) -> Finding:
        """Whether it holds, and of a group for which signal it holds least."""
        if self.change == "stays":
            shares = {
                name: abs(on[name] - off[name]) / _size(off[name]) for name in self._names(on)
            }
            worst = max(shares, key=lambda name: shares[name])
            return self._found(worst, off, on, shares[worst] <= self.by)
        moved = on[self.signal] - off[self.signal]
        along = moved if self.change == "rises" else -moved
        return self._found(self.signal, off, on, self.by <= along <= self.most)

    def _names(self, on: Mapping[str, float]) -> list[str]:
        groups = {CIRCULATION: METRICS.names, EVERYTHING: (*METRICS.names, *SLOW_SIGNALS)}
        names = groups.get(self.signal, (self.signal,))
        return [name for name in names if name in on and name not in self.but]

    def _found(
        self, name: str, off: Mapping[str, float], on: Mapping[str, float], holds: bool
    ) -> Finding:
        return Finding(self, name, off[name], on[name], holds)

    def words(self) -> str:
        """The expectation in words, without its reason."""
        unit = SIGNALS[self.signal].unit if self.signal in SIGNALS else "mmHg"
        but = f" (but {', '.join(self.but)})" if self.but else ""
        if self.change == "stays":
            return f"stays{but}" if self.by == 0.0 else f"stays within {self.by:g} of itself{but}"
        most = "" if math.isinf(self.most) else f", at most {self.most:g}"
        return f"{self.change} by at least {self.by:g}{most}{'' if unit == '1' else ' ' + unit}"


def _size(value: float) -> float:
    return max(1.0, abs(value))


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


@dataclass(frozen=True)
class Effect:
    """A physical effect, a case in which it is at work, and what it must do there.

    Attributes
    ----------
    name, case : str
        The effect, and where and how it is looked at, in words.
    off, on : Condition
        The case without and with it.
    expectations : tuple of Expectation
        With their reasons.
    silent : tuple of Condition
        Cases without it in which what shapes it is different: they must not differ from `off`.
    heard : tuple of str
        Signals that may differ in them all the same.
    """

    name: str
    case: str
    off: Condition
    on: Condition
    expectations: tuple[Expectation, ...]
    silent: tuple[Condition, ...] = ()
    heard: tuple[str, ...] = ()


@dataclass(frozen=True)
class Studied:
    """An effect with what was found.

    Attributes
    ----------
    effect : Effect
        The effect.
    findings : tuple of Finding
        One for each expectation, and one for each silent case.
    off, on : dict of float
        Every signal without and with it.
    """

    effect: Effect
    findings: tuple[Finding, ...]
    off: dict[str, float]
    on: dict[str, float]

    @property
    def holds(self) -> bool:
        """Whether everything is as expected."""
        return all(one.holds for one in self.findings)


def examine(effect: Effect) -> Studied:
    """Measure an effect.

    Examples
    --------
    >>> from experiments.effects_cases import EFFECTS
    >>> from experiments.effects_study import examine
    >>> examine(EFFECTS["septum"]).holds
    True
    """
    off, on = effect.off.measured(), effect.on.measured()
    findings = [one.check(off, on) for one in effect.expectations]
    reason = "an effect that is off cannot be shaped: its parameters have no influence"
    nothing = Expectation(EVERYTHING, "stays", 0.0, reason, but=effect.heard)
    findings += [nothing.check(off, condition.measured()) for condition in effect.silent]
    return Studied(effect, tuple(findings), off, on)


def _by_name(name: str) -> Studied:
    return examine(all_effects()[name])


def all_effects() -> dict[str, Effect]:
    """Every effect by name, the fast ones first."""
    from experiments.effects_cases import EFFECTS
    from experiments.effects_slow_cases import SLOW_EFFECTS

    return {**EFFECTS, **SLOW_EFFECTS}


def study(
    names: Sequence[str] | None = None,
    *,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[Studied]:
    """Measure effects, on all cores.

    Parameters
    ----------
    names : sequence of str, optional
        Which; by default all.
    workers : int, optional
        Processes at once; by default one for each core.
    progress : callable, optional
        Called with the number of effects done.
    """
    wanted = list(all_effects()) if names is None else list(names)
    found: dict[str, Studied] = {}
    for one in run_each(_by_name, wanted, workers=workers):
        found[one.effect.name] = one
        if progress is not None:
            progress(len(found))
    return [found[name] for name in wanted]


def table(found: Sequence[Studied]) -> pandas.DataFrame:
    """A row for each expectation of each effect."""
    import pandas

    rows: list[dict[str, Any]] = []
    for one in found:
        for finding in one.findings:
            expected = finding.expectation
            group = "" if finding.signal == expected.signal else f"{expected.signal}: "
            unit = SIGNALS[finding.signal].unit if finding.signal in SIGNALS else "mmHg"
            rows.append(
                {
                    "effect": one.effect.name,
                    "case": one.effect.case,
                    "signal": f"{group}{finding.signal}",
                    "unit": unit,
                    "expected": expected.words(),
                    "without": finding.off,
                    "with": finding.on,
                    "change": finding.on - finding.off,
                    "holds": finding.holds,
                    "reason": expected.reason,
                }
            )
    return pandas.DataFrame(rows)
