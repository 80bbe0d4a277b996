"""The plant over a horizon of beats under a plan of speeds, with exact derivatives by the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from plants import METRICS, STATES, BeatMap, Therapy
from plants.plant import SPEED
from plants.quantities import KRPM_PER_RPM, Array


class StartDirections(NamedTuple):
    """Directions from where a horizon starts: of the state at its onset and of what is held.

    Attributes
    ----------
    state : ndarray, shape (n_directions, n_states)
        Of the state.
    values : ndarray, shape (n_directions, n_values)
        Of the held values.
    """

    state: Array
    values: Array


@dataclass(frozen=True)
class Sensitivities:
    """Metrics of the beats of a horizon, and how they answer.

    Attributes
    ----------
    metrics : ndarray, shape (n_beats, n_metrics)
        Metrics of the beats.
    by_plan : ndarray, shape (n_beats, n_metrics, n_blocks)
        By the speeds of the plan, per krpm.
    by_start : ndarray, shape (n_beats, n_metrics, n_directions)
        By the directions from where the horizon starts.
    share : float
        Root of a beat's share of the control period.
    """

    metrics: Array
    by_plan: Array
    by_start: Array
    share: float

    def moved(self, amounts: Array) -> Sensitivities:
        """Those from a start that lies so far along the directions, by the slopes here."""
        return replace(self, metrics=self.metrics + self.by_start @ amounts)


@dataclass(frozen=True)
class Prediction:
    """What a plan leads to.

    Attributes
    ----------
    residuals : ndarray, shape (n_residuals,)
        Their squares sum to the cost of the plan.
    residual_slope : ndarray, shape (n_residuals, n_blocks)
        By the speeds of the plan, per krpm.
    margins : ndarray, shape (n_beats, n_limits)
        How far inside each end of the therapy's limits each beat lies, in the signal's unit;
        negative outside.
    margin_slope : ndarray, shape (n_beats, n_limits, n_blocks)
        By the speeds of the plan, per krpm.
    metrics : ndarray, shape (n_beats, n_metrics)
        Metrics of the beats.
    sensitivities : Sensitivities, optional
        What it was made of.
    """

    residuals: Array
    residual_slope: Array
    margins: Array
    margin_slope: Array
    metrics: Array
    sensitivities: Sensitivities | None = None

    @property
    def cost(self) -> float:
        """Sum of the squared residuals."""
        return float(self.residuals @ self.residuals)

    @property
    def finite(self) -> bool:
        """Whether the prediction can be used at all."""
        parts = (self.residuals, self.residual_slope, self.margins, self.margin_slope)
        return all(np.isfinite(part).all() for part in parts)


class Horizon:
    """A horizon of beats, its speed held over blocks of them.

    Parameters
    ----------
    beats : BeatMap
        The model.
    therapy : Therapy
        Goals make the residuals; limits make the margins; effort weighs changes of the speed.
    blocks : sequence of int
        Number of beats over which each speed of the plan is held.
    period : float
        Control period (s): a goal missed over it costs as much as in the therapy's own cost.
    """

    def __init__(self, beats: BeatMap, therapy: Therapy, blocks: Sequence[int], period: float):
        self._period = period
        self._beats, self._therapy = beats, therapy
        self.blocks = tuple(blocks)
        self._block_of = np.repeat(np.arange(len(self.blocks)), self.blocks)
        self._goal_rows = [METRICS.index[goal.signal] for goal in therapy.goals]
        self._limit_rows = [METRICS.index[limit.signal] for limit in therapy.limits]

    def predict(
        self,
        state: Array,
        disturbances: Mapping[str, float],
        plan: Array,
        last_speed: float,
        *,
        slopes: bool = True,
        start: StartDirections | None = None,
    ) -> Prediction:
        """Predict the beats under a plan.

        Parameters
        ----------
        state : ndarray, shape (n_states,)
            At the onset of the first beat.
        disturbances : mapping
            Held over the horizon.
        plan : ndarray, shape (n_blocks,)
            Speeds, rpm.
        last_speed : float
            Speed in force before the plan, rpm.
        slopes : bool
            Whether the derivatives are wanted; without them they are zero.
        start : StartDirections, optional
            Directions from the start by which derivatives are wanted too.
        """
        made = self._sensitivities(state, disturbances, plan, slopes, start)
        return self.assembled(made, plan, last_speed)

    def _sensitivities(
        self,
        state: Array,
        disturbances: Mapping[str, float],
        plan: Array,
        slopes: bool,
        start: StartDirections | None,
    ) -> Sensitivities:
        n, m, q = len(self._block_of), len(self.blocks), 0 if start is None else len(start.state)
        values_of = [self._beats.values(speed, disturbances) for speed in plan]
        metrics = np.empty((n, len(METRICS)))
        # The directions from the start come first, then those of the speeds, as they begin to act.
        sensitivity = np.zeros((n, len(METRICS), q + m))
        d_state = np.zeros((q + m, len(STATES)))
        d_held = np.zeros((q, len(values_of[0])))
        if start is not None:
            d_state[:q], d_held = start.state, start.values
        for k, block in enumerate(self._block_of):
            values = values_of[block]
            if not slopes:
                beat = self._beats.beat(state, values)
            else:
                live = q + block + 1  # Later speeds of the plan have not acted yet.
                d_values = np.zeros((live, len(values)))
                d_values[:q] = d_held
                d_values[q + block, SPEED] = 1.0 / KRPM_PER_RPM
                beat = self._beats.beat(state, values, d_state[:live], d_values)
                d_state[:live] = beat.d_state
                sensitivity[k, :, :live] = beat.d_metrics.T
            state, metrics[k] = beat.state, beat.metrics
        share = float(np.sqrt(self._beats.period(values_of[0]) / self._period))
        return Sensitivities(metrics, sensitivity[..., q:], sensitivity[..., :q], share)

    def assembled(self, made: Sensitivities, plan: Array, last_speed: float) -> Prediction:
        """The prediction for a plan (rpm) whose beats and their slopes are known."""
        metrics, sensitivity, share = made.metrics, made.by_plan, made.share
        m = len(plan)
        weight = np.sqrt(self._therapy.effort_weight)
        moves = np.diff(np.concatenate([[last_speed], plan])) * KRPM_PER_RPM
        residuals, slopes = [weight * moves], [weight * (np.eye(m) - np.eye(m, k=-1))]
        for goal, row in zip(self._therapy.goals, self._goal_rows, strict=True):
            value = metrics[:, row]
            factor = share * goal.residual_slope(value)
            residuals.append(share * goal.residual(value))
            slopes.append(factor[:, None] * sensitivity[:, row, :])
        margins, margin_slopes = self._margins(metrics, sensitivity)
        return Prediction(
            np.concatenate(residuals), np.concatenate(slopes), margins, margin_slopes, metrics, made
        )

    def _margins(self, metrics: Array, sensitivity: Array) -> tuple[Array, Array]:
        """How far each beat lies inside each end of each limit, and its slopes."""
        margins, slopes = [], []
        for limit, row in zip(self._therapy.limits, self._limit_rows, strict=True):
            for end, sign in ((limit.low, 1.0), (limit.high, -1.0)):
                if end is not None:
                    margins.append(sign * (metrics[:, row] - end))
                    slopes.append(sign * sensitivity[:, row, :])
        if not margins:
            return np.empty((len(metrics), 0)), np.empty((len(metrics), 0, sensitivity.shape[2]))
        return np.stack(margins, axis=1), np.stack(slopes, axis=1)
