"""The plant's beat, linearised at a steady state: for LQG and for design with python-control."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plants import (
    DISTURBANCES,
    METRICS,
    STATES,
    BeatMap,
    InputError,
    Plant,
    SteadyState,
    signal,
    steady_state,
    unknown_name,
)
from plants.plant import N_VOLUMES, PHASE, STEP, VALUES
from plants.quantities import KRPM_PER_RPM, Array, Shown

if TYPE_CHECKING:
    import control


_VEINS = STATES.index["systemic_vein_volume"]
_COMMAND = VALUES.index["speed_command"]
_LINEAR_ROWS = tuple(i for i in range(len(STATES)) if i not in (PHASE, _VEINS))
#: States of the linear beat. In place of the volume of the systemic veins, which closes the
#: balance, stands that of all the blood; the phase is gone, because every beat begins at its onset.
LINEAR_STATES: tuple[str, ...] = (*(STATES.names[i] for i in _LINEAR_ROWS), "blood_volume")
#: Disturbances of the linear beat unless others are asked for.
USUAL_DISTURBANCES: tuple[str, ...] = (
    "systemic_resistance",
    "pulmonary_resistance",
    "lv_contractility",
    "infusion",
)


@dataclass(frozen=True, repr=False)
class LinearBeat(Shown):
    """Deviations from a steady state, from the onset of one beat to the onset of the next::

        x+ = a x + b u + e w
        y  = c x + d u + f w

    ``x`` are deviations of the states at the onset of a beat, ``u`` that of the speed command
    (krpm) and ``w`` those of the disturbances during the beat, and ``y`` those of the metrics of
    this same beat, known when it ends.

    Blood is neither made nor lost, so that the beat has an eigenvalue 1 that no speed can move.
    The total blood volume is a state of its own, the last one: it keeps its value from beat to beat
    but for what is infused, and ``a[:-1, :-1]`` is the dynamics at a constant blood volume.

    Attributes
    ----------
    steady : SteadyState
        Where the beat was linearised.
    speed : float
        Speed command there, rpm.
    period : float
        Duration of a beat there, s.
    states, disturbances, outputs : tuple of str
        Names; units are those of the plant's states (mL, mL/s, krpm), of
        :data:`~plants.DISTURBANCES` and of :data:`~plants.SIGNALS`.
    metrics : ndarray, shape (n_outputs,)
        The outputs' values at the steady state.
    a, b, e : ndarray, shape (n_states, n_states), (n_states, 1), (n_states, n_disturbances)
        State equation.
    c, d, f : ndarray, shape (n_outputs, n_states), (n_outputs, 1), (n_outputs, n_disturbances)
        Output equation.
    """

    steady: SteadyState
    speed: float
    period: float
    states: tuple[str, ...]
    disturbances: tuple[str, ...]
    outputs: tuple[str, ...]
    metrics: Array
    a: Array
    b: Array
    e: Array
    c: Array
    d: Array
    f: Array

    def _shown(self) -> Mapping[str, object]:
        return {
            "speed": self.speed,
            "period": self.period,
            "states": len(self.states),
            "disturbances": len(self.disturbances),
            "outputs": ", ".join(self.outputs),
        }

    def state_space(self, *, blood: bool = True) -> control.StateSpace:
        """The beat as a discrete-time system of python-control.

        Parameters
        ----------
        blood : bool
            Whether the blood volume is a state. No speed moves it: its eigenvalue is exactly 1,
            so that static gains (``control.dcgain``) and designs (``control.dlqr``) want the
            system at a constant blood volume, ``blood=False``. That one has no infusion.

        Returns
        -------
        control.StateSpace
            Inputs ``speed_command`` (krpm) and the disturbances, states and outputs by name, and
            the beat as sampling time.

        Examples
        --------
        >>> from controllers import linearise
        >>> from plants import Plant
        >>> system = linearise(Plant("shock-d", "5.5"), 27_000, outputs=["map"]).state_space()
        >>> system.input_labels[0], system.output_labels, round(system.dt, 3)
        ('speed_command', ['map'], 0.571)
        """
        import control  # Takes more than a second to import.

        n = len(self.states) - (not blood)
        kept = [k for k, name in enumerate(self.disturbances) if blood or name != "infusion"]
        return control.ss(
            self.a[:n, :n],
            np.hstack([self.b[:n], self.e[:n, kept]]),
            self.c[:, :n],
            np.hstack([self.d, self.f[:, kept]]),
            self.period,
            states=list(self.states[:n]),
            inputs=["speed_command", *(self.disturbances[k] for k in kept)],
            outputs=list(self.outputs),
            name="beat",
        )


def linearise(
    plant: Plant,
    speed: float,
    *,
    disturbances: Iterable[str] = USUAL_DISTURBANCES,
    outputs: Iterable[str] = METRICS.names,
    at: Mapping[str, float] | None = None,
    steady: SteadyState | None = None,
) -> LinearBeat:
    """Linearise the beat of a plant at the steady state of a speed, with exact derivatives.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    speed : float
        Speed command, rpm.
    disturbances : iterable of str
        Names of the disturbances that become inputs.
    outputs : iterable of str
        Names of metrics.
    at : mapping, optional
        Disturbances in force at the steady state, where they are not neutral.
    steady : SteadyState, optional
        The steady state, if it is known already.

    Returns
    -------
    LinearBeat
        See there for the equations and for the conservation of blood.

    Raises
    ------
    InputError
        An unknown name, or a plant without a pump.
    PhysicsError
        There is no steady state at that speed.

    Examples
    --------
    >>> from controllers import linearise
    >>> from plants import Plant
    >>> beat = linearise(Plant("shock-d", "5.5"), 27_000, outputs=["map", "pcwp"])
    >>> beat.a.shape, beat.b.shape, beat.c.shape
    ((20, 20), (20, 1), (2, 20))
    >>> bool(abs(abs(np.linalg.eigvals(beat.a)).max() - 1) < 1e-6)
    True
    """
    if plant.pump is None:
        raise InputError("plant", plant.patient.name, "a plant with a pump, whose speed moves it")
    names, output_names = tuple(disturbances), tuple(outputs)
    for name in names:
        if name not in DISTURBANCES:
            raise unknown_name("disturbances", name, DISTURBANCES)
    rows = [METRICS.index[signal(name).name] for name in output_names]
    beats = BeatMap(plant)
    steady = steady or steady_state(plant, speed, at, beats=beats)
    values = beats.values(speed, at)

    to_states = _to_states()
    n, m = to_states.shape[1], 1 + len(names)
    d_state = np.vstack([to_states.T, np.zeros((m, len(STATES)))])
    d_values = np.zeros((n + m, len(values)))
    d_values[n, _COMMAND] = 1.0 / KRPM_PER_RPM
    for k, name in enumerate(names):
        d_values[n + 1 + k] = _direction(name, values)
    state = steady.periodic_beat.state
    beat = beats.beat(state, values, d_state, d_values)
    state_slopes, output_slopes = _from_states() @ beat.d_state.T, beat.d_metrics.T[rows]
    state_slopes[-1] = _blood_row(n, names, float(beats.period(values)))
    return LinearBeat(
        steady=steady,
        speed=speed,
        period=float(beats.period(values)),
        states=LINEAR_STATES,
        disturbances=names,
        outputs=output_names,
        metrics=np.array([steady.metrics[name] for name in output_names]),
        a=state_slopes[:, :n],
        b=state_slopes[:, n : n + 1],
        e=state_slopes[:, n + 1 :],
        c=output_slopes[:, :n],
        d=output_slopes[:, n : n + 1],
        f=output_slopes[:, n + 1 :],
    )


def _blood_row(n: int, names: tuple[str, ...], period: float) -> Array:
    """How the blood volume after a beat moves: only an infusion (mL/s) adds to what was there.

    Summing the volumes' derivatives gives the same but for roundoff, and a static gain by an
    eigenvalue that is only nearly 1 is any number.
    """
    row = np.zeros(n + 1 + len(names))
    row[n - 1] = 1.0
    for k, name in enumerate(names):
        row[n + 1 + k] = period if name == "infusion" else 0.0
    return row


def _direction(disturbance: str, values: Array) -> Array:
    """How the held values move with a disturbance."""
    direction = np.zeros(len(values))
    row = VALUES.index[f"disturbance_{disturbance}"]
    direction[row] = 1.0
    if disturbance == "heart_rate":  # The steps of a beat shrink with it, their number stays.
        direction[STEP] = -values[STEP] / values[row]
    return direction


def _to_states() -> Array:
    """Plant states from those of the linear beat: the veins hold what the rest leaves."""
    matrix = np.zeros((len(STATES), len(LINEAR_STATES)))
    for column, row in enumerate(_LINEAR_ROWS):
        matrix[row, column] = 1.0
        if row < N_VOLUMES:
            matrix[_VEINS, column] = -1.0
    matrix[_VEINS, -1] = 1.0
    return matrix


def _from_states() -> Array:
    """States of the linear beat from those of the plant: the blood volume is their sum."""
    matrix = np.zeros((len(LINEAR_STATES), len(STATES)))
    matrix[np.arange(len(_LINEAR_ROWS)), _LINEAR_ROWS] = 1.0
    matrix[-1, :N_VOLUMES] = 1.0
    return matrix
