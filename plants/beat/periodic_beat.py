"""The periodic steady state: the beat that ends where it began, or the cycle of a few beats."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from plants.beat.cycle import CycleMap, cycles
from plants.beat.map import Beat, BeatMap
from plants.beat.periodic_newton import (
    VEIN_VOLUME,
    Search,
    multiplier,
    newton,
    residual_jacobian,
    surely_stable,
)
from plants.plant import (
    METRICS,
    N_VOLUMES,
    RIGHT_SPEED,
    SPEED,
    STATES,
    BeyondLife,
    Plant,
    beyond_life,
)
from plants.quantities import KRPM_PER_RPM, Array, FailureKind, PhysicsError

#: Largest change of any state over the beat that counts as periodic (mL, mL/s, krpm).
TOLERANCE = 1e-8
#: Beats marched from rest before the first Newton attempt.
FIRST_BEATS = 3
# Share of its own speed that the coronary bed must keep, for a beat to be stable without a look at
# its own Jacobian, which is not that of Newton's last step.
_BED_SPEED = 0.2
_CORONARY = [STATES.index["coronary_supply"], STATES.index["coronary_demand"]]
_MARCHES = (FIRST_BEATS, 8, 60, 300)  # the others after each failed attempt


@dataclass(frozen=True)
class SteadyState:
    """What a course settles into: a periodic beat, or a cycle of a few.

    Where suction comes at every other beat, for example, the periodic beat exists, but a course
    leaves it for a cycle of two beats that take turns. That cycle is the steady state then.

    Attributes
    ----------
    state : ndarray, shape (n_states,)
        State at the onset of the (first) beat.
    values : ndarray, shape (n_values,)
        Held values under which it is periodic.
    metrics : dict of float
        Metrics of the beat, or the mean of those of the cycle's beats, by signal name.
    iterations : int
        Newton steps taken.
    residual : float
        Largest change of a state over the beat or cycle.
    plant : Plant
        Patient and pump.
    step : float
        Longest integration step, s.
    beats : int
        After how many beats the state comes again.
    about : SteadyState or None
        The unstable beat about which a cycle turns, where one was found.
    repeats : bool
        Whether the state comes again. Where a course comes to no cycle, its mean over `beats` beats
        may stand in (:class:`~plants.beat.FollowedBeat`); `residual` is what their begin and end
        then differ by.
    """

    state: Array
    values: Array
    metrics: dict[str, float]
    iterations: int
    residual: float
    plant: Plant
    step: float
    beats: int = 1
    about: SteadyState | None = None
    repeats: bool = True

    @property
    def beyond_life(self) -> tuple[BeyondLife, ...]:
        """Metrics with which no patient lives; see :func:`plants.plant.beyond_life`."""
        return beyond_life(self.metrics)

    @property
    def periodic_beat(self) -> SteadyState:
        """The beat that ends where it began, stable or not.

        Raises
        ------
        PhysicsError
            Only a cycle of several beats was found.
        """
        if self.about is None and self.beats > 1:  # A mean of a course too.
            raise PhysicsError(
                f"no periodic beat of patient {self.plant.patient.name} was found, only a cycle of "
                f"{self.beats} beats, which has no slopes",
                kind=FailureKind.NO_PERIODIC_BEAT,
            )
        return self.about or self

    @property
    def nearby(self) -> Array:
        """A state from which to look for a beat nearby: of the periodic one, if there is any."""
        return self.state if self.about is None else self.about.state

    @functools.cached_property
    def jacobian(self) -> Array:
        """Derivative of the state after the beat or cycle by the state before, n_states squared."""
        beats = BeatMap(self.plant, step=self.step)
        return CycleMap(beats, self.beats).jacobian(self.state, self.values)

    @property
    def multiplier(self) -> float:
        """By how much a small deviation grows over the beat or cycle, at the most.

        Below 1 a course settles into it. Above 1 the beat exists, but a course leaves it. The
        deviation that adds blood, which neither grows nor dies out, does not count.
        """
        return multiplier(residual_jacobian(self.jacobian))

    @property
    def stable(self) -> bool:
        """Whether a course settles into this beat; see :attr:`multiplier`."""
        return self.multiplier < 1.0


def steady_state(
    plant: Plant,
    speed: float = 0.0,
    disturbances: Mapping[str, float] | None = None,
    *,
    start: Array | None = None,
    blood_volume: float | None = None,
    beats: BeatMap | None = None,
) -> SteadyState:
    """Steady state of a plant at a held speed, to which a course settles.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    speed : float
        Speed command, rpm.
    disturbances : mapping, optional
        Disturbances that are not neutral; an infusion has no steady state and is refused.
    start : ndarray, optional
        A nearby state to begin from, for example of the last speed.
    blood_volume : float, optional
        Blood in the circuit, mL; by default the patient's.
    beats : BeatMap, optional
        A beat map of the same plant to use.

    Raises
    ------
    PhysicsError
        No periodic beat was found, or it empties a compartment, or it is unstable and a course
        comes to no cycle of a few beats; nothing that has not converged is returned.

    Examples
    --------
    >>> from plants import Plant, steady_state
    >>> steady = steady_state(Plant("shock-d", "CP"), 44_000)
    >>> steady.residual < 1e-8
    True
    """
    if (disturbances or {}).get("infusion", 0.0) != 0.0:
        raise PhysicsError(
            "no periodic state exists while blood is infused or lost",
            kind=FailureKind.NO_PERIODIC_BEAT,
        )
    beats = beats or BeatMap(plant)
    values = beats.values(speed, disturbances)
    state, total = with_blood(plant, plant.rest() if start is None else start, blood_volume)
    if start is None:
        state[STATES.index["pump_speed"]] = values[SPEED] * KRPM_PER_RPM
        state[STATES.index["right_pump_speed"]] = values[RIGHT_SPEED] * KRPM_PER_RPM
    residual = np.inf
    for march in _MARCHES if start is None else (0, *_MARCHES):
        for _ in range(march):
            before = state
            state = checked_beat(beats.beat(state, values), plant, speed).state
            if march == FIRST_BEATS:
                _bring_coronary_bed(
                    state, before, beats.period(values) / plant.patient["coronary_time"]
                )
        search = newton(beats, state, values, total, TOLERANCE)
        if search.point is not None:
            return _settled(_accepted(beats, search, values, speed), search, beats, total, speed)
        residual = min(residual, search.residual)
    if np.isfinite(state).all():
        cycle = _cycle(beats, state, values, total, speed)
        if cycle is not None:
            return cycle
    raise PhysicsError(
        f"no periodic beat of patient {plant.patient.name} at {speed:g} rpm: the smallest change "
        f"over a beat was {residual:.3g} after {sum(_MARCHES)} beats; "
        "the parameters may leave the heart without a stable beat (suction that comes and goes?)",
        kind=FailureKind.NO_PERIODIC_BEAT,
    )


class PeriodicBeat:
    """Periodic beats of one plant while what acts on it changes little by little.

    Each search starts from the beat found last and keeps its Jacobian while that still serves, so
    that it costs a few beats. A search that fails is done anew from rest.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    tolerance : float
        Largest change of any state over the beat that counts as periodic.

    Examples
    --------
    >>> from plants import PeriodicBeat, Plant
    >>> beat = PeriodicBeat(Plant("shock-d", "CP"))
    >>> low, high = beat.find(37_000), beat.find(44_000)
    >>> low.metrics["map"] < high.metrics["map"]
    True
    """

    def __init__(self, plant: Plant, *, tolerance: float = 1e-6):
        self.plant, self.tolerance = plant, tolerance
        self._beats = BeatMap(plant)
        self._state: Array | None = None
        self._jacobian: Array | None = None

    def find(
        self,
        speed: float,
        disturbances: Mapping[str, float] | None = None,
        *,
        blood_volume: float | None = None,
    ) -> SteadyState:
        """The periodic beat at a held speed; see :func:`steady_state`.

        Raises
        ------
        PhysicsError
            There is none.
        """
        steady = self._nearby(speed, disturbances, blood_volume)
        if steady is None:
            self._jacobian = None
            steady = steady_state(
                self.plant, speed, disturbances, blood_volume=blood_volume, beats=self._beats
            )
        self._state = steady.nearby
        return steady

    def _nearby(
        self, speed: float, disturbances: Mapping[str, float] | None, blood_volume: float | None
    ) -> SteadyState | None:
        """The steady state near the last one; None where Newton's method finds none."""
        if self._state is None:
            return None
        values = self._beats.values(speed, disturbances)
        state, total = with_blood(self.plant, self._state, blood_volume)
        search = newton(self._beats, state, values, total, self.tolerance, self._jacobian)
        self._jacobian = search.jacobian
        if search.point is None:
            return None
        beat = _accepted(self._beats, search, values, speed)
        return _settled(beat, search, self._beats, total, speed)


