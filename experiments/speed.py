"""How fast the plant runs, side by side with other ways to run the same equations.

Every comparison interleaves its contestants in one process, and reports medians: a machine that
slows down for a while slows them all. What counts is the processor's time, which other programs on
the machine do not add to. Ratios travel between machines, seconds do not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.right_hand_side import RightHandSide
from plants import BeatMap, PhysicsError, Plant, Simulator, steady_state
from plants.model import N_VOLUMES, PHASE, STATES
from plants.simulator import DEFAULT_STEP
from plants.steady import TOLERANCE

Array = NDArray[np.float64]
_Method = Literal["LSODA", "RK45", "DOP853"]
#: What is simulated: patient, device, level.
CASE = ("shock-d", "CP", "P-8")
#: Whose periodic beat is found.
PERIODIC_CASES = (
    CASE,
    ("healthy", None, None),
    ("rv-failure", "5.0", "P-9"),
)
#: The speed is changed so that the state moves: level from which the course starts.
START_LEVEL = "P-4"
#: Simulated time of a course, s, and how often each contestant runs.
SECONDS, REPEATS = 10.0, 9
RTOL = 1e-6
_REFERENCE_RTOL = 1e-10
_TICK = 1e-6  # s: the processor's clock may not have moved
_COMPILED, _INTERPRETED = "compiled", "CasADi's virtual machine"


@dataclass(frozen=True)
class SpeedRow:
    """One comparison.

    Attributes
    ----------
    work : str
        What both do, and against whom.
    ours, other : float
        Median rates in `unit`; more is better.
    ratio : float
        Median of the ratios of neighbouring runs, ours over the other's: how many times faster.
    unit : str
        Unit of the rates.
    ours_by, other_by : str
        How each does it.
    ours_error, other_error : float or None
        Largest relative error of a volume at the end of the course, where there is one.
    """

    work: str
    ours: float
    other: float
    ratio: float
    unit: str
    ours_by: str
    other_by: str
    ours_error: float | None = None
    other_error: float | None = None


def interleaved(contestants: Sequence[Callable[[], object]], repeats: int) -> Array:
    """Processor seconds that each contestant takes, run in turns.

    Parameters
    ----------
    contestants : sequence of callable
        Each does its work once; a first turn is not counted.
    repeats : int
        Turns.

    Returns
    -------
    ndarray, shape (repeats, n_contestants)

    Examples
    --------
    >>> from experiments.speed import interleaved
    >>> interleaved([lambda: None, lambda: None], repeats=3).shape
    (3, 2)
    """
    seconds = np.empty((repeats + 1, len(contestants)))
    for turn in range(repeats + 1):
        for k, work in enumerate(contestants):
            began = time.process_time()
            work()
            seconds[turn, k] = time.process_time() - began
    return seconds[1:]


def speed_rows(
    *,
    seconds: float = SECONDS,
    repeats: int = REPEATS,
    progress: Callable[[float], None] | None = None,
) -> list[SpeedRow]:
    """All comparisons.

    Parameters
    ----------
    seconds : float
        Simulated time of a course, s.
    repeats : int
        Turns of each comparison.
    progress : callable, optional
        Called with the number of comparisons done, of 2.

    Returns
    -------
    list of SpeedRow
        A course on the compiled kernel against the virtual machine, LSODA and RK45, and the
        periodic beat by Newton's method against marching.
    """
    rows = course_rows(seconds, repeats)
    if progress is not None:
        progress(1)
    rows += periodic_rows(repeats)
    if progress is not None:
        progress(2)
    return rows


def course_rows(seconds: float, repeats: int) -> list[SpeedRow]:
    """A course of one patient: the plant's own loop, with metrics and checks, against others.

    The general-purpose solvers integrate the bare state, by the same equations compiled to C and
    called through ctypes; metrics, which the plant's loop computes as it goes, are not asked of
    them.
    """
    patient, device, level = CASE
    plant = Plant(patient, device)
    assert plant.pump is not None
    speed = plant.pump.speed(level)
    start = steady_state(plant, plant.pump.speed(START_LEVEL)).state
    start[PHASE] = 0.0
    simulators = [Simulator(plant, backend="auto"), Simulator(plant, backend="virtual-machine")]
    rhs = RightHandSide(plant.values(speed, None, DEFAULT_STEP))

    def course(simulator: Simulator) -> Callable[[], Array]:
        def run() -> Array:
            simulator.reset(start, speed=speed)
            simulator.advance(speed, seconds)
            return simulator.state

        return run

    contestants = [
        course(simulators[0]),
        course(simulators[1]),
        lambda: _solved(rhs, start, seconds, "LSODA", RTOL),
        lambda: _solved(rhs, start, seconds, "RK45", RTOL),
    ]
    exact = _solved(rhs, start, seconds, "DOP853", _REFERENCE_RTOL)
    errors = [_error(run(), exact) for run in contestants]
    rates = seconds / np.maximum(interleaved(contestants, repeats), _TICK)
    ours = f"Runge-Kutta of order 4, {1e3 * DEFAULT_STEP:g} ms, {_COMPILED}, with metrics"
    by = "compiled right-hand side through ctypes" if rhs.compiled else "CasADi's evaluation"
    others = (
        (f"against {_INTERPRETED}", f"the same on {_INTERPRETED}"),
        (f"against scipy LSODA, rtol {RTOL:g}", f"scipy solve_ivp LSODA, {by}"),
        (f"against scipy RK45, rtol {RTOL:g}", f"scipy solve_ivp RK45, {by}"),
    )
    what = f"{seconds:g} s of {_named(patient, device, level)}"
    return [
        SpeedRow(
            work=f"{what}, {against}",
            ours=float(np.median(rates[:, 0])),
            other=float(np.median(rates[:, k])),
            ratio=float(np.median(rates[:, 0] / rates[:, k])),
            unit="simulated s per CPU s",
            ours_by=ours,
            other_by=other,
            ours_error=errors[0],
            other_error=errors[k],
        )
        for k, (against, other) in enumerate(others, start=1)
    ]


def _solved(
    rhs: RightHandSide, start: Array, seconds: float, method: _Method, rtol: float
) -> Array:
    from scipy.integrate import solve_ivp

    solution = solve_ivp(rhs, (0.0, seconds), start, method=method, rtol=rtol, atol=rtol)
    return np.asarray(solution.y[:, -1])


def _error(state: Array, exact: Array) -> float:
    volumes = slice(0, N_VOLUMES)
    return float(np.max(np.abs(state[volumes] / exact[volumes] - 1)))


def periodic_rows(repeats: int) -> list[SpeedRow]:
    """The periodic beat from a heart at standstill: Newton's method against marching alone."""
    rows = []
    for patient, device, level in PERIODIC_CASES:
        plant = Plant(patient, device)
        speed = plant.pump.speed(level) if plant.pump is not None and level else 0.0
        rows.append(_periodic_row(plant, speed, _named(patient, device, level), repeats))
    return rows


