"""End-diastolic and end-systolic pressure-volume relations of the ventricles' free walls.

A relation is one of the free wall: of the pressure across it (the ventricle's less that of thorax
and pericardium) by the volume that it holds (the ventricle's less, on the right plus, what the
septum bulges to the right). Of the ventricle itself there is no such curve, since its pressure
depends on what the other ventricle holds.
"""

from __future__ import annotations

import functools
from typing import Literal, NamedTuple

import casadi as ca
import numpy as np

from plants.circulation import chamber_pressure, loop as circulation
from plants.plant.equations import STATES, VALUES, held_values
from plants.quantities import Array


class PressureVolumeRelations(NamedTuple):
    """Transmural pressures (mmHg) of a free wall by its volume.

    Attributes
    ----------
    end_diastolic : ndarray
        Of the relaxed wall.
    end_systolic : ndarray
        Of the wall at the peak of its contraction.
    """

    end_diastolic: Array
    end_systolic: Array


def pressure_volume_relations(
    state: Array, values: Array, ventricle: Literal["lv", "rv"], volume: Array
) -> PressureVolumeRelations:
    """Relations of a ventricle's free wall as it is in a state.

    Parameters
    ----------
    state : ndarray, shape (n_states,)
        State of the plant.
    values : ndarray, shape (n_values,)
        Held values: patient, pumps and disturbances, of which some change the wall.
    ventricle : {"lv", "rv"}
        Which.
    volume : ndarray, shape (n,)
        Volumes of the free wall, mL.

    Examples
    --------
    >>> import numpy as np
    >>> from plants import Plant, steady_state
    >>> from plants.plant import pressure_volume_relations
    >>> steady = steady_state(Plant("healthy"))
    >>> wall = steady.plant.patient
    >>> volume = np.array([wall["lv_v0"] + 40.0])
    >>> relations = pressure_volume_relations(steady.state, steady.values, "lv", volume)
    >>> elastance = wall["lv_ees"] * steady.metrics["perfusion_factor"]
    >>> bool(np.isclose(relations.end_systolic[0], 40 * elastance))
    True
    """
    pressures = np.array(
        [np.array(_wall_pressures()(state, values, each)).ravel() for each in np.ravel(volume)]
    ).reshape(-1, 4)
    relaxed, contracted = (pressures[:, k + (2 if ventricle == "rv" else 0)] for k in (0, 1))
    return PressureVolumeRelations(relaxed, contracted)


@functools.cache
def _wall_pressures() -> ca.Function:
    """``(x, v, volume)`` to the relaxed and the contracted pressure of the left, then the right."""
    x, v = ca.SX.sym("x", len(STATES)), ca.SX.sym("v", len(VALUES))
    volume = ca.SX.sym("volume")
    held = held_values(v)
    pressure = circulation.pressures(STATES.symbols(x), held.p, held.d)
    both = [
        chamber_pressure(volume, ca.SX(activation), wall)
        for wall in (pressure.lv_wall, pressure.rv_wall)
        for activation in (0.0, 1.0)
    ]
    return ca.Function("wall_pressures", [x, v, volume], [ca.vertcat(*both)])
