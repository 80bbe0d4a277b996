"""The best that could have been done: a plan of speeds by one who knows everything beforehand.

The plan is found on the simulator itself, with the true patient and what is to come, by steps of
Gauss and Newton on the costs of all control periods (Levenberg-Marquardt: Marquardt 1963 SIAM J
Appl Math), first over long holds of the speed, then over short ones. It is a bound from one side
only: a better plan may exist (one with a speed for each period costs about 1 % less), a worse one
is not taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.benchmark.speed_plans import PlannedTrial
from plants.quantities import Array

#: Lengths of a hold of the speed, in control periods, from the first search to the last.
HOLDS = (12, 4)
_ITERATIONS = 8
# A search ends where a step lowers the cost by less than this share.
_ENOUGH = 2e-3
# Change of a speed for its slope, share of the range: beyond rounding, within what is smooth.
_DELTA = 2e-3
_DAMPINGS = (1e-3, 1e-2, 0.1, 1.0, 10.0)
_LENGTHS = (1.0, 0.5, 0.2)


@dataclass(frozen=True)
class SpeedPlan:
    """A plan and what it costs.

    Attributes
    ----------
    speeds : ndarray, shape (periods,)
        rpm.
    cost : float
        The ``therapy_cost`` of a trial under it.
    """

    speeds: Array
    cost: float


def held_plans(trial: PlannedTrial, speeds: Array) -> list[SpeedPlan]:
    """A plan for each speed that is held throughout."""
    plans = np.repeat(np.asarray(speeds, dtype=float)[:, None], trial.periods, axis=1)
    costs = trial.costs(plans).costs
    return [SpeedPlan(plan, float(cost)) for plan, cost in zip(plans, costs, strict=True)]


def oracle_plan(trial: PlannedTrial, speeds: Array) -> SpeedPlan:
    """The best plan that is found.

    Parameters
    ----------
    trial : PlannedTrial
        The patient and what happens.
    speeds : ndarray
        Speeds that may be held, rpm; the plan stays between the lowest and the highest of them,
        and the search begins at the best.

    Raises
    ------
    PhysicsError
        There is no steady state to start from.
    """
    best = min(held_plans(trial, speeds), key=lambda plan: plan.cost)
    bounds = float(np.min(speeds)), float(np.max(speeds))
    for hold in HOLDS:
        best = _descended(trial, best, hold, bounds)
    return best


def _descended(
    trial: PlannedTrial, plan: SpeedPlan, hold: int, bounds: tuple[float, float]
) -> SpeedPlan:
    """The plan after steps over holds of that many periods."""
    block = np.arange(trial.periods) // hold
    basis = (block[None, :] == np.arange(block[-1] + 1)[:, None]).astype(float)
    for _ in range(_ITERATIONS):
        stepped = _stepped(trial, plan, basis, bounds)
        gain = plan.cost - stepped.cost
        if gain > 0.0:
            plan = stepped
        if gain < _ENOUGH * plan.cost:
            break
    return plan


def _stepped(
    trial: PlannedTrial, plan: SpeedPlan, basis: Array, bounds: tuple[float, float]
) -> SpeedPlan:
    """The best plan along damped steps of Gauss and Newton."""
    low, high = bounds
    delta = _DELTA * (high - low)
    # Towards the inside of the range, so that no speed leaves it.
    middle = 0.5 * (low + high)
    signs = np.where(basis @ plan.speeds / basis.sum(axis=1) > middle, -1.0, 1.0)
    tried = np.concatenate([plan.speeds[None, :], plan.speeds + delta * signs[:, None] * basis])
    residuals = trial.costs(tried).residuals
    slopes = ((residuals[1:] - residuals[0]) / (delta * signs[:, None])).T
    steps = _steps(residuals[0], slopes, delta)
    candidates = np.clip(
        [plan.speeds + length * (step @ basis) for step in steps for length in _LENGTHS], low, high
    )
    costs = trial.costs(candidates).costs
    best = int(np.argmin(costs))
    return SpeedPlan(candidates[best], float(costs[best]))


def _steps(residuals: Array, slopes: Array, delta: float) -> list[Array]:
    """Steps by damping; the damping is relative to the mean curvature."""
    hessian, gradient = slopes.T @ slopes, slopes.T @ residuals
    size = max(float(np.trace(hessian)) / len(hessian), 1e-12 / delta**2)
    identity = size * np.eye(len(hessian))
    return [
        np.asarray(-np.linalg.solve(hessian + damping * identity, gradient), dtype=np.float64)
        for damping in _DAMPINGS
    ]