def with_blood(plant: Plant, state: Array, blood_volume: float | None) -> tuple[Array, float]:
    """The state with so much blood, by default the patient's own, and how much that is (mL)."""
    total = plant.patient["blood_volume"] if blood_volume is None else blood_volume
    state = state.copy()
    state[VEIN_VOLUME] += total - state[:N_VOLUMES].sum()
    return state, total


def _bring_coronary_bed(state: Array, before: Array, beat: float) -> None:
    """Set supply and demand to where the last beat leads them.

    They are slow: a few beats bring them nowhere, and Newton's method would have far to go.

    Parameters
    ----------
    state, before : ndarray, shape (n_states,)
        After and before the beat; `state` is changed.
    beat : float
        Length of the beat in time constants of the bed.
    """
    moved = state[_CORONARY] - before[_CORONARY]
    state[_CORONARY] = before[_CORONARY] - moved / np.expm1(-beat)


def checked_beat(beat: Beat, plant: Plant, speed: float) -> Beat:
    """The beat, if its state is finite."""
    if not np.all(np.isfinite(beat.state)):
        raise PhysicsError(
            f"the beat of patient {plant.patient.name} at {speed:g} rpm left the physical range",
            kind=FailureKind.NO_PERIODIC_BEAT,
        )
    return beat


