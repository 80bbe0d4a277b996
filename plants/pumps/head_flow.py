"""The steady head-flow law of a pump: symbolic for the plant, in NumPy with its inverse.

``dP = a w^2 + b w Q + c Q|Q|`` (w in krpm, Q in L/min) is limited where its fit is not valid: at
low flow its head may not exceed a tip-speed bound, and backward flow meets the quadratic
resistance alone. A stopped pump therefore leaks. A test holds the two forms together.
"""

from __future__ import annotations

from collections.abc import Mapping

import casadi as ca
import numpy as np

from plants.circulation import hinge, lower_of
from plants.pumps.parameters import DeviceParameters
from plants.quantities import Array

#: Width of the smooth shut-off bound: a share of the bound, and a floor in mmHg.
HEAD_CORNER_SHARE, HEAD_CORNER = 0.02, 1e-3
#: Width over which flow counts as forward or backward, L/min.
FLOW_CORNER = 1e-4
# Halvings of a bracket of some tens of L/min down to rounding.
_HALVINGS = 80


def head_flow_law(speed: ca.SX, flow: ca.SX, p: DeviceParameters) -> ca.SX:
    """Head (mmHg) of the pump at a rotor speed (krpm) and a steady flow (L/min)."""
    forward = hinge(flow, FLOW_CORNER)
    backward = hinge(-flow, FLOW_CORNER)
    law = p.head_a * speed**2 + p.head_b * speed * flow + p.head_c * forward**2
    limit = p.shutoff_limit * speed**2
    limited = lower_of(law, limit, HEAD_CORNER_SHARE * limit + HEAD_CORNER)
    return limited - p.head_c * backward**2


def _hinge(x: Array, width: Array | float) -> Array:
    """:func:`plants.circulation.hinge` in NumPy."""
    inside = np.clip(x / width, -1, 1)
    return width / 16 * (1 + inside) ** 3 * (3 - inside) + np.maximum(x - width, 0)


def steady_head(values: Mapping[str, float], krpm: Array, flow: Array) -> Array:
    """Head from inlet to outlet at a speed and a steady flow, mmHg.

    With w in krpm and Q in L/min: ``head_a w^2 + head_b w Q + head_c Q^2`` for forward flow,
    bounded smoothly by ``shutoff_limit w^2`` because the fit runs away near shut-off. Backward
    flow meets ``-head_c Q^2`` on top of the bound, so that a stopped pump leaks.

    Parameters
    ----------
    values : Mapping of str to float
        Device parameters head_a, head_b, head_c and shutoff_limit.
    krpm : ndarray
        Rotor speed, krpm.
    flow : ndarray
        Pump flow, L/min; broadcast against `krpm`.
    """
    forward, backward = _hinge(flow, FLOW_CORNER), _hinge(-flow, FLOW_CORNER)
    law = (
        values["head_a"] * krpm**2 + values["head_b"] * krpm * flow + values["head_c"] * forward**2
    )
    limit = values["shutoff_limit"] * krpm**2
    corner = HEAD_CORNER_SHARE * limit + HEAD_CORNER
    bounded = 0.5 * (law + limit - np.sqrt((law - limit) ** 2 + corner**2))
    return bounded - values["head_c"] * backward**2


def steady_flow(values: Mapping[str, float], krpm: Array, head: Array) -> Array:
    """The flow at which :func:`steady_head` gives `head`, L/min; head falls with flow."""
    # Outside +-bound the quadratic term alone outweighs the head and every other term.
    pressure = np.abs(head) + (values["head_a"] + values["shutoff_limit"]) * krpm**2 + 1.0
    resistance = -values["head_c"]
    bound = np.sqrt(pressure / resistance) - values["head_b"] * krpm / resistance + 1.0
    low, high = -bound, bound
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        below = steady_head(values, krpm, middle) > head
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return 0.5 * (low + high)
