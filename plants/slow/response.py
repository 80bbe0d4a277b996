"""How the periodic beat answers to what the slow clock moves.

The slow clock reaches the circulation by a few numbers only, its drives: the disturbances that its
states set, and the blood volume. The periodic beat's metrics are smooth functions of them, whose
slopes follow from the beat map's exact derivatives (:func:`plants.beat.periodic_slopes`).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import casadi as ca
import numpy as np

from plants.beat import PeriodicBeat, SteadyState, periodic_slopes
from plants.plant import METRICS, N_VOLUMES, STATES, VALUES, Plant
from plants.quantities import Array, FailureKind, PhysicsError
from plants.scenarios import DISTURBANCES
from plants.slow.model import slow_model


@functools.cache
def drives() -> tuple[str, ...]:
    """Disturbances that slow states set, by which they reach the beat.

    The infusion is none of them: it moves the blood volume, which is a drive of its own.

    Examples
    --------
    >>> from plants.slow.response import drives
    >>> "lv_contractility" in drives(), "infusion" in drives()
    (True, False)
    """
    effects = slow_model().effects
    vectors = [ca.SX.sym(f"x{i}", effects.size1_in(i)) for i in range(effects.n_in())]
    rows = ca.jacobian(effects(*vectors), vectors[0]).sparsity().row()
    names = list(DISTURBANCES)
    return tuple(names[row] for row in sorted(set(rows)) if names[row] != "infusion")


class BeatResponse(PeriodicBeat):
    """Periodic beats of a plant, with the slopes of their metrics by the drives.

    The slopes are those of the beat for which they were last asked: :meth:`update_slopes` costs as
    much as some forty beats, and the slopes of a beat nearby often do.

    Attributes
    ----------
    slope : ndarray, shape (n_metrics, n_drives + 1)
        Metrics by :func:`drives` and, last, by the blood volume (per mL); 0 before the first
        :meth:`update_slopes`.

    Examples
    --------
    >>> from plants import Plant
    >>> from plants import METRICS
    >>> from plants.slow.response import BeatResponse, drives
    >>> beats = BeatResponse(Plant("shock-d", "CP"))
    >>> beats.update_slopes(beats.find_near({}, 44_000))
    >>> row, column = METRICS.index["map"], drives().index("systemic_resistance")
    >>> bool(beats.slope[row, column] > 0), bool(beats.slope[row, -1] > 0)
    (True, True)
    """

    def __init__(self, plant: Plant):
        super().__init__(plant)
        self.slope = np.zeros((len(METRICS), len(drives()) + 1))
        self._state_slope = np.zeros((len(STATES), len(drives()) + 1))
        self._at: tuple[Array, Array] | None = None  # drives and state of the beat found last

    def find_near(
        self,
        acting: Mapping[str, float],
        speed: float,
        volume: float | None = None,
        *,
        thorough: bool = True,
    ) -> SteadyState:
        """The periodic beat at a speed (rpm), disturbances and a blood volume (mL).

        The search starts where the slopes say that it is.

        Parameters
        ----------
        thorough : bool
            Whether a search that fails is done anew from rest, which takes as long as some
            thousand beats.

        Raises
        ------
        PhysicsError
            There is none, or none nearby.
        """
        total = self.plant.patient["blood_volume"] if volume is None else volume
        here = drive_vector(acting, total)
        if self._at is not None:
            moved = self._at[1] + self._state_slope @ (here - self._at[0])
            self._state = moved if np.all(moved[:N_VOLUMES] > 0.0) else self._at[1]
        beat = None
        if self._at is not None and not thorough:
            beat = self._nearby(speed, acting, total)
            if beat is None:
                name = self.plant.patient.name
                raise PhysicsError(
                    f"no periodic beat of patient {name} near the one before",
                    kind=FailureKind.NO_PERIODIC_BEAT,
                )
        beat = beat or self.find(speed, acting, blood_volume=total)
        self._at = (here, beat.nearby)
        return beat

    def update_slopes(self, beat: SteadyState) -> None:
        """Take the slopes of a beat; of a cycle those of the beat about which it turns."""
        entries = [VALUES.index[f"disturbance_{name}"] for name in drives()]
        slopes = periodic_slopes(beat, entries)
        self.slope, self._state_slope = slopes.metrics, slopes.state


def drive_vector(acting: Mapping[str, float], volume: float) -> Array:
    """The drives among disturbances, and the blood volume (mL) last."""
    return np.array([acting.get(name, DISTURBANCES[name].neutral) for name in drives()] + [volume])
