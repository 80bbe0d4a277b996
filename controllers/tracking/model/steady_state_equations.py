"""The equations of a steady-state beat of the nominal patient, and their exact slopes.

The unknowns are the plant's state at the onset of the beat, its phase apart, and the equilibrium
pair: the mean pressure that the reflex feels and the leak of the mitral valve. Blood is neither
made nor lost in a beat, so that the row of the systemic veins says that the volumes add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.model.batch import BatchBeats, EstimatedPatientLanes
from controllers.tracking.model.estimated_patient import (
    ACTING_ROWS,
    N_EQUILIBRIUM,
    estimated_patient_model,
    parameter_vector,
)
from controllers.tracking.model.tracked_quantities import N_PATIENT
from plants import METRICS, STATES, BeatMap, PhysicsError, Plant, SlowParameters
from plants.beat import PlantParts
from plants.plant import N_VOLUMES, PHASE, STEP, VALUES
from plants.quantities import SECONDS_PER_MINUTE, Array, FailureKind

_FREE = np.array([i for i in range(len(STATES)) if i != PHASE])
_N = len(_FREE)
N_UNKNOWN = _N + N_EQUILIBRIUM
_PAIR = slice(_N, N_UNKNOWN)
# Place of the leak of the mitral valve among the unknowns.
_LEAK = N_UNKNOWN - 1
_VEINS = STATES.index["systemic_vein_volume"]
_RATE, _RATE_FACTOR = VALUES.index["heart_rate"], VALUES.index["disturbance_heart_rate"]
_LVESV = METRICS.index["lvesv"]
#: Speed that says that the pump is out.
NO_PUMP_SPEED = -1.0
#: Integration step, s; RK4 at 4 ms errs by 2.5e-4 of a beat mean.
LONGEST_STEP = 0.004
# The compliances are estimated too and may ask for a smaller step than the nominal patient's.
_STEP_SHARE = 0.85
_STIFF = ("lv_contractility", "rv_contractility", "lv_stiffness", "rv_stiffness")
_SOFT = ("systemic_resistance", "pulmonary_resistance")
# Beats of a valve that leaks at first, and the share of the way to where it belongs that the leak
# moves at each (guesses).
_LEAKING_BEATS, _LEAKING_SHARE = 200, 0.03
# A leak is counted tenfold against mL and mmHg: it is of the order of 1.
_SIZES = np.append(np.ones(_LEAK), 10.0)


@dataclass(frozen=True)
class Tangent:
    """The equations at one point with their slopes.

    Attributes
    ----------
    error : ndarray, shape (n_unknown,)
        By how much they are not met.
    metrics : ndarray, shape (n_metrics,)
        Of the beat.
    jacobian : ndarray, shape (n_unknown, n_unknown)
        The error by the unknowns.
    forced : ndarray, shape (n_unknown, n_patient)
        The error by the estimates.
    metrics_by_unknown, metrics_by_estimate : ndarray
        The metrics by both, the other held.
    """

    error: Array
    metrics: Array
    jacobian: Array
    forced: Array
    metrics_by_unknown: Array
    metrics_by_estimate: Array


class SteadyStateEquations:
    """The equations of one nominal patient on one pump.

    The methods take lanes side by side: their estimates `x`, (k, n_patient), their unknowns `z`,
    (k, n_unknown), their speeds, (k,), in rpm, and their known inputs, (k, n_inputs); see
    :class:`~controllers.tracking.model.KnownInputs`.

    Parameters
    ----------
    plant : Plant
        The nominal patient and the pump.
    slow : SlowParameters
        What is assumed of reflex, drugs and valve.
    """

    def __init__(self, plant: Plant, slow: SlowParameters):
        self.plant = plant
        self._bare = Plant(plant.patient, plant.right)
        self.beats = BeatMap(plant, step=LONGEST_STEP)
        self.parameters = parameter_vector(slow, plant.patient)
        self._batch = BatchBeats(PlantParts.of(plant.values(0.0, None, 0.0)))
        self._response = EstimatedPatientLanes(self.parameters, self._batch.width)
        self._held: dict[float, Array] = {}

    def values(self, x: Array, z: Array, speeds: Array, inputs: Array) -> tuple[Array, Array]:
        """What is held in each lane, its step apart, and the blood volume (mL)."""
        acting = self._response("acting", x, z[:, _PAIR], inputs)
        values = np.array([self._at_rest(speed) for speed in speeds.tolist()])
        values[:, ACTING_ROWS] = acting[:, :-1]
        return values, acting[:, -1]

    def _at_rest(self, speed: float) -> Array:
        """What is held at a speed where nothing acts."""
        if speed not in self._held:
            plant, speed_held = self.plant_at(speed)
            self._held[speed] = plant.values(speed_held, {}, LONGEST_STEP)
        return self._held[speed]

    def plant_at(self, speed: float) -> tuple[Plant, float]:
        """The plant at a speed, the pump being out or not, and the speed that it is held at."""
        return (
            (self._bare, self.plant.right_speed) if speed == NO_PUMP_SPEED else (self.plant, speed)
        )

    def steps(self, x: Array, z: Array, speeds: Array, inputs: Array) -> NDArray[np.int64]:
        """Integration steps of a beat in each lane, which stay while the beat is searched."""
        values, _ = self.values(x, z, speeds, inputs)
        acting = {name: values[:, VALUES.index[f"disturbance_{name}"]] for name in _STIFF + _SOFT}
        extreme = {name: acting[name].max() for name in _STIFF}
        extreme |= {name: acting[name].min() for name in _SOFT}
        largest = self.plant.largest_step(extreme)
        longest = min(LONGEST_STEP, _STEP_SHARE * largest)
        return np.ceil(_period(values) / longest).astype(np.int64)

    def residual(
        self, x: Array, z: Array, speeds: Array, inputs: Array, steps: NDArray[np.int64]
    ) -> tuple[Array, Array]:
        """By how much the equations are not met in each lane, and the metrics of its beat."""
        values, volumes = self.values(x, z, speeds, inputs)
        values[:, STEP] = _period(values) / steps
        states = np.zeros((len(x), len(STATES)))
        states[:, _FREE] = z[:, :_N]
        ended, metrics = self._batch.beat(states, values, steps)
        error = np.empty((len(x), N_UNKNOWN))
        error[:, :_N] = (ended - states)[:, _FREE]
        error[:, _VEINS] = states[:, :N_VOLUMES].sum(axis=1) - volumes
        error[:, _PAIR] = self._response("closing", x, z[:, _PAIR], inputs, metrics)
        return error, metrics

    def tangent(self, x: Array, z: Array, speed: float, inputs: Array, steps: int) -> Tangent:
        """The equations in one lane, with their slopes."""
        held, volume = self.values(x[None], z[None], np.array([speed]), inputs[None])
        values = held[0]
        values[STEP] = _period(held)[0] / steps
        model, pair = estimated_patient_model(), z[_PAIR]
        before = (x, pair, inputs, self.parameters)
        # By the estimates and the pair, in this order.
        acting = np.asarray(model.acting_slope(*before))
        state = np.zeros(len(STATES))
        state[_FREE] = z[:_N]
        outside = N_PATIENT + N_EQUILIBRIUM
        d_state = np.concatenate([np.eye(len(STATES))[_FREE], np.zeros((outside, len(STATES)))])
        d_values = np.zeros((_N + outside, len(VALUES)))
        d_values[_N:, ACTING_ROWS] = acting[:-1].T
        beat = self.beats.beat(state, values, d_state, d_values)
        during = (x, pair, inputs, beat.metrics, self.parameters)
        closing = np.asarray(model.closing_slope(*during))
        error = np.empty(N_UNKNOWN)
        error[:_N] = (beat.state - state)[_FREE]
        error[_VEINS] = state[:N_VOLUMES].sum() - volume[0]
        error[_PAIR] = np.asarray(model.closing(*during)).ravel()
        # Columns: free states, estimates, pair.
        by_all = np.zeros((N_UNKNOWN, _N + outside))
        by_all[:_N] = beat.d_state[:, _FREE].T
        by_all[:_N, :_N] -= np.eye(_N)
        by_all[_VEINS] = 0.0
        by_all[_VEINS, :N_VOLUMES] = 1.0
        by_all[_VEINS, _N:] = -acting[-1]
        by_all[_PAIR] = closing[:, outside:] @ beat.d_metrics.T
        by_all[_PAIR, _N:] += closing[:, :outside]
        unknown = np.r_[0:_N, _N + N_PATIENT : _N + outside]
        estimate = np.r_[_N : _N + N_PATIENT]
        by_metric = beat.d_metrics.T
        return Tangent(
            error,
            beat.metrics,
            by_all[:, unknown],
            by_all[:, estimate],
            by_metric[:, unknown],
            by_metric[:, estimate],
        )

    def extras(self, x: Array, z: Array, metrics: Array, inputs: Array) -> Array:
        """Values of ``DERIVED_OUTPUTS`` in each lane."""
        return self._response("extras", x, z[:, _PAIR], inputs, metrics)

    def physical(self, z: Array, metrics: Array) -> NDArray[np.bool_]:
        """Whether no compartment runs empty in a lane."""
        least = np.minimum(z[:, :N_VOLUMES].min(axis=1), metrics[:, _LVESV])
        return np.isfinite(metrics).all(axis=1) & (least >= 0.0)

    def size(self, change: Array) -> Array:
        """Largest entry of each of some corrections."""
        return np.asarray(np.max(np.abs(change) * _SIZES, axis=-1))

    def unknowns(self, state: Array, pressure: float, leak: float) -> Array:
        """The unknowns of a state of the plant."""
        return np.append(state[_FREE], [pressure, leak])

    def marched(
        self, x: Array, z: Array, speed: float, inputs: Array, beats: int, share: float
    ) -> Array:
        """The unknowns of one lane some beats later, the pair moved a share of the way at each."""
        at, held, known = z.copy(), np.array([speed]), inputs[None]
        _, volume = self.values(x[None], at[None], held, known)
        at[_VEINS] += volume[0] - at[:N_VOLUMES].sum()
        steps = self.steps(x[None], at[None], held, known)
        for _ in range(beats):
            error, _ = self.residual(x[None], at[None], held, known, steps)
            # The row of the veins tells the volume, which a beat keeps.
            error[0, _VEINS] = -np.delete(error[0, :N_VOLUMES], _VEINS).sum()
            at[:_N] += error[0, :_N]
            at[_PAIR] += share * error[0, _PAIR]
        return at

    def beat_from_leak(
        self, begin: Array, x: Array, speed: float, inputs: Array, leak: float
    ) -> Array:
        """Metrics of a beat of one lane after some minutes in which the mitral valve leaked.

        Beside a steady-state beat with a tight valve there may be one with a leaking valve, which
        keeps itself up: the leak stretches the ventricle, and the stretch the valve. Newton's
        method finds the one that is near; this looks for the other by letting beat follow beat, the
        leak moving more slowly than the volumes find their places.

        Where a leaking beat is steady, it is that one. Near where it ceases to be, the leak has
        not faded yet after these beats: the result errs towards leaking.

        Parameters
        ----------
        begin : ndarray, shape (n_unknown,)
            The steady-state beat with a tight valve, or near it.
        x : ndarray, shape (n_patient,)
            Estimates.
        speed : float
            Speed, rpm.
        inputs : ndarray, shape (n_inputs,)
            What else is known.
        leak : float
            Leak at first, mL/s/mmHg.

        Returns
        -------
        ndarray, shape (n_metrics,)

        Raises
        ------
        PhysicsError
            No such beat is reached.
        """
        z = np.append(begin[:_LEAK], leak)
        z = self.marched(x, z, speed, inputs, _LEAKING_BEATS, _LEAKING_SHARE)
        if np.isfinite(z).all():
            at = x[None], z[None], np.array([speed]), inputs[None]
            _, metrics = self.residual(*at, self.steps(*at))
            if self.physical(z[None], metrics)[0]:
                return np.asarray(metrics[0])
        raise PhysicsError(
            "no beat of the nominal patient with a leaking mitral valve is reached",
            kind=FailureKind.NO_PERIODIC_BEAT,
        )


def _period(values: Array) -> Array:
    """Duration of a beat in each lane, s."""
    return np.asarray(SECONDS_PER_MINUTE / (values[:, _RATE] * values[:, _RATE_FACTOR]))
