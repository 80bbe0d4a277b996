"""The slow equations over an outer step, with the metrics of all its beats from a few of them.

Within a step the metrics follow the drives (:mod:`plants.slow.response`) from the beat at its
begin: linearly by the slopes, and by what beats further on say that the slopes miss, the defect at
the end and the curvature in the middle of the way. The slow states and the blood volume then are
ordinary differential equations, stiff because the reflex answers within seconds, which CVODES
solves.

References
----------
Hindmarsh AC et al. (2005) ACM Trans Math Softw 31:363 (CVODES, used through CasADi).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import casadi as ca
import numpy as np

from plants.plant import METRICS
from plants.quantities import SECONDS_PER_HOUR, Array, FailureKind, PhysicsError
from plants.scenarios import DISTURBANCES
from plants.slow.clock import SlowClock
from plants.slow.model import SLOW_INPUTS, SLOW_STATES, slow_model
from plants.slow.response import drives

Share = TypeVar("Share", float, ca.SX)

# Errors of the solver, far below those of an outer step; the second relative to the scales.
_RELATIVE, _ABSOLUTE = 1e-6, 1e-7
_MOST_STEPS = 5000
# Each state in hundredths of its range, the volume in 100 mL.
_SCALES = np.array([0.01 * (state.high - state.low) for state in SLOW_STATES.values()] + [100.0])
# How far along the way, 1 its end, the defect still grows: the corrected end may lie beyond it.
_FURTHEST = 1.5
# Share of the curvature below which a place on the way says nothing about it.
_LEAST_SHARE = 0.2
# Shares of the time at which the path is noted: what a drug moves does so within minutes of hours.
_NOTED = 2.0 ** np.arange(-10, 1)


@dataclass(frozen=True)
class MetricModel:
    """Metrics of the beats of a step as a function of the drives.

    With the share x of the way that the drives have gone, the defect counts as x (a line) or, where
    the slopes are those of the begin, as x^2.

    Attributes
    ----------
    metrics, drives : ndarray
        Of the beat at the begin, in the order of ``METRICS`` and of
        :func:`~plants.slow.response.drive_vector`.
    slope : ndarray, shape (n_metrics, n_drives + 1)
        Metrics by drives.
    fresh : bool
        Whether the slopes are those of the begin.
    share_by_drive : ndarray
        The share of the way is the product of this with the drives' change.
    defect, curvature : ndarray
        What the slopes miss at the end of the way, and what slopes and defect miss in its middle.
    """

    metrics: Array
    drives: Array
    slope: Array
    fresh: bool
    share_by_drive: Array = field(default_factory=lambda: np.zeros(len(drives()) + 1))
    defect: Array = field(default_factory=lambda: np.zeros(len(METRICS)))
    curvature: Array = field(default_factory=lambda: np.zeros(len(METRICS)))

    def share(self, here: Array) -> float:
        """Share of the way at drives."""
        return float(np.clip(self.share_by_drive @ (here - self.drives), 0.0, _FURTHEST))

    def at(self, here: Array) -> Array:
        """Metrics at drives."""
        line = self.metrics + self.slope @ (here - self.drives)
        share, fresh = self.share(here), float(self.fresh)
        return (
            line
            + self.defect * _defect_share(share, fresh)
            + self.curvature * _curvature_share(share, fresh)
        )

    def with_defect(self, end: Array, metrics: Array) -> MetricModel:
        """The same with the defect told by the metrics at the end of the way, and no curvature."""
        # Drives count by what they do to the metrics, relative to the size of these.
        weights = np.sum((self.slope / (1.0 + np.abs(self.metrics))[:, None]) ** 2, axis=0)
        way = end - self.drives
        length = float(way @ (weights * way))
        line = self.metrics + self.slope @ way
        return replace(
            self,
            share_by_drive=weights * way / length if length > 0.0 else np.zeros_like(way),
            defect=metrics - line,
            curvature=np.zeros_like(metrics),
        )

    def with_curvature(self, middle: Array, metrics: Array) -> MetricModel:
        """The same with the curvature that the metrics somewhere on the way tell."""
        counts = _curvature_share(self.share(middle), float(self.fresh))
        if counts < _LEAST_SHARE:
            return self
        return replace(self, curvature=(metrics - self.at(middle)) / counts)


def _defect_share(share: Share, fresh: Share) -> Share:
    """Share of the defect at a share of the way: 0 at its begin, 1 at its end."""
    return share * (1 + fresh * (share - 1))


def _curvature_share(share: Share, fresh: Share) -> Share:
    """Share of the curvature: 0 at both ends of the way, 1 in its middle."""
    return 4 * (1 + fresh) * _defect_share(share, fresh) * (1 - share)


@dataclass(frozen=True)
class Trajectory:
    """Slow states and blood volume on the way through a step.

    Attributes
    ----------
    states : ndarray, shape (n, n_states)
        Slow states; the last row is the end.
    volumes : ndarray, shape (n,)
        Blood volume, mL.
    """

    states: Array
    volumes: Array

    @property
    def end(self) -> tuple[Array, float]:
        """Slow states and blood volume at the end."""
        return self.states[-1], float(self.volumes[-1])


def slow_trajectory(
    clock: SlowClock, outside: Mapping[str, float], volume: float, hours: float, model: MetricModel
) -> Trajectory:
    """Follow the slow states of a clock, which is not moved, over a time.

    Parameters
    ----------
    clock : SlowClock
        States now, inputs and parameters.
    outside : mapping
        What else acts on the patient: disturbances that are not neutral.
    volume : float
        Blood volume now, mL.
    hours : float
        How long, h.
    model : MetricModel
        Metrics of the beats on the way.

    Raises
    ------
    PhysicsError
        The equations have no solution over that time, or a state left its range.
    """
    held = np.concatenate(
        [
            [hours, float(model.fresh)],
            model.metrics,
            model.slope.ravel(order="F"),
            model.drives,
            model.share_by_drive,
            model.defect,
            model.curvature,
            clock.input_vector,
            clock.parameter_vector,
            [outside.get(name, DISTURBANCES[name].neutral) for name in drives()],
        ]
    )
    start = np.append(clock.state, volume) / _SCALES
    try:
        path = np.asarray(_solver()(x0=start, p=held)["xf"]).T * _SCALES
    except RuntimeError:
        raise PhysicsError(
            f"the slow states of patient {clock.patient.name} cannot be followed over the next "
            f"{hours:.3g} h",
            kind=FailureKind.SOLVER_STOPPED,
        ) from None
    if not np.all(np.isfinite(path[:, -1])):
        raise PhysicsError(
            f"patient {clock.patient.name}: the blood volume is no longer finite",
            kind=FailureKind.NOT_FINITE,
        )
    return Trajectory(np.array([clock.checked(row) for row in path[:, :-1]]), path[:, -1])


@functools.cache
def _solver() -> ca.Function:
    """``(x0, p) -> xf``: scaled states and volume, a column for each share of the time in p."""
    model = slow_model()
    n_state, n_metric, n_drive = len(SLOW_STATES), len(METRICS), len(drives()) + 1
    y = ca.SX.sym("y", n_state + 1)
    hours, fresh = ca.SX.sym("hours"), ca.SX.sym("fresh")
    metrics, slope = ca.SX.sym("metrics", n_metric), ca.SX.sym("slope", n_metric, n_drive)
    begin, share_by_drive = ca.SX.sym("begin", n_drive), ca.SX.sym("share_by_drive", n_drive)
    defect, curvature = ca.SX.sym("defect", n_metric), ca.SX.sym("curvature", n_metric)
    inputs = ca.SX.sym("inputs", len(SLOW_INPUTS))
    parameters = ca.SX.sym("parameters", model.rates.size1_in(3))
    acting = ca.SX.sym("acting", n_drive - 1)

    state, volume = y[:-1] * _SCALES[:-1], y[-1] * _SCALES[-1]
    effects = model.effects(state, inputs, parameters)
    here: list[ca.SX] = []
    for i, name in enumerate(drives()):
        disturbance = DISTURBANCES[name]
        low, high = disturbance.low, disturbance.high
        slow = _within(effects[list(DISTURBANCES).index(name)], low, high)
        here.append(_within(disturbance.joined(slow, acting[i]), low, high))
    moved = ca.vertcat(*here, volume) - begin
    share = _within(ca.dot(share_by_drive, moved), 0.0, _FURTHEST)
    now = metrics + ca.mtimes(slope, moved) + defect * _defect_share(share, fresh)
    now = now + curvature * _curvature_share(share, fresh)
    inflow = DISTURBANCES["infusion"]
    infusion = _within(effects[list(DISTURBANCES).index("infusion")], inflow.low, inflow.high)
    rates = ca.vertcat(model.rates(state, now, inputs, parameters), infusion * SECONDS_PER_HOUR)
    described = (metrics, ca.vec(slope), begin, share_by_drive, defect, curvature)
    held = ca.vertcat(hours, fresh, *described, inputs, parameters, acting)
    equations = {"x": y, "p": held, "ode": hours * rates / _SCALES}
    accuracy = {"reltol": _RELATIVE, "abstol": _ABSOLUTE, "max_num_steps": _MOST_STEPS}
    quiet = {"show_eval_warnings": False, "disable_internal_warnings": True}
    options = accuracy | quiet
    return ca.integrator("slow_trajectory", "cvodes", equations, 0.0, list(_NOTED), options)


def _within(x: ca.SX, low: float, high: float) -> ca.SX:
    return ca.fmin(ca.fmax(x, low), high)
