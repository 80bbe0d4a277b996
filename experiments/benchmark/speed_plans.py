"""What speeds that are planned ahead would cost a patient: many plans at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from plants import BatchSimulator, PhysicsError, Plant, Scenario, Simulator, Therapy
from plants.quantities import KRPM_PER_RPM, Array
from plants.simulation import DeathWatch, check_finite

# At most so many lanes side by side, so that memory stays small.
_LANES = 256


@dataclass(frozen=True)
class PlannedCosts:
    """What plans cost.

    Attributes
    ----------
    residuals : ndarray, shape (n_plans, n_residuals)
        Roots of the costs of each period: of each goal, of the change of speed, and of not being
        alive. Their squares sum to ``costs``.
    costs : ndarray, shape (n_plans,)
        Mean over the control periods: the ``therapy_cost`` of a trial.
    """

    residuals: Array
    costs: Array


@dataclass(frozen=True)
class PlannedTrial:
    """A trial whose speeds are planned ahead.

    Parameters
    ----------
    plant : Plant
        The true patient, on the pump.
    scenario : Scenario
        What happens.
    therapy : Therapy
        What is wanted, in the patient's own numbers.
    start_speed : float
        Speed (rpm) whose steady state the trial starts from.
    periods : int
        Control periods whose end is judged.
    period : float
        Their length, s.
    simulator : callable, optional
        Makes a simulator of the trial where lanes cannot carry it, in an irregular rhythm.
    """

    plant: Plant
    scenario: Scenario
    therapy: Therapy
    start_speed: float
    periods: int
    period: float
    simulator: Callable[[], Simulator] | None = None

    def costs(self, plans: Array) -> PlannedCosts:
        """What plans cost.

        Parameters
        ----------
        plans : ndarray, shape (n_plans, periods)
            Speed in each control period, rpm.

        Raises
        ------
        PhysicsError
            There is no steady state to start from.
        """
        run = self._in_lanes if self.simulator is None else self._one_by_one
        parts = [run(plans[k : k + _LANES]) for k in range(0, len(plans), _LANES)]
        signals = {name: np.concatenate([part[name] for part in parts]) for name in self._names}
        return self._judged(plans, signals)

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.therapy.signals, self.therapy.death.signal)))

    def _in_lanes(self, plans: Array) -> dict[str, Array]:
        """The signals at the begin and the end of each period, by name: (n_plans, periods + 1)."""
        count = len(plans)
        batch = BatchSimulator([self.plant] * count, self.scenario)
        batch.reset(speeds=self.start_speed)
        batch.raise_failures()
        rows = [batch.metric_matrix(self._names)]
        for k in range(self.periods):
            batch.advance(plans[:, k], self.period)
            rows.append(batch.metric_matrix(self._names))
        seen = np.stack(rows, axis=-1)
        return dict(zip(self._names, seen, strict=True))

    def _one_by_one(self, plans: Array) -> dict[str, Array]:
        assert self.simulator is not None
        seen = np.full((len(self._names), len(plans), self.periods + 1), np.nan)
        for row, plan in enumerate(plans):
            simulator = self.simulator()
            simulator.reset(speed=self.start_speed)
            for k in range(self.periods + 1):
                metrics = simulator.metrics()
                seen[:, row, k] = [metrics[name] for name in self._names]
                try:
                    check_finite(metrics, f"{simulator.time:.3f} s")
                    if k < self.periods:
                        simulator.advance(float(plan[k]), self.period)
                except PhysicsError:
                    seen[:, row, k + 1 :] = np.nan
                    break
        return dict(zip(self._names, seen, strict=True))

    def _judged(self, plans: Array, signals: dict[str, Array]) -> PlannedCosts:
        therapy, planned = self.therapy, self.periods
        lived = self._lived(signals)
        before = np.concatenate([np.full((len(plans), 1), self.start_speed), plans[:, :-1]], axis=1)
        change = (plans - before) * KRPM_PER_RPM
        parts = []
        for goal in therapy.goals:
            # Of who is lost nothing is judged any more: any number in the range will do.
            within = goal.high if goal.low is None else goal.low
            value = np.where(lived, signals[goal.signal][:, 1:], np.float64(within or 0.0))
            parts.append(goal.residual(value))
        parts.append(np.where(lived, therapy.effort_weight**0.5 * change, 0.0))
        parts.append(np.where(lived, 0.0, therapy.death.cost**0.5))
        residuals = np.concatenate(parts, axis=1) / planned**0.5
        return PlannedCosts(residuals, np.sum(residuals**2, axis=1))

    def _lived(self, signals: dict[str, Array]) -> Array:
        """Which periods have been lived to their end, shape (n_plans, periods)."""
        death = self.therapy.death
        finite = np.all([np.isfinite(values) for values in signals.values()], axis=0)
        watch = DeathWatch(death, len(finite))
        alive, lived = finite[:, 0], np.zeros((len(finite), self.periods), bool)
        for k in range(self.periods):
            alive = alive & ~watch.died({death.signal: signals[death.signal][:, k]}, self.period)
            lived[:, k] = alive & finite[:, k + 1]
            alive = alive & finite[:, k + 1]
        return lived