def _accepted(beats: BeatMap, search: Search, values: Array, speed: float) -> SteadyState:
    """The steady state that a search has come to, if it is physical."""
    point = search.point
    assert point is not None
    metrics = METRICS.as_dict(point.beat.metrics)
    steady = SteadyState(
        point.state,
        values,
        metrics,
        search.iterations,
        point.largest_change,
        beats.plant,
        beats.step,
    )
    check_volumes(steady, beats.plant, speed)
    return steady


def _settled(
    beat: SteadyState, search: Search, beats: BeatMap, total: float, speed: float
) -> SteadyState:
    """The beat where a course settles into it, or the cycle into which the course goes."""
    in_time_constants = beats.period(beat.values) / beats.plant.patient["coronary_time"]
    slow = 1 - _BED_SPEED * in_time_constants
    if search.jacobian is not None and surely_stable(search.jacobian, slow):
        return beat
    if beat.stable:
        return beat
    cycle = _cycle(beats, beat.state, beat.values, total, speed)
    if cycle is not None:
        return replace(cycle, about=beat if cycle.beats > 1 else None)
    raise PhysicsError(
        f"no stable beat of patient {beats.plant.patient.name} at {speed:g} rpm: the periodic beat "
        "is unstable, and a course comes to no cycle of a few beats (suction that comes and goes?)",
        kind=FailureKind.NO_PERIODIC_BEAT,
    )


def _cycle(
    beats: BeatMap, state: Array, values: Array, total: float, speed: float
) -> SteadyState | None:
    """The first stable cycle that a course from a state comes to."""
    for count, turn in cycles(beats, state, values, total, TOLERANCE):
        cycle = replace(_accepted(beats, turn, values, speed), beats=count)
        if cycle.stable:
            return cycle
    return None


def check_volumes(steady: SteadyState, plant: Plant, speed: float) -> None:
    """Refuse a steady state that holds less than no blood somewhere."""
    volumes = dict(zip(STATES.names[:N_VOLUMES], steady.state[:N_VOLUMES], strict=True))
    volumes["lv_volume"] = min(volumes["lv_volume"], steady.metrics["lvesv"])
    name = min(volumes, key=lambda key: volumes[key])
    if volumes[name] < 0.0:
        raise PhysicsError(
            f"the periodic beat of patient {plant.patient.name} at {speed:g} rpm is not physical: "
            f"{name} falls to {volumes[name]:.3g} mL, below 0",
            kind=FailureKind.COMPARTMENT_EMPTY,
        )
