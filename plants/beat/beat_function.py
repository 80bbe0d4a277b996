"""The beat as a CasADi function, for optimisation problems of a user's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import casadi as ca
import numpy as np

from plants.plant import METRICS, STATES
from plants.quantities import Array

# CasADi keeps no reference to a callback that a graph of it uses, and a dead one ends the process.
_CALLBACKS: list[ca.Callback] = []


class Beats(Protocol):
    """A beat map; see :class:`~plants.beat.map.BeatMap`."""

    def beat(
        self,
        state: Array,
        values: Array,
        d_state: Array | None = None,
        d_values: Array | None = None,
    ) -> Any:
        """One beat."""

    def with_entries(self, values: Array, entries: Sequence[int], numbers: Array) -> Array:
        """Held values with other numbers in some places."""


class _BeatJacobian(ca.Callback):
    """Jacobian blocks of the beat, in the order in which CasADi asks for them."""

    def __init__(self, name: str, beat: _BeatCallback, options: Mapping[str, Any]):
        ca.Callback.__init__(self)
        self._beat = beat
        self._outputs, self._inputs = beat.output_sizes, beat.input_sizes
        self.construct(name, dict(options))

    def get_n_in(self) -> int:
        return len(self._inputs) + len(self._outputs)

    def get_n_out(self) -> int:
        return len(self._inputs) * len(self._outputs)

    def get_sparsity_in(self, i: int) -> ca.Sparsity:
        return ca.Sparsity.dense((*self._inputs, *self._outputs)[i])

    def get_sparsity_out(self, i: int) -> ca.Sparsity:
        row, column = divmod(i, len(self._inputs))
        return ca.Sparsity.dense(self._outputs[row], self._inputs[column])

    def eval(self, arguments: Sequence[ca.DM]) -> list[Array]:
        return self._beat.derivatives(*(_row(a) for a in arguments[: len(self._inputs)]))


class _BeatCallback(ca.Callback):
    """The compiled beat behind CasADi's interface."""

    def __init__(self, name: str, beats: Beats, values: Array, entries: list[int], rows: Array):
        ca.Callback.__init__(self)
        self._beats, self._values, self._entries, self._rows = beats, values, entries, rows
        self.input_sizes = (len(STATES), len(entries))
        self.output_sizes = (len(STATES), len(rows))
        self.construct(name, {"enable_fd": False})

    def get_n_in(self) -> int:
        return 2

    def get_n_out(self) -> int:
        return 2

    def get_name_in(self, i: int) -> str:
        return ("state", "inputs")[i]

    def get_name_out(self, i: int) -> str:
        return ("state_after", "metrics")[i]

    def get_sparsity_in(self, i: int) -> ca.Sparsity:
        return ca.Sparsity.dense(self.input_sizes[i])

    def get_sparsity_out(self, i: int) -> ca.Sparsity:
        return ca.Sparsity.dense(self.output_sizes[i])

    def has_jacobian(self) -> bool:
        return True

    def get_jacobian(
        self, name: str, inames: Sequence[str], onames: Sequence[str], options: Mapping[str, Any]
    ) -> ca.Function:
        return _kept(_BeatJacobian(name, self, options))

    def eval(self, arguments: Sequence[ca.DM]) -> list[Array]:
        state, inputs = map(_row, arguments)
        beat = self._beats.beat(state, self._at(inputs))
        return [beat.state, beat.metrics[self._rows]]

    def derivatives(self, state: Array, inputs: Array) -> list[Array]:
        """Blocks d output / d input, the inputs of the first output first."""
        n, m = self.input_sizes
        d_state, d_values = np.zeros((n + m, n)), np.zeros((n + m, len(self._values)))
        d_state[:n] = np.eye(n)
        d_values[np.arange(n, n + m), self._entries] = 1.0
        beat = self._beats.beat(state, self._at(inputs), d_state, d_values)
        slopes = beat.d_state.T, beat.d_metrics.T[self._rows]
        return [block for slope in slopes for block in (slope[:, :n], slope[:, n:])]

    def _at(self, inputs: Array) -> Array:
        return self._beats.with_entries(self._values, self._entries, inputs)


def beat_function(
    beats: Beats, values: Array, entries: list[int], metrics: tuple[str, ...]
) -> ca.Function:
    """A CasADi function of a beat; see :meth:`BeatMap.function`."""
    rows = np.array([METRICS.index[name] for name in metrics], dtype=int)
    return _kept(_BeatCallback("beat", beats, values, entries, rows))


def _kept(callback: ca.Callback) -> ca.Callback:
    _CALLBACKS.append(callback)
    return callback


def _row(argument: ca.DM) -> Array:
    return np.asarray(argument, dtype=np.float64).ravel()
