"""Stepping one plant through time."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from plants.beat import BeatMap, run_kernel, steady_state
from plants.compile import Backend
from plants.patients import Rhythm
from plants.plant import ACCUMULATOR, METRICS, N_VOLUMES, PHASE, STATES, Plant, plant_model
from plants.quantities import (
    SECONDS_PER_HOUR,
    SECONDS_PER_MINUTE,
    WAVEFORMS,
    Array,
    InputError,
    Shown,
)
from plants.scenarios import Scenario
from plants.simulation.beat_counter import BeatCounter
from plants.simulation.physical_range import physical_range_breach
from plants.simulation.time_steps import (
    DISTURBANCE_BLOCK,
    check_positive,
    integration_step,
    time_blocks,
)
from plants.slow import SlowClock, combined_disturbances

N_STATE, N_ACC = len(STATES), len(ACCUMULATOR)


@dataclass(frozen=True)
class SimulatorSnapshot:
    """Where a simulator stands: what :meth:`Simulator.restore` needs, and no more.

    Attributes
    ----------
    plant : Plant
        Of the simulator.
    time : float
        Time since the reset, s.
    beats : BeatCounter
        Beats since the reset.
    rate_factor : float
        Factor on the heart rate of this beat.
    carry, values : ndarray
        What the time loop carries on, and what it holds.
    slow : tuple or None
        State, hours and inputs of the slow clock.
    """

    plant: Plant
    time: float
    beats: BeatCounter
    rate_factor: float
    carry: Array
    values: Array
    slow: tuple[Array, float, dict[str, float]] | None


class Simulator(Shown):
    """A plant in time: the simulated patient.

    A beat is as long as the heart rate at its onset says: what changes the heart rate in the middle
    of a beat acts from the next one on, as in a heart, whose contraction has begun. So the
    activation of the chambers, and with it every pressure, has no jump.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    scenario : Scenario, optional
        What disturbs the patient; by default nothing.
    slow : SlowClock, optional
        The patient's slow clock; every completed beat moves it, and it acts on the next one.
    rhythm : Rhythm, optional
        An arrhythmia; by default every beat is as long as the heart rate says.
    step : float, optional
        Integration step (s) of the classical Runge-Kutta method; by default 2 ms, or the largest
        stable one where that is less. It is shortened where a disturbance asks for it.
    backend : {"auto", "compiled", "virtual-machine"}
        Where the loop runs.

    Raises
    ------
    InputError
        The step is not positive, or exceeds the largest stable one of this plant.

    Examples
    --------
    >>> from plants import Plant, Simulator
    >>> simulator = Simulator(Plant("shock-d", "CP"))
    >>> simulator.reset(speed=44_000)
    >>> _ = simulator.advance(44_000, seconds=2.0)
    >>> 40 < simulator.metrics()["map"] < 90
    True
    """

    def __init__(
        self,
        plant: Plant,
        scenario: Scenario | None = None,
        *,
        slow: SlowClock | None = None,
        rhythm: Rhythm | None = None,
        step: float | None = None,
        backend: Backend = "auto",
    ):
        self.plant, self.step = plant, integration_step(plant, step)
        self.scenario, self.slow, self.rhythm = scenario, slow, rhythm
        if slow is not None and slow.patient != plant.patient:
            raise InputError("slow", slow.patient.name, f"of patient {plant.patient.name}")
        self._beats = BeatMap(plant, step=self.step, backend=backend)
        self._kernel = run_kernel(backend)
        self._carry = np.zeros(N_STATE + 2 * N_ACC)
        self._beat_counter = BeatCounter(1)
        self._rate_factor = 1.0
        self._beats_matter = bool(slow or rhythm or (scenario and scenario.acts_on("heart_rate")))
        self._values = plant.values(0.0, None, self.step)
        self.time = 0.0

    def _shown(self) -> Mapping[str, object]:
        return {
            "patient": self.plant.patient.name,
            "device": self.plant.device,
            "scenario": "none" if self.scenario is None else self.scenario.name,
            "time": self.time,
        }

    def reset(self, state: Array | None = None, *, speed: float = 0.0) -> None:
        """Go back to time 0, at a given state or at the periodic steady state of a speed.

        Parameters
        ----------
        state : ndarray, shape (n_states,), optional
            State at the onset of a beat.
        speed : float
            Speed (rpm) whose steady state is taken where no state is given.

        Raises
        ------
        PhysicsError
            There is no periodic steady state at that speed.
        """
        self.time = 0.0
        acting: dict[str, float] = {}
        if self.slow is not None:
            self.slow.reset()
            acting = self.slow.effects() | {"infusion": 0.0}
        if state is None:
            state = steady_state(self.plant, speed, acting, beats=self._beats).state
        self._beat_counter.reset()
        start = state.copy()
        start[PHASE] = 0.0
        self._values = self._beats.values(speed, acting)
        begin = np.asarray(plant_model().begin(start, self._values)).ravel()
        self._carry[: N_STATE + N_ACC] = np.concatenate([start, begin])
        # The metrics of the beat before the first are those of a beat from the same state.
        beat = self._carry[: N_STATE + N_ACC].copy()
        self._beats.kernel.run(beat, self._values, self._beats.steps(self._values))
        self._carry[N_STATE + N_ACC :] = beat[N_STATE:]
        self._begin_beat()

    @property
    def state(self) -> Array:
        """The state now (a copy); its phase counts beats since the reset."""
        state = self._carry[:N_STATE].copy()
        state[PHASE] = self._beat_counter.phase[0]
        return state

    @property
    def blood_volume(self) -> float:
        """Blood in the circuit now, mL."""
        return float(self._carry[:N_VOLUMES].sum())

    def advance(self, speed: float, seconds: float, *, log_interval: float | None = None) -> Array:
        """Let time pass at a speed command.

        Parameters
        ----------
        speed : float
            Speed command, rpm; limited to what the pump can do.
        seconds : float
            How long, s.
        log_interval : float, optional
            Interval (s) at which the waveforms are recorded; the steps are shortened to fit it,
            and it is adjusted to fit `seconds` a whole number of times.

        Returns
        -------
        ndarray, shape (n, n_waveforms)
            Recorded waveforms in the order of ``WAVEFORMS``, the first at the present time.

        Raises
        ------
        InputError
            The time or the interval is not positive, or the speed is not a finite number.
        PhysicsError
            The simulation left the physical range.
        """
        check_positive("seconds", seconds)
        if log_interval is not None:
            check_positive("log_interval", log_interval)
        if self._beats_matter:
            return self._advance_by_beats(speed, seconds, log_interval)
        if log_interval is None:
            for length in time_blocks(seconds, DISTURBANCE_BLOCK):
                self._advance_block(speed, length, None)
            return np.empty((0, len(WAVEFORMS)))
        interval = seconds / max(1, round(seconds / log_interval))
        # Disturbances may change faster than is recorded.
        finer = math.ceil(interval / DISTURBANCE_BLOCK - 1e-9)
        interval /= finer
        logs = [self._advance_block(speed, x, interval) for x in time_blocks(seconds, interval)]
        return np.concatenate(logs)[::finer]

    def advance_beat(self, speed: float) -> dict[str, float]:
        """Let time pass until the present beat has ended, and give the metrics of that beat.

        Parameters
        ----------
        speed : float
            Speed command, rpm; limited to what the pump can do.

        Raises
        ------
        PhysicsError
            The simulation left the physical range.
        """
        beat = self._beat_counter.completed[0]
        while self._beat_counter.completed[0] == beat:
            self._advance_in_beat(speed, min(self._left(), DISTURBANCE_BLOCK), None)
        return self.metrics()

    def _advance_by_beats(self, speed: float, seconds: float, interval: float | None) -> Array:
        """As :meth:`advance`, in blocks that end with the beats: what acts changes between them."""
        count = 1 if interval is None else max(1, round(seconds / interval))
        unit, done, rows = seconds / count, 0, [np.empty((0, len(WAVEFORMS)))]
        while done < count:
            # Whole intervals that end before the beat does are one run of the kernel.
            inside = min(count - done, math.floor(min(self._left(), DISTURBANCE_BLOCK) / unit))
            if interval is not None and inside > 0:
                rows.append(self._advance_in_beat(speed, inside * unit, unit))
                done += inside
                continue
            if interval is not None:
                rows.append(self._observed()[None])
            self._pass_beats(speed, self.time + unit)
            done += 1
        return np.concatenate(rows)

    def _left(self) -> float:
        """Time (s) until this beat has ended."""
        rate = self.plant.heart_rate({"heart_rate": self._rate_factor}) / SECONDS_PER_MINUTE
        return float(self._beat_counter.left[0]) / rate

    def _pass_beats(self, speed: float, end: float) -> None:
        """Advance to a time, block by block, each no longer than the beat."""
        while end - self.time > 1e-12:
            length = min(end - self.time, self._left(), DISTURBANCE_BLOCK)
            self._advance_in_beat(speed, length, None)

    def _advance_in_beat(self, speed: float, seconds: float, interval: float | None) -> Array:
        """A block that ends no later than the beat does; what acts on the next beat is found."""
        beat = self._beat_counter.completed[0]
        rows = self._advance_block(speed, seconds, interval)
        if self._beat_counter.completed[0] > beat:
            if self.slow is not None:
                metrics = self._fast_metrics()
                period = SECONDS_PER_MINUTE / metrics["heart_rate"]
                self.slow.advance(metrics, period / SECONDS_PER_HOUR)
            self._begin_beat()
        return rows

    def _begin_beat(self) -> None:
        self._rate_factor = (self._acting(0.0) or {}).get("heart_rate", 1.0)

    def _acting(self, seconds: float) -> dict[str, float] | None:
        """All that acts on the plant from now on, as a mean over so many seconds."""
        acting = None
        if self.scenario is not None:
            acting = self.scenario.mean(self.time, self.time + seconds)
        if self.rhythm is not None:
            beat = self.rhythm.beat(int(self._beat_counter.completed[0]))
            mine = {
                "heart_rate": 1.0 / beat.rr,
                "atrial_contractility": beat.atrial,
                "lv_contractility": beat.contractility,
                "rv_contractility": beat.contractility,
            }
            acting = combined_disturbances(acting, mine)
        if self.slow is not None:
            acting = combined_disturbances(acting, self.slow.effects())
        return acting

    def _advance_block(self, speed: float, seconds: float, interval: float | None) -> Array:
        outside, longest = self._acting(seconds), self.step
        if outside is not None:
            outside = {**outside, "heart_rate": self._rate_factor}
            longest = min(longest, self.plant.largest_step(outside))
        unit = seconds if interval is None else interval
        per_unit = max(1, math.ceil(unit / longest - 1e-9))
        self._values = self.plant.values(speed, outside, unit / per_unit)
        steps = round(seconds / unit) * per_unit
        self._carry[PHASE] = self._beat_counter.start[0]
        log = self._kernel.run(self._carry, self._values, steps, per_unit if interval else 0)
        self._beat_counter.advance(
            seconds / self._beats.period(self._values), self._carry[PHASE, None]
        )
        self._carry[PHASE] = self._beat_counter.start[0]
        self.time += seconds
        self._check()
        return log

    def snapshot(self) -> SimulatorSnapshot:
        """Where the simulator stands now; :meth:`restore` goes back there, to the last bit.

        Examples
        --------
        >>> from plants import Plant, Simulator
        >>> simulator = Simulator(Plant("shock-d", "CP"))
        >>> simulator.reset(speed=44_000)
        >>> here = simulator.snapshot()
        >>> _ = simulator.advance(30_000, seconds=2.0)
        >>> first = simulator.metrics()["map"]
        >>> simulator.restore(here)
        >>> _ = simulator.advance(30_000, seconds=2.0)
        >>> simulator.metrics()["map"] == first
        True
        """
        slow = None
        if self.slow is not None:
            slow = self.slow.state.copy(), self.slow.hours, self.slow.inputs
        beats = copy.deepcopy(self._beat_counter)
        return SimulatorSnapshot(
            self.plant,
            self.time,
            beats,
            self._rate_factor,
            self._carry.copy(),
            self._values.copy(),
            slow,
        )

    def restore(self, snapshot: SimulatorSnapshot) -> None:
        """Go back to a snapshot, of this simulator or of another one of an equal plant.

        Scenario and rhythm are not part of it: they depend on the time alone.

        Raises
        ------
        InputError
            It is no snapshot of an equal plant, with a slow clock where this simulator has one.
        """
        if not isinstance(snapshot, SimulatorSnapshot):
            raise InputError("snapshot", type(snapshot).__name__, "what snapshot() gave")
        theirs, own = snapshot.plant, self.plant
        if theirs.right_speed != own.right_speed or np.any(theirs.parameters != own.parameters):
            allowed = f"one of {own.patient.name} on {own.device}"
            raise InputError("snapshot", f"of {theirs.patient.name} on {theirs.device}", allowed)
        if (snapshot.slow is None) != (self.slow is None):
            given, wanted = ("with", "without") if self.slow is None else ("without", "with")
            raise InputError("snapshot", f"{given} a slow clock", f"one {wanted} a slow clock")
        self.time, self._beat_counter = snapshot.time, copy.deepcopy(snapshot.beats)
        self._rate_factor = snapshot.rate_factor
        self._carry, self._values = snapshot.carry.copy(), snapshot.values.copy()
        if self.slow is not None and snapshot.slow is not None:
            state, self.slow.hours, inputs = snapshot.slow
            self.slow.state = state.copy()
            self.slow.give(**inputs)

    def metrics(self) -> dict[str, float]:
        """Metrics of the last completed beat, and the slow signals where there is a slow clock."""
        metrics = self._fast_metrics()
        return metrics if self.slow is None else metrics | self.slow.outputs(metrics)

    def _fast_metrics(self) -> dict[str, float]:
        state, last = self._carry[:N_STATE], self._carry[N_STATE + N_ACC :]
        row = np.asarray(plant_model().metrics(last, state, self._values)).ravel()
        return METRICS.as_dict(row)

    def waveforms(self) -> dict[str, float]:
        """The waveform signals at this instant."""
        return dict(zip(WAVEFORMS, map(float, self._observed()), strict=True))

    def _observed(self) -> Array:
        # A step of a copy, for the signals that it records at its begin: the compiled loop is
        # quicker than a call of CasADi.
        return self._kernel.run(self._carry.copy(), self._values, 1, 1)[0]

    def _check(self) -> None:
        where = f"patient {self.plant.patient.name} at {self.time:.3f} s"
        breach = physical_range_breach(self._carry, self._observed(), where)
        if breach is not None:
            raise breach
