"""Hours beat by beat and by outer steps: how far apart the two are, and what each costs.

The same patient on a CP at a held speed, over hours in which everything that the slow clock knows
is at work: stunned myocardium that recovers within hours, a functionally leaking mitral valve,
lactate that clears, hemolysis, an inotrope that is started and lowered, bleeding and fluid; once
without and once with the baroreflex. The beat-by-beat run integrates every heart beat.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.runs import FloatArray
from experiments.statistics import DataFrame, data_frame
from plants import SIGNALS, SLOW_STATES, MultirateRun, Plant, Simulator, SlowClock, SlowParameters
from plants.plant import PHASE
from plants.quantities import SECONDS_PER_HOUR, Array
from plants.slow import RELATIVE_TOLERANCE

PATIENT, DEVICE, LEVEL = "shock-d", "CP", "P-6"
HOURS = 6.0
#: Most that a slow state or a metric may be off, relative to its size.
LIMIT = 0.01
#: Metrics that are compared besides the slow states.
METRICS = ("map", "cardiac_power_output", "lvedp", "blood_volume")
#: The size of a quantity is its largest magnitude in the course, at least this share of its range:
#: of what stays below, as myocardium lost by a well perfused heart, the first minute is most.
FLOOR = 1e-5
# Samples of a half, and the shortest time between two (h). Outer steps leave out what settles in
# seconds to a minute (reflex, shifts of blood); ten minutes after a change none of it is left.
_SAMPLES, _SHORTEST = 6, 1 / 6

#: Slow parameters of every case: what is usually days is made hours, and the injury of the kidneys
#: is above the one at which it would rest (guesses, for the study only).
_PARAMETERS: Mapping[str, float] = {
    "recoverable": 0.8,
    "recovery_time": 0.25,
    "recovery_delay": 0.0,
    "mitral_tethering": 0.03,
    "mitral_competent_volume": 120.0,
    "renal_injury_initial": 0.5,
}
#: What is given in the first and in the second half.
_INPUTS: tuple[Mapping[str, float], ...] = (
    {"inotrope": 5.0, "vasopressor": 0.1, "bleeding": 60.0},
    {"inotrope": 2.0, "vasopressor": 0.05, "bleeding": 0.0, "fluid": 40.0},
)


@dataclass(frozen=True)
class HourCase:
    """A run of hours.

    Attributes
    ----------
    name : str
        For tables.
    reflex : float
        Gain of the baroreflex.
    hours : float
        Length, h.
    """

    name: str
    reflex: float
    hours: float

    def clock(self) -> SlowClock:
        """The slow clock at its start."""
        values = {**_PARAMETERS, "baroreflex_gain": self.reflex}
        parameters = SlowParameters.load().replace(source="multirate study", tag="X", **values)
        return SlowClock(PATIENT, parameters)

    @property
    def times(self) -> Array:
        """When both runs are looked at, h; the doses change at half time."""
        count = 2 * min(_SAMPLES, max(1, int(0.5 * self.hours / _SHORTEST)))
        return self.hours * np.arange(1, count + 1) / count

    def inputs(self, hours: float) -> Mapping[str, float]:
        """What is given from that time on."""
        return _INPUTS[0] if hours < 0.5 * self.hours - 1e-9 else _INPUTS[1]


def hour_cases(hours: float = HOURS) -> tuple[HourCase, ...]:
    """Both cases.

    Examples
    --------
    >>> from experiments.studies.multirate.hours import hour_cases
    >>> [case.name for case in hour_cases(1.0)]
    ['without reflex', 'with reflex']
    """
    return (HourCase("without reflex", 0.0, hours), HourCase("with reflex", 1.0, hours))


@dataclass(frozen=True)
class Course:
    """What a run gave, and what it cost.

    Attributes
    ----------
    values : ndarray, shape (n_samples, n_states + n_metrics)
        Slow states, then :data:`METRICS`.
    seconds : float
        Time of the processor, s.
    beats : int
        Heart beats integrated, or periodic beats found.
    slopes, steps : int
        Of the multirate run: slopes computed, and outer steps.
    """

    values: FloatArray
    seconds: float
    beats: int
    slopes: int = 0
    steps: int = 0


def names() -> tuple[str, ...]:
    """Names of the quantities compared: slow states and metrics."""
    return (*SLOW_STATES, *METRICS)


def values_of(clock: SlowClock, metrics: Mapping[str, float]) -> list[float]:
    """The quantities compared, in the order of :func:`names`."""
    return [*clock.state, *(metrics[name] for name in METRICS)]


def supported(level: str) -> tuple[Plant, float]:
    """The plant of the study, and the speed (rpm) of a level."""
    plant = Plant(PATIENT, DEVICE)
    return plant, plant.level_speed(level)


def beat_by_beat(case: HourCase) -> Course:
    """Every beat integrated."""
    plant, speed = supported(LEVEL)
    clock = case.clock()
    simulator = Simulator(plant, slow=clock)
    simulator.reset(speed=speed)
    rows, start, phase = [], time.process_time(), simulator.state[PHASE]
    last = 0.0
    for hours in case.times:
        clock.give(**case.inputs(last))
        simulator.advance(speed, (hours - last) * SECONDS_PER_HOUR)
        rows.append(values_of(clock, simulator.metrics()))
        last = float(hours)
    beats = round(simulator.state[PHASE] - phase)
    return Course(np.array(rows), time.process_time() - start, beats)


def by_outer_steps(case: HourCase, tolerance: float = RELATIVE_TOLERANCE) -> Course:
    """The same with outer steps."""
    plant, speed = supported(LEVEL)
    clock = case.clock()
    start = time.process_time()
    run = MultirateRun(plant, clock, tolerance=tolerance)
    rows, last = [], 0.0
    for hours in case.times:
        clock.give(**case.inputs(last))
        run.advance(float(hours) - last, speed)
        rows.append(values_of(clock, run.metrics()))
        last = float(hours)
    seconds = time.process_time() - start
    return Course(np.array(rows), seconds, run.beats_found, run.slopes_taken, run.steps)


@dataclass(frozen=True)
class HourComparison:
    """Both runs of a case.

    Attributes
    ----------
    case : HourCase
        The case.
    beat_by_beat, multirate : Course
        Every beat integrated, and outer steps.
    """

    case: HourCase
    beat_by_beat: Course
    multirate: Course

    @property
    def errors(self) -> Array:
        """Largest relative error of each quantity of :func:`names`."""
        return relative_errors(self.multirate.values, self.beat_by_beat.values)

    @property
    def holds(self) -> bool:
        """Whether every quantity is within the limit."""
        return bool(np.all(self.errors <= LIMIT))


def relative_errors(values: Array, exact: Array) -> Array:
    """Largest error of each column over the largest size of the exact one, with its floor."""
    ranges = [state.high - state.low for state in SLOW_STATES.values()]
    ranges += [SIGNALS[name].high - SIGNALS[name].low for name in METRICS]
    size = np.maximum(np.abs(exact).max(axis=0), FLOOR * np.array(ranges))
    return np.asarray(np.abs(values - exact).max(axis=0) / size)


def compared(case: HourCase) -> HourComparison:
    """Both runs of a case, one after the other.

    Examples
    --------
    >>> from experiments.studies.multirate.hours import compared, hour_cases
    >>> comparison = compared(hour_cases(0.02)[0])
    >>> comparison.multirate.steps < comparison.beat_by_beat.beats
    True
    """
    by_outer_steps(case)  # What is built once per process is not part of either.
    return HourComparison(case, beat_by_beat(case), by_outer_steps(case))


def error_table(comparisons: Sequence[HourComparison]) -> DataFrame:
    """Each quantity of each case: its value at the end in both runs, and its largest error."""
    units = {name: state.unit for name, state in SLOW_STATES.items()}
    units |= {name: SIGNALS[name].unit for name in METRICS}
    rows: list[dict[str, Any]] = []
    for comparison in comparisons:
        for column, (name, error) in enumerate(zip(names(), comparison.errors, strict=True)):
            rows.append(
                {
                    "case": comparison.case.name,
                    "quantity": name,
                    "unit": units[name],
                    "beat_by_beat": comparison.beat_by_beat.values[-1, column],
                    "multirate": comparison.multirate.values[-1, column],
                    "error": error,
                    "holds": bool(error <= LIMIT),
                }
            )
    return data_frame(rows)


def cost_table(comparisons: Sequence[HourComparison]) -> DataFrame:
    """What both runs of each case cost, one after the other on one core."""
    rows = [
        {
            "case": comparison.case.name,
            "hours": comparison.case.hours,
            "beats_integrated": comparison.beat_by_beat.beats,
            "beat_by_beat_s": comparison.beat_by_beat.seconds,
            "multirate_s": comparison.multirate.seconds,
            "speed_up": comparison.beat_by_beat.seconds / comparison.multirate.seconds,
            "outer_steps": comparison.multirate.steps,
            "beats_found": comparison.multirate.beats,
            "slopes_taken": comparison.multirate.slopes,
            "worst_error": comparison.errors.max(),
        }
        for comparison in comparisons
    ]
    return data_frame(rows)
