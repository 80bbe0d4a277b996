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
from plants.quantities import PhysicsError

Array = NDArray[np.float64]
N_STATE, N_ACC = len(STATES), len(ACCUMULATOR)
# Beginnings that are remembered: episodes of a cohort begin at the same ones again and again.
_REMEMBERED = 4096


class SamePlant:
    """A plant that counts as the same as another of equal patient and pumps."""

    def __init__(self, plant: Plant):
        self.plant = plant
        self._key = (plant.patient, plant.left, plant.right, plant.right_speed)
        self._hash = hash(self._key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SamePlant) and self._key == other._key


@dataclass(frozen=True)
class Wanted:
    """A beginning that is asked for.

    Attributes
    ----------
    plant : SamePlant
        Patient and pumps.
    step : float
        Longest integration step, s.
    speed : float
        Speed command, rpm.
    state : bytes or None
        The state, as bytes; without one the steady state of the speed.
    """

    plant: SamePlant
    step: float
    speed: float
    state: bytes | None


@dataclass(frozen=True)
class Beginning:
    """What a lane begins with.

    Attributes
    ----------
    carry : ndarray, shape (n_carry,)
        State, accumulator of the beat that begins, and that of a beat from the same state.
    values : ndarray, shape (n_values,)
        What is held.
    reason : str
        Why there is no such beginning; "" where there is one.
    """

    carry: Array
    values: Array
    reason: str = ""


@functools.lru_cache(maxsize=_REMEMBERED)
def _steady(plant: SamePlant, step: float, speed: float, backend: Backend) -> Array | str:
    """The state at the onset of the periodic beat, or why there is none."""
    beats = BeatMap(plant.plant, step=step, backend=backend)
    try:
        return steady_state(plant.plant, speed, {}, beats=beats).state
    except PhysicsError as error:
        return str(error)


class Beginnings:
    """Finds beginnings, those of many lanes together, and remembers them.

    Parameters
    ----------
    kernel : BatchKernel
        What the batch runs on.
    backend : {"auto", "compiled", "virtual-machine"}
        Where steady states are searched.
    """

    def __init__(self, kernel: BatchKernel, backend: Backend):
        self.kernel, self._backend = kernel, backend
        self._known: dict[Wanted, Beginning] = {}

    def find(self, wanted: Sequence[Wanted]) -> list[Beginning]:
        """The beginnings, in the order in which they are asked for."""
        if len(self._known) + len(wanted) > _REMEMBERED:
            self._known.clear()
        new = [one for one in dict.fromkeys(wanted) if one not in self._known]
        started, steps = [], []
        for one in new:
            beats = BeatMap(one.plant.plant, step=one.step, backend=self._backend)
            values = beats.values(one.speed, {})
            state = self._state(one)
            if isinstance(state, str):
                nothing = np.full(N_STATE + 2 * N_ACC, np.nan)
                self._known[one] = Beginning(nothing, values, state)
                continue
            state[PHASE] = 0.0
            started.append((one, state, values))
            steps.append(beats.steps(values))
        if started:
            self._begin(started, np.array(steps, np.int64))
        return [self._known[one] for one in wanted]

    def _state(self, one: Wanted) -> Array | str:
        if one.state is not None:
            return np.frombuffer(one.state).copy()
        found = _steady(one.plant, one.step, one.speed, self._backend)
        return found if isinstance(found, str) else found.copy()

    def _begin(self, started: list[tuple[Wanted, Array, Array]], steps: NDArray[np.int64]) -> None:
        """One beat from each state: its metrics stand for those of the beat before."""
        kernel, layout = self.kernel, BatchLayout(len(started), self.kernel.width)
        state = self._blocks(layout, [one[1] for one in started])
        values = self._blocks(layout, [one[2] for one in started])
        (acc,) = kernel.evaluate("begin", state, values)
        carry = np.concatenate([state, acc], axis=1)
        kernel.run(carry, values, layout.spread(steps), wrap=False)
        beaten = layout.gather(carry[:, N_STATE:]).astype(np.float64)
        first = layout.gather(acc).astype(np.float64)
        for k, (one, start, held) in enumerate(started):
            self._known[one] = Beginning(np.concatenate([start, first[:, k], beaten[:, k]]), held)

    def _blocks(self, layout: BatchLayout, rows: list[Array]) -> NDArray[Any]:
        array = layout.empty(len(rows[0]), self.kernel.dtype)
        layout.scatter(array, np.arange(layout.count), np.array(rows))
        return array
