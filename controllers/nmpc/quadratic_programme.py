"""One Gauss-Newton step of a plan: a small quadratic programme with exact-penalty slacks."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import casadi as ca
import numpy as np

from controllers.nmpc.horizon import Prediction
from plants.quantities import Array


@dataclass(frozen=True)
class PlanBounds:
    """What a plan must keep to, whatever it costs.

    Attributes
    ----------
    low, high : float
        Speeds, krpm.
    change : float
        Largest change of the speed from one block to the next, krpm.
    """

    low: float
    high: float
    change: float

    def kept(self, plan: Array, last_speed: float) -> Array:
        """The plan brought within range and rate, from the speed now in force (krpm)."""
        last, speeds = last_speed, []
        for speed in plan:
            # Outside the range (the pump may have been stopped), the rate limit gives way.
            reachable = np.clip(speed, last - self.change, last + self.change)
            last = float(np.clip(reachable, self.low, self.high))
            speeds.append(last)
        return np.array(speeds)


@functools.cache
def _solver(blocks: int, limits: int, rows: int) -> ca.Function:
    """A dual active-set solver (DAQP) for `blocks` speeds and one slack for each limit.

    It begins without any constraint, so that many nearly parallel margins, as beats in and out of
    suction give them, do not stop it: a primal method (CasADi's qrqp) failed or left the bounds
    there.

    References
    ----------
    Arnstrom D, Bemporad A, Axehill D (2022) A dual active-set solver for embedded quadratic
    programming using recursive LDL^T updates. IEEE Trans Autom Control 67:4362.
    """
    n = blocks + limits
    shape = {"h": ca.Sparsity.dense(n, n), "a": ca.Sparsity.dense(rows, n)}
    return ca.conic("plan_step", "daqp", shape, {"error_on_fail": False})


def plan_step(
    prediction: Prediction,
    plan: Array,
    last_speed: float,
    bounds: PlanBounds,
    *,
    penalty: float,
    damping: float,
) -> Array | None:
    """Change of the plan that lowers the linearised cost.

    The therapy's limits are soft: one slack for each takes up its worst violation over the horizon
    at a linear price, so that a step exists in suction and after a sudden loss of preload too.
    Speed range and rate limit are hard, but the solver may miss them: see :meth:`PlanBounds.kept`.

    Parameters
    ----------
    prediction : Prediction
        At the present plan.
    plan, last_speed : ndarray, float
        Present plan and the speed before it, krpm.
    bounds : PlanBounds
        Range and rate limit.
    penalty : float
        Price of a unit of violation.
    damping : float
        Levenberg-Marquardt term, per krpm squared.

    Returns
    -------
    ndarray or None
        The step, krpm; None if the solver did not succeed or gave what is not finite.
    """
    blocks, limits = len(plan), prediction.margins.shape[1]
    n = blocks + limits
    hessian = np.zeros((n, n))
    slope = prediction.residual_slope
    hessian[:blocks, :blocks] = 2 * (slope.T @ slope + damping * np.eye(blocks))
    # A trace of curvature on the slacks keeps the programme strictly convex.
    hessian[blocks:, blocks:] = 1e-3 * np.eye(limits)
    gradient = np.concatenate([2 * slope.T @ prediction.residuals, np.full(limits, penalty)])

    margin_rows = prediction.margin_slope.reshape(-1, blocks)
    owner = np.tile(np.eye(limits), (len(prediction.margins), 1))
    moves = np.eye(blocks) - np.eye(blocks, k=-1)
    present = np.diff(np.concatenate([[last_speed], plan]))
    matrix = np.block([[margin_rows, owner], [moves, np.zeros((blocks, limits))]])
    # A plan that already breaks the rate limit (the speed was outside the range) may stay so.
    slowest = np.minimum(-bounds.change - present, 0)
    fastest = np.maximum(bounds.change - present, 0)
    lower = np.concatenate([-prediction.margins.ravel(), slowest])
    upper = np.concatenate([np.full(margin_rows.shape[0], np.inf), fastest])

    solver = _solver(blocks, limits, len(matrix))
    answer = solver(
        h=hessian,
        g=gradient,
        a=matrix,
        lba=lower,
        uba=upper,
        lbx=np.concatenate([bounds.low - plan, np.zeros(limits)]),
        ubx=np.concatenate([bounds.high - plan, np.full(limits, np.inf)]),
    )
    step = np.asarray(answer["x"]).ravel()[:blocks]
    if not solver.stats()["success"] or not np.all(np.isfinite(step)):
        return None
    return step
