"""How the lanes of a batch begin: at a given state, or at the periodic steady state of a speed."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plants.batch.kernel import BatchKernel
from plants.batch.layout import BatchLayout
from plants.beat import BeatMap, steady_state
from plants.compile import Backend
from plants.plant import ACCUMULATOR, PHASE, STATES, Plant
from plants.quantities import Array, PhysicsError

N_STATE, N_ACC = len(STATES), len(ACCUMULATOR)
# Starts that are remembered: episodes of a cohort begin at the same ones again and again.
_REMEMBERED = 4096


class PlantKey:
    """A plant as a key: equal to that of another plant of equal patient and pumps."""

    def __init__(self, plant: Plant):
        self.plant = plant
        self._key = (plant.patient, plant.left, plant.right, plant.right_speed)
        self._hash = hash(self._key)

    def __hash__(self) -> int:
        return self._hash

    # The hash of a text differs from process to process.
    def __reduce__(self) -> tuple[Any, ...]:
        return PlantKey, (self.plant,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PlantKey) and self._key == other._key


@dataclass(frozen=True)
class StartRequest:
    """A start that is asked for.

    Attributes
    ----------
    plant : PlantKey
        Patient and pumps.
    step : float
        Longest integration step, s.
    speed : float
        Speed command, rpm.
    state : bytes or None
        The state, as bytes; without one the steady state of the speed.
    """

    plant: PlantKey
    step: float
    speed: float
    state: bytes | None


@dataclass(frozen=True)
class LaneStart:
    """What a lane starts with.

    Attributes
    ----------
    carry : ndarray, shape (n_carry,)
        State, accumulator of the beat that begins, and that of a beat from the same state.
    values : ndarray, shape (n_values,)
        What is held.
    failure : PhysicsError or None
        Why there is no such start; None where there is one.
    """

    carry: Array
    values: Array
    failure: PhysicsError | None = None


@functools.lru_cache(maxsize=_REMEMBERED)
def _steady(plant: PlantKey, step: float, speed: float, backend: Backend) -> Array | PhysicsError:
    """The state at the onset of the periodic beat, or why there is none."""
    beats = BeatMap(plant.plant, step=step, backend=backend)
    try:
        return steady_state(plant.plant, speed, {}, beats=beats).state
    except PhysicsError as error:
        return error.with_traceback(None)  # It is remembered: its frames are not.


class LaneStarts:
    """Finds the starts of lanes, those of many together, and remembers them.

    Parameters
    ----------
    kernel : BatchKernel
        What the batch runs on.
    backend : {"auto", "compiled", "virtual-machine"}
        Where steady states are searched.
    """

    def __init__(self, kernel: BatchKernel, backend: Backend):
        self.kernel, self._backend = kernel, backend
        self._known: dict[StartRequest, LaneStart] = {}

    def find(self, requests: Sequence[StartRequest]) -> list[LaneStart]:
        """The starts, in the order in which they are asked for."""
        if len(self._known) + len(requests) > _REMEMBERED:
            self._known.clear()
        new = [request for request in dict.fromkeys(requests) if request not in self._known]
        started, steps = [], []
        for request in new:
            beats = BeatMap(request.plant.plant, step=request.step, backend=self._backend)
            values = beats.values(request.speed, {})
            state = self._state(request)
            if isinstance(state, PhysicsError):
                nothing = np.full(N_STATE + 2 * N_ACC, np.nan)
                self._known[request] = LaneStart(nothing, values, state)
                continue
            state[PHASE] = 0.0
            started.append((request, state, values))
            steps.append(beats.steps(values))
        if started:
            self._begin(started, np.array(steps, np.int64))
        return [self._known[request] for request in requests]

    def _state(self, request: StartRequest) -> Array | PhysicsError:
        if request.state is not None:
            return np.frombuffer(request.state).copy()
        state = _steady(request.plant, request.step, request.speed, self._backend)
        return state if isinstance(state, PhysicsError) else state.copy()

    def _begin(
        self, started: list[tuple[StartRequest, Array, Array]], steps: NDArray[np.int64]
    ) -> None:
        """One beat from each state: its metrics stand for those of the beat before."""
        kernel, layout = self.kernel, BatchLayout(len(started), self.kernel.width)
        state = self._blocks(layout, [state for _, state, _ in started])
        values = self._blocks(layout, [held for _, _, held in started])
        (acc,) = kernel.evaluate("begin", state, values)
        carry = np.concatenate([state, acc], axis=1)
        kernel.run(carry, values, layout.spread(steps), wrap=False)
        after_beat = layout.gather(carry[:, N_STATE:]).astype(np.float64)
        first = layout.gather(acc).astype(np.float64)
        for k, (request, start, held) in enumerate(started):
            carried = np.concatenate([start, first[:, k], after_beat[:, k]])
            self._known[request] = LaneStart(carried, held)

    def _blocks(self, layout: BatchLayout, rows: list[Array]) -> NDArray[Any]:
        array = layout.empty(len(rows[0]), self.kernel.dtype)
        layout.scatter(array, np.arange(layout.count), np.array(rows))
        return array
