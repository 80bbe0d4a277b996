"""Long runs: the periodic beat, averaged, moves the slow states by minutes to hours.

Between changes of speed, dose or disturbance the circulation is never far from the periodic beat
of its present slow state. An outer step finds that beat and takes its metrics, with their slopes
by all that the slow clock moves, for those of all beats of the step; so the slow states and the
blood volume can be followed to the step's end. The beat found there says what the slopes missed
(the defect), and a beat halfway what is left after that (the curvature); with each the step is done
anew. What the curvature changes is the estimate of the error that sets the length of the steps. It
is verified against the same equations beat by beat.

References
----------
E W, Engquist B (2003) Commun Math Sci 1:87 (heterogeneous multiscale methods).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from plants.beat import SteadyState
from plants.plant import Plant
from plants.quantities import HOURS_PER_DAY, Array, FailureKind, InputError, PhysicsError
from plants.slow.clock import SlowClock, metric_vector
from plants.slow.model import FAST_RELAXING_STATES, SLOW_STATES, STATE_LAYOUT
from plants.slow.periodic_run import PeriodicRun, step_change
from plants.slow.response import BeatResponse, drive_vector
from plants.slow.trajectory import MetricModel, Trajectory, slow_trajectory

#: Error of an outer step relative to the size of a state that is aimed at.
RELATIVE_TOLERANCE = 1e-3
#: Longest and shortest outer step, h.
LONGEST_STEP, SHORTEST_STEP = HOURS_PER_DAY, 1e-3
_FIRST_STEP = 1.0  # h
# The error of a step rises with the third power of its length.
_change = partial(step_change, order=3, safety=0.9, smallest=0.2, largest=5.0)
# Where the defect changes less than this share of the tolerance, the curvature is not asked for.
_NEGLIGIBLE = 0.1
# The size of a state is its value and what it has moved, but not less than this share of its
# range; the reflex's tones pass through 0 and are never smaller than 1 %.
_RANGES = np.array([state.high - state.low for state in SLOW_STATES.values()])
_LEAST_SIZE = np.where([name in FAST_RELAXING_STATES for name in SLOW_STATES], 1e-2, 1e-5) * _RANGES
_VOLUME_SIZE = 1000.0  # mL
# The reflex's pressure: largest change that counts as equilibrium (mmHg), and tries to get there.
_REFLEX_TOLERANCE, _REFLEX_TRIES = 1e-3, 30
_FIRST_MOVE = 0.5  # mmHg, from which the secant's slope is taken


class _QuasiSteady(NamedTuple):
    """Slow states, a blood volume and the periodic beat of both."""

    state: Array
    volume: float
    beat: SteadyState


class MultirateRun(PeriodicRun):
    """A plant over hours and days.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    slow : SlowClock, optional
        The patient's slow clock; its state is moved. By default a new one.
    tolerance : float
        Relative error of an outer step that is aimed at.

    Attributes
    ----------
    beats_found, slopes_taken, steps : int
        Periodic beats and slopes computed so far, which is what a run costs, and outer steps.
    volume : float
        Blood volume, mL.

    Examples
    --------
    >>> from plants import MultirateRun, Plant
    >>> run = MultirateRun(Plant("shock-d", "CP"))
    >>> run.advance(6.0, speed=44_000)
    >>> run.slow.hours, run.metrics()["map"] > 60.0
    (6.0, True)
    """

    def __init__(
        self, plant: Plant, slow: SlowClock | None = None, *, tolerance: float = RELATIVE_TOLERANCE
    ):
        super().__init__(plant, slow or SlowClock(plant.patient), tolerance=tolerance)
        self.slopes_taken = self.steps = 0
        self._search = BeatResponse(plant)
        self._step = _FIRST_STEP
        self._at: _QuasiSteady | None = None
        self._fresh = False  # whether the slopes are those of the present beat
        self._given = self.slow.input_vector

    def advance(
        self,
        hours: float,
        speed: float,
        disturbances: Mapping[str, float] | None = None,
        *,
        longest: float = LONGEST_STEP,
    ) -> None:
        """Let time pass at a held speed.

        Parameters
        ----------
        hours : float
            How long, h.
        speed : float
            Speed command, rpm.
        disturbances : mapping, optional
            What else acts on the patient all the while; an infusion is a slow input instead.
        longest : float
            Longest outer step, h.

        Raises
        ------
        InputError
            The time is not positive, or an infusion is given.
        PhysicsError
            There is no periodic beat any more, or a state left its range: the patient's
            circulation has failed. The run stays at the last good step.
        """
        for name, value in (("hours", hours), ("longest", longest)):
            if not (math.isfinite(value) and value > 0):
                raise InputError(name, value, "a positive number of hours")
        if (disturbances or {}).get("infusion", 0.0) != 0.0:
            allowed = "0; over hours give fluid, transfusion or bleeding to the slow clock"
            raise InputError("infusion", (disturbances or {})["infusion"], allowed)
        self.hold(speed, disturbances)
        self._pass(hours, longest)

    def hold(self, speed: float, disturbances: Mapping[str, float] | None = None) -> None:
        """Change the speed (rpm) and what acts on the patient without letting time pass."""
        before = self._speed, self._outside
        super().hold(speed, disturbances)
        if before != (self._speed, self._outside):
            self._at = None

    def _present(self) -> _QuasiSteady:
        at, given = self._at, self.slow.input_vector
        # Whoever owns the clock may have moved it.
        same = at is not None and at.state is self.slow.state and at.volume == self.volume
        if at is None or not same or not np.array_equal(given, self._given):
            at = self._quasi_steady(self.slow.state, self.volume)
            self.slow.state, self._at, self._given, self._fresh = at.state, at, given, False
        return at

    def _periodic_beat(
        self, acting: Mapping[str, float], volume: float, step: float = 0.0
    ) -> SteadyState:
        """The periodic beat; of a step that can be shortened, only one that is near."""
        self.beats_found += 1
        thorough = step <= SHORTEST_STEP
        return self._search.find_near(acting, self._speed, volume, thorough=thorough)

    def _quasi_steady(self, state: Array, volume: float) -> _QuasiSteady:
        """The periodic beat with the reflex in equilibrium: a secant on its pressure."""
        beat = self._periodic_beat(self._acting(state), volume)
        quasi_steady = self.slow.quasi_steady(state, beat.metrics)
        if not self.slow.reflex_on:
            return _QuasiSteady(quasi_steady, volume, beat)
        pressure = state[STATE_LAYOUT.index["sensed_pressure"]]
        before, last = (math.nan, math.nan), math.nan
        for _ in range(_REFLEX_TRIES):
            quasi_steady = self.slow.quasi_steady(state, beat.metrics | {"map": pressure})
            beat = self._periodic_beat(self._acting(quasi_steady), volume)
            error = beat.metrics["map"] - pressure
            if abs(error) < _REFLEX_TOLERANCE:
                return _QuasiSteady(quasi_steady, volume, beat)
            slope = (error - before[1]) / (pressure - before[0])
            before, last = (pressure, error), error
            if math.isfinite(slope) and slope < 0.0:
                pressure -= error / slope
            else:
                pressure += math.copysign(min(abs(error), _FIRST_MOVE), error)
        raise PhysicsError(
            f"the reflex of patient {self.plant.patient.name} does not settle; the arterial "
            f"pressure is still {abs(last):.2g} mmHg off",
            kind=FailureKind.REFLEX_UNSETTLED,
        )

    def _step_of(self, longest: float) -> None:
        """One accepted step."""
        now = self._present()
        if not self.slopes_taken:
            self._renew(now)
        step, shortened = min(self._step, longest), False
        while True:
            try:
                trial, error = self._trial_step(now, step)
            except PhysicsError as failure:
                if self._fresh and step <= SHORTEST_STEP:
                    text = f"at {self.slow.hours:.2f} h: {failure}"
                    raise PhysicsError(text, kind=failure.kind) from None
                trial, error = now, math.inf
            if error <= 1.0 or (self._fresh and step <= SHORTEST_STEP):
                break
            if self._fresh:
                step, shortened = max(step * _change(error), SHORTEST_STEP), True
            else:
                self._renew(now)
        self.slow.hours += step
        self.steps += 1
        self.slow.state, self.volume, self._at = trial.state, trial.volume, trial
        self._fresh = False
        # A step cut short by the end of the time says nothing about how long the next may be; and
        # what was too long just now is not tried again at once.
        if step < longest or error > 1.0:
            change = min(_change(error), 1.0) if shortened else _change(error)
            self._step = max(step * change, SHORTEST_STEP)

    def _renew(self, now: _QuasiSteady) -> None:
        self._search.update_slopes(now.beat)
        self.slopes_taken += 1
        self._fresh = True

    def _trial_step(self, now: _QuasiSteady, step: float) -> tuple[_QuasiSteady, float]:
        """The state after a step, and its error over the tolerance."""
        begin = drive_vector(self._acting(now.state), now.volume)
        metrics = metric_vector(now.beat.metrics)
        model = MetricModel(metrics, begin, self._search.slope, self._fresh)
        first = self._trajectory(now, step, model)
        model = model.with_defect(*self._beat_on_path(first, -1, step))
        trial = self._trajectory(now, step, model)
        error = self._distance(now, first, trial)
        if error > _NEGLIGIBLE:
            second = trial
            model = model.with_defect(*self._beat_on_path(second, -1, step))
            model = model.with_curvature(
                *self._beat_on_path(second, self._middle(second, model), step)
            )
            trial = self._trajectory(now, step, model)
            error = self._distance(now, second, trial)
        if error > 1.0 and step > SHORTEST_STEP:
            return now, error
        state, volume = trial.end
        return _QuasiSteady(
            state, volume, self._periodic_beat(self._acting(state), volume, step)
        ), error

    def _trajectory(self, now: _QuasiSteady, step: float, model: MetricModel) -> Trajectory:
        return slow_trajectory(self.slow, self._outside, now.volume, step, model)

    def _beat_on_path(self, path: Trajectory, place: int, step: float) -> tuple[Array, Array]:
        """Drives and metrics of the periodic beat at a place on a path."""
        acting, volume = self._acting(path.states[place]), float(path.volumes[place])
        beat = self._periodic_beat(acting, volume, step)
        return drive_vector(acting, volume), metric_vector(beat.metrics)

    def _middle(self, path: Trajectory, model: MetricModel) -> int:
        """The place on a path that is nearest to half the way of the drives."""
        places = zip(path.states, path.volumes, strict=True)
        shares = [model.share(drive_vector(self._acting(s), float(v))) for s, v in places]
        return int(np.argmin(np.abs(np.array(shares) - 0.5)))

    def _distance(self, now: _QuasiSteady, first: Trajectory, second: Trajectory) -> float:
        """Largest relative difference between the ends of two paths, over the tolerance."""
        (state, volume), (better, better_volume) = first.end, second.end
        size = np.abs(now.state) + np.abs(better - now.state) + _LEAST_SIZE
        states = float(np.max(np.abs(better - state) / size))
        return max(states, abs(better_volume - volume) / _VOLUME_SIZE) / self.tolerance