def _named(patient: str, device: str | None, level: str | None) -> str:
    return f"{patient} on {device} at {level}" if device else f"{patient} without a pump"


def _periodic_row(plant: Plant, speed: float, name: str, repeats: int) -> SpeedRow:
    beats = BeatMap(plant)

    def newton() -> object:
        return steady_state(plant, speed, beats=beats)

    def march() -> int:
        return beats_until_periodic(beats, speed)

    times = interleaved([newton, march], max(3, repeats // 2))
    rates = 1 / np.maximum(times, _TICK)
    iterations = steady_state(plant, speed, beats=beats).iterations
    return SpeedRow(
        work=f"periodic beat of {name}, against marching",
        ours=float(np.median(rates[:, 0])),
        other=float(np.median(rates[:, 1])),
        ratio=float(np.median(rates[:, 0] / rates[:, 1])),
        unit="periodic beats per CPU s",
        ours_by=f"8 beats, then {iterations} Newton iterations, change below {TOLERANCE:g}",
        other_by=f"{march()} beats on the same kernel, change below {TOLERANCE:g}",
    )


def beats_until_periodic(beats: BeatMap, speed: float, *, most: int = 5000) -> int:
    """Beats to march from standstill until no state changes by more than the tolerance.

    Raises
    ------
    PhysicsError
        They are more than `most`.
    """
    values = beats.values(speed)
    state = beats.plant.rest()
    state[STATES.index["pump_speed"]] = values[0] * 1e-3
    for count in range(1, most + 1):
        after = beats.beat(state, values).state
        change = np.abs(after - state)
        change[PHASE] = 0.0
        state = after
        if change.max() < TOLERANCE:
            return count
    raise PhysicsError(f"no periodic beat after marching {most} beats")
