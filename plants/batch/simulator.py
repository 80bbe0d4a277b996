"""Stepping many plants through time at once, side by side in SIMD lanes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plants.batch.arguments import (
    checked_length,
    checked_matrix,
    checked_plants,
    lane_indices,
    lane_mask,
    lane_scenarios,
    lane_values,
)
from plants.batch.kernel import Precision, batch_kernel, chosen_width
from plants.batch.lane_plants import LanePlants
from plants.batch.layout import BatchLayout
from plants.batch.start import LaneStart, LaneStarts
from plants.compile import Backend
from plants.plant import (
    ACCUMULATOR,
    BEAT_SLACK,
    METRICS,
    N_VOLUMES,
    PHASE,
    RIGHT_SPEED,
    SPEED,
    STATES,
    STEP,
    VALUES,
    Plant,
)
from plants.quantities import (
    SECONDS_PER_MINUTE,
    WAVEFORMS,
    Array,
    PhysicsError,
    check_count,
    unknown_name,
)
from plants.scenarios import DISTURBANCES, Scenario
from plants.simulation import (
    DISTURBANCE_BLOCK,
    BeatCounter,
    check_positive,
    in_physical_range,
    physical_range_breach,
    time_blocks,
)

N_STATE, N_ACC = len(STATES), len(ACCUMULATOR)
_RATE_FACTOR = list(DISTURBANCES).index("heart_rate")
_DISTURBANCE_ENTRIES = slice(RIGHT_SPEED + 1, RIGHT_SPEED + 1 + len(DISTURBANCES))
_PRECISIONS = ("double", "single")
_WIDEST = 256


class _Threads(ThreadPoolExecutor):
    """Threads, of which a copy has as many of its own."""

    def __init__(self, count: int):
        super().__init__(count)
        self._count = count

    def __reduce__(self) -> tuple[Any, ...]:
        return _Threads, (self._count,)


class BatchSimulator:
    """Many plants in time, each with its own patient, pumps, scenario and clock.

    Each lane takes the very steps that a :class:`~plants.Simulator` of its plant takes, so that
    its results are the same to rounding. Plants may differ in everything, their pumps included:
    all that sets them apart is parameters. With any right pump in the batch all lanes run on the
    equations that have one, which takes a third longer.

    A lane that leaves the physical range, or has no steady state to begin with, stops there: it is
    in :attr:`failures` with the reason, its metrics are NaN from then on, and no other lane is
    touched. It goes on when it is reset.

    Parameters
    ----------
    plants : sequence of Plant
        One for each lane.
    scenarios : Scenario, or sequence of Scenario or None, optional
        What disturbs all, or each, of the patients; by default nothing.
    step : float, optional
        Integration step (s), as in :class:`~plants.Simulator`.
    precision : {"double", "single"}
        Single precision takes half the time; its results differ by some 1e-4 of their size from
        one minute to the next, and the blood volume drifts by millilitres in an hour.
    width : int, optional
        Lanes that are computed together; by default what the processor's registers hold.
    threads : int
        Over which the lanes are shared out.
    backend : {"auto", "compiled", "virtual-machine"}
        Where the loop runs. The virtual machine computes in double precision only.

    Attributes
    ----------
    width : int
        Lanes of a block.

    Raises
    ------
    InputError
        There is no plant, an argument has another length, or a step is too long; the message
        names the lane by its index.

    Examples
    --------
    >>> from plants import Plant
    >>> from plants import BatchSimulator
    >>> batch = BatchSimulator([Plant("shock-c", "CP"), Plant("shock-d", "5.5")])
    >>> batch.reset(speeds=[44_000, 30_000])
    >>> batch.advance([44_000, 28_000], seconds=2.0)
    >>> batch.metrics()["map"].shape, dict(batch.failures)
    ((2,), {})
    """

    def __init__(
        self,
        plants: Sequence[Plant],
        scenarios: Scenario | Sequence[Scenario | None] | None = None,
        *,
        step: float | None = None,
        precision: Precision = "double",
        width: int | None = None,
        threads: int = 1,
        backend: Backend = "auto",
    ):
        checked = checked_plants(plants)
        self._count = len(checked)
        if precision not in _PRECISIONS:
            raise unknown_name("precision", precision, _PRECISIONS)
        self._precision, self._backend = precision, backend
        self._threads = check_count(threads, "threads", 1, 1024)
        if width is not None:
            width = check_count(width, "width", 1, _WIDEST)
        self._lanes = LanePlants(checked, lane_scenarios(scenarios, self._count), step)
        self._set_kernel(width or chosen_width(self._count, precision))
        self._layout = BatchLayout(self._count, self.width)
        self._carry = self._layout.empty(N_STATE + 2 * N_ACC, self._kernel.dtype)
        self._values = self._layout.empty(len(VALUES), self._kernel.dtype)
        self._time = np.zeros(self._count)
        self._beat_counter = BeatCounter(self._count, BEAT_SLACK[precision])
        self._rate_factors = np.ones(self._count)
        self._alive = np.zeros(self._count, bool)
        self._failures: dict[int, PhysicsError] = {}
        self._pool = _Threads(self._threads) if self._threads > 1 else None

    def _set_kernel(self, width: int) -> None:
        self._parts = self._lanes.parts
        self._kernel = batch_kernel(width, self._precision, self._parts, self._backend)
        self.width = self._kernel.width
        self._starts = LaneStarts(self._kernel, self._backend)

    @property
    def plants(self) -> tuple[Plant, ...]:
        """The plants as they are now."""
        return self._lanes.plants

    def __len__(self) -> int:
        return self._count

    @property
    def times(self) -> Array:
        """Time since the reset of each lane, s, shape (n,)."""
        return self._time.copy()

    @property
    def failures(self) -> Mapping[int, str]:
        """Lanes that have stopped, by index, and why."""
        return MappingProxyType({lane: str(error) for lane, error in self._failures.items()})

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Which lanes have been reset and have not stopped, shape (n,)."""
        return self._alive.copy()

    @property
    def states(self) -> Array:
        """States now, shape (n, n_states); the phase counts beats since the reset."""
        states = self._layout.gather(self._carry[:, :N_STATE]).T.astype(np.float64)
        states[:, PHASE] = self._beat_counter.phase
        return states

    @property
    def blood_volumes(self) -> Array:
        """Blood in each circuit now, mL, shape (n,)."""
        return self.states[:, :N_VOLUMES].sum(axis=1)

    def reset(self, states: ArrayLike | None = None, *, speeds: ArrayLike = 0.0) -> None:
        """Go back to time 0; see :meth:`reset_lanes`."""
        self.reset_lanes(range(self._count), states=states, speeds=speeds)

    def reset_lanes(
        self,
        lanes: Iterable[int],
        *,
        plants: Sequence[Plant] | None = None,
        scenarios: Sequence[Scenario | None] | None = None,
        states: ArrayLike | None = None,
        speeds: ArrayLike = 0.0,
    ) -> None:
        """Begin anew in some lanes, the others stay where they are.

        A lane for which there is no periodic steady state is put into :attr:`failures`.

        Parameters
        ----------
        lanes : iterable of int
            Indices of the lanes, each once.
        plants : sequence of Plant, optional
            Other plants for them.
        scenarios : sequence of Scenario or None, optional
            Other scenarios for them.
        states : array_like, shape (len(lanes), n_states), optional
            States at the onset of a beat; by default the steady states of the speeds.
        speeds : array_like, shape () or (len(lanes),)
            Speeds, rpm.

        Raises
        ------
        InputError
            An index is not a lane's, a shape does not fit, or a speed is not a finite number.
        """
        chosen = lane_indices(lanes, self._count)
        count = len(chosen)
        rpm = lane_values("speeds", speeds, count)
        begin = None if states is None else checked_matrix("states", states, (count, N_STATE))
        if scenarios is not None:
            assigned = lane_scenarios(checked_length("scenarios", scenarios, count), count)
            self._lanes.assign(chosen, assigned)
        if plants is not None:
            self._lanes.replace(chosen, checked_plants(checked_length("plants", plants, count)))
            if self._lanes.parts.with_those_of(self._parts) != self._parts:
                self._set_kernel(self.width)
        requests = [
            self._lanes.start_request(lane, float(rpm[k]), None if begin is None else begin[k])
            for k, lane in enumerate(chosen.tolist())
        ]
        self._begin(chosen, self._starts.find(requests))

    def _begin(self, lanes: NDArray[np.intp], starts: list[LaneStart]) -> None:
        self._layout.scatter(self._carry, lanes, np.array([start.carry for start in starts]))
        self._layout.scatter(self._values, lanes, np.array([start.values for start in starts]))
        self._time[lanes], self._rate_factors[lanes] = 0.0, 1.0
        self._beat_counter.reset(lanes)
        for lane, start in zip(map(int, lanes), starts, strict=True):
            self._alive[lane] = start.failure is None
            self._failures.pop(lane, None)
            if start.failure is not None:
                self._failures[lane] = start.failure
        self._begin_beats(lanes[self._lanes.changes_rate[lanes]])

    def advance(
        self, speeds: ArrayLike, seconds: float, *, lanes: NDArray[np.bool_] | None = None
    ) -> None:
        """Let time pass at speed commands.

        Parameters
        ----------
        speeds : array_like, shape () or (n,)
            Speed commands, rpm; limited to what each pump can do.
        seconds : float
            How long, s.
        lanes : ndarray of bool, shape (n,), optional
            Lanes in which time passes; by default all that have not stopped.

        Raises
        ------
        InputError
            The time is not positive, or a speed is not a finite number.
        """
        check_positive("seconds", seconds)
        if not (self._alive.any() or self._failures):
            raise RuntimeError("reset() comes before the first advance()")
        rpm = np.clip(lane_values("speeds", speeds, self._count), 0.0, self._lanes.max_speeds)
        moving = self._alive if lanes is None else self._alive & lane_mask(lanes, self._count)
        by_beats = moving & self._lanes.changes_rate
        for length in time_blocks(seconds, DISTURBANCE_BLOCK):
            self._advance_block(rpm, np.where(moving & ~by_beats & self._alive, length, 0.0))
        self._pass_beats(rpm, np.where(by_beats, self._time + seconds, -np.inf))

    def _pass_beats(self, rpm: Array, ends: Array) -> None:
        """Advance lanes to times, by blocks that end with their beats: see the Simulator."""
        while np.any(going := self._alive & (ends - self._time > 1e-12)):
            left = self._beat_counter.left / self._beat_rates()
            length = np.minimum(np.minimum(ends - self._time, left), DISTURBANCE_BLOCK)
            beats = self._beat_counter.completed.copy()
            self._advance_block(rpm, np.where(going, length, 0.0))
            self._begin_beats(np.flatnonzero(self._beat_counter.completed > beats))

    def _begin_beats(self, lanes: NDArray[np.intp]) -> None:
        """Find the heart rates of the beats that begin now."""
        self._rate_factors[lanes] = self._lanes.rate_factors(lanes, self._time)

    def _beat_rates(self) -> Array:
        """Heart rates of the present beats, 1/s."""
        return self._lanes.heart_rates * self._rate_factors / SECONDS_PER_MINUTE

    def _advance_block(self, rpm: Array, seconds: Array) -> None:
        """Advance each lane by so many seconds (shape (n,)), in which disturbances are held."""
        moving = seconds > 0
        if not moving.any():
            return
        longest = self._disturb(seconds, moving)
        per_block = np.maximum(1, np.ceil(seconds / longest - 1e-9)).astype(np.int64)
        spread, held = self._layout.spread, self._values
        left, right = self._lanes.pump_speeds(rpm)
        advancing = spread(moving)
        for entry, row in ((SPEED, left), (RIGHT_SPEED, right), (STEP, seconds / per_block)):
            np.copyto(held[:, entry], spread(row), where=advancing, casting="same_kind")
        self._run(spread(np.where(moving, per_block, 0)))
        self._time += seconds
        self._count_beats(seconds)
        self._stop_outside_range(moving)

    def _disturb(self, seconds: Array, moving: NDArray[np.bool_]) -> Array:
        """Set the disturbances of the lanes; the longest step (s) that each allows."""
        lanes = self._lanes.disturbed(moving)
        if not len(lanes):
            return self._lanes.steps
        rows, longest = self._lanes.disturbances(lanes, self._time, seconds)
        rows[:, _RATE_FACTOR] = self._rate_factors[lanes]
        self._layout.scatter(self._values, lanes, rows, entries=_DISTURBANCE_ENTRIES)
        return longest

    def _run(self, steps: NDArray[np.int64]) -> None:
        if self._pool is None:
            self._kernel.run(self._carry, self._values, steps, wrap=True)
            return

        def part(blocks: slice) -> None:
            carry, values = self._carry[blocks], self._values[blocks]
            self._kernel.run(carry, values, steps[blocks], wrap=True)

        edges = np.linspace(0, len(steps), min(self._threads, len(steps)) + 1).astype(int)
        list(self._pool.map(part, map(slice, edges[:-1].tolist(), edges[1:].tolist())))

    def _count_beats(self, seconds: Array) -> None:
        """Count the beats of a stretch of time (s) of each lane, and put the phases right."""
        end = self._layout.gather(self._carry[:, PHASE, None])[0]
        self._beat_counter.advance(seconds * self._beat_rates(), end)
        self._carry[:, PHASE] = self._layout.spread(self._beat_counter.start)

    def _stop_outside_range(self, moving: NDArray[np.bool_]) -> None:
        (waveforms,) = self._kernel.evaluate("observe", self._carry[:, :N_STATE], self._values)
        inside = self._layout.gather(in_physical_range(self._carry, waveforms)[:, None])[0]
        for lane in np.flatnonzero(moving & ~inside).tolist():
            carry, row = (self._layout.lane(a, lane) for a in (self._carry, waveforms))
            patient = self.plants[lane].patient.name
            where = f"patient {patient} at {self._time[lane]:.3f} s"
            breach = physical_range_breach(carry, row, where)
            assert breach is not None  # in_physical_range said so
            self._failures[lane] = breach
            self._alive[lane] = False

    def metric_matrix(self, names: Sequence[str] | None = None) -> Array:
        """Metrics of the last completed beats.

        Parameters
        ----------
        names : sequence of str, optional
            Names of ``METRICS``; by default all, in that order.

        Returns
        -------
        ndarray, shape (len(names), n)
            A row for each metric; NaN for a lane that has stopped.

        Raises
        ------
        InputError
            A name is none of a metric.
        """
        state, last = self._carry[:, :N_STATE], self._carry[:, N_STATE + N_ACC :]
        (metrics,) = self._kernel.evaluate("metrics", last, state, self._values)
        matrix = self._by_lane(metrics)
        if names is None:
            return matrix
        for name in names:
            if name not in METRICS.index:
                raise unknown_name("names", name, METRICS.names)
        return matrix[[METRICS.index[name] for name in names]]

    def metrics(self) -> dict[str, Array]:
        """Metrics of the last completed beats by name, each of shape (n,); see above."""
        return dict(zip(METRICS.names, self.metric_matrix(), strict=True))

    def waveforms(self) -> dict[str, Array]:
        """The waveform signals at this instant by name, each of shape (n,)."""
        (waveforms,) = self._kernel.evaluate("observe", self._carry[:, :N_STATE], self._values)
        return dict(zip(WAVEFORMS, self._by_lane(waveforms), strict=True))

    def _by_lane(self, array: NDArray[Any]) -> Array:
        """Entries of the lanes, (entries, count); NaN in those that have stopped."""
        matrix = np.array(self._layout.gather(array), np.float64)
        matrix[:, ~self._alive] = np.nan
        return matrix

    def raise_failures(self) -> None:
        """Raise what a scalar run of the first lane that has stopped would have raised.

        Raises
        ------
        PhysicsError
            A lane has stopped; the message names every one by its index, and the kind is that of
            the first.
        """
        if self._failures:
            failures = sorted(self._failures.items())
            texts = (f"lane {lane}: {error}" for lane, error in failures)
            raise PhysicsError("; ".join(texts), kind=failures[0][1].kind)
