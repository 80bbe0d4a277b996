"""Four days of support: outer steps over periodic beats against every beat integrated.

Half a million beats take many minutes. They are measured over a shorter span, over which both runs
are compared, and their cost is taken in proportion to the time; that of the outer steps is measured
whole.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from experiments.speed.case import CASE, case_name
from experiments.speed.row import SpeedRow
from plants import SLOW_STATES, MultirateRun, Plant, Simulator, SlowClock
from plants.quantities import HOURS_PER_DAY, SECONDS_PER_HOUR

PART = "days"
HOURS = 96.0
#: Span (h) over which every beat is integrated.
SPAN = 1.0
#: The size of a slow state is its value, but not less than this share of its range.
_FLOOR = 1e-6
_INOTROPE = 5.0  # ug/kg/min, so that the slow clock has something to do


def _multirate(plant: Plant, speed: float, hours: float) -> tuple[MultirateRun, float]:
    clock = SlowClock(CASE[0])
    clock.give(inotrope=_INOTROPE)
    began = time.process_time()
    run = MultirateRun(plant, clock)
    run.advance(hours, speed)
    run.metrics()
    return run, time.process_time() - began


class _EveryBeat(NamedTuple):
    """A span of which every beat is integrated."""

    simulator: Simulator
    clock: SlowClock
    beats: int
    seconds: float  # of the CPU


def _beat_by_beat(plant: Plant, speed: float, span: float) -> _EveryBeat:
    clock = SlowClock(CASE[0])
    simulator = Simulator(plant, slow=clock)
    simulator.reset(speed=speed)
    clock.give(inotrope=_INOTROPE)  # A reset takes back what was given.
    began, phase = time.process_time(), simulator.state[-1]
    simulator.advance(speed, span * SECONDS_PER_HOUR)
    beats = round(simulator.state[-1] - phase)
    return _EveryBeat(simulator, clock, beats, time.process_time() - began)


def day_rows(repeats: int, *, span: float = SPAN, hours: float = HOURS) -> list[SpeedRow]:
    """The ratio of the costs, and how far apart both are at the end of the span.

    Parameters
    ----------
    repeats : int
        Turns of the outer steps; the beats are integrated once.
    span : float
        Time over which every beat is integrated, h.
    hours : float
        Length of the course, h.
    """
    patient, device, level = CASE
    plant = Plant(patient, device)
    speed = plant.level_speed(level)
    exact = _beat_by_beat(plant, speed, span)
    every = exact.seconds * hours / span

    _multirate(plant, speed, hours)  # What is built once per process is not part of it.
    runs = [_multirate(plant, speed, hours) for _ in range(repeats)]
    costs = np.array([seconds for _, seconds in runs])
    cost, first = float(np.median(costs)), runs[0][0]
    same_span, _ = _multirate(plant, speed, span)
    what = f"{hours / HOURS_PER_DAY:g} days of {case_name(*CASE)} with an inotrope"
    over = f"over {span:g} h ({exact.beats} beats)"
    row = SpeedRow(
        PART,
        f"{what}, against beat by beat",
        hours / cost,
        hours / every,
        every / cost,
        every / float(costs.max()),
        every / float(costs.min()),
        unit="simulated h per CPU s",
        ours_by=f"{first.steps} outer steps, {first.beats_found} periodic beats found",
        other_by=f"every beat integrated {over}, the rest in proportion",
        note="beat by beat extrapolated",
    )
    return [row.with_target("ratio", ">=", 200.0), *_apart_rows(what, over, same_span, exact)]


def _apart_rows(what: str, over: str, ours: MultirateRun, exact: _EveryBeat) -> list[SpeedRow]:
    """How far apart both are at the end of the span."""
    apart = abs(ours.metrics()["map"] - exact.simulator.metrics()["map"])
    ranges = np.array([state.high - state.low for state in SLOW_STATES.values()])
    size = np.maximum(np.abs(exact.clock.state), _FLOOR * ranges)
    errors = np.abs(ours.slow.state - exact.clock.state) / size
    worst = list(SLOW_STATES)[int(errors.argmax())]
    pressure = SpeedRow(
        PART,
        f"{what}: mean arterial pressure apart {over}",
        float(apart),
        unit="mmHg",
        ours_by="multirate",
        other_by="beat by beat",
    )
    states = SpeedRow(
        PART,
        f"{what}: slow states apart {over}",
        100 * float(errors.max()),
        unit="%",
        ours_by="multirate",
        other_by="beat by beat",
        note=f"largest in {worst}",
    )
    return [pressure.with_target("ours", "<=", 0.05), states.with_target("ours", "<=", 0.1)]
