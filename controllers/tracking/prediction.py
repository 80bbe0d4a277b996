"""From the estimate of a patient to the readings that it predicts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from controllers.tracking.filter import (
    Gaussian,
    Linearised,
    PredictedOutputs,
    SigmaPointRegression,
    output_rows,
    sigma_points,
    triangular,
)
from controllers.tracking.model import (
    N_PATIENT,
    REMEMBERED,
    OperatingCondition,
    StateSpace,
    SteadyStateBeats,
    SteadyStateOutputs,
)
from plants import METRICS, PhysicsError
from plants.quantities import FailureKind

_FRACTION = METRICS.index["mitral_regurgitant_fraction"]


class Predictor:
    """Predicts readings of the nominal patient.

    Parameters
    ----------
    beats : SteadyStateBeats
        The nominal patient's beats.
    space : StateSpace
        What is estimated.

    Attributes
    ----------
    regressions : int
        How often sigma points were asked; what a prediction costs.
    """

    def __init__(self, beats: SteadyStateBeats, space: StateSpace):
        self.beats, self.space = beats, space
        self.regressions = 0
        self._regressions: dict[tuple[float, str, bool], SigmaPointRegression] = {}

    def outputs(
        self,
        estimates: Sequence[Gaussian],
        conditions: Sequence[OperatingCondition],
        *,
        exact: bool = False,
        read: bool = False,
    ) -> list[PredictedOutputs]:
        """Outputs of steady-state beats, with their spread.

        Parameters
        ----------
        estimates : sequence of Gaussian
            One for each setting.
        conditions : sequence of OperatingCondition
            Speeds and known inputs of the beats.
        exact : bool
            Whether all sigma points are asked, even where kept slopes hold.
        read : bool
            Whether it is for an update by readings: before them estimates are wider than after,
            so that the regressions of both are kept.
        """
        steady = self.prepare(estimates, conditions)
        values, reasons = steady.values[:, 0], steady.reasons
        lacking = []
        for index, (estimate, condition) in enumerate(zip(estimates, conditions, strict=True)):
            kept = self._regressions.get((*condition.key, read))
            fits = kept is not None and not exact and kept.holds_for(estimate, values[index])
            if not reasons[index] and not fits:
                lacking.append(index)
        if lacking:
            self._fit_regressions(lacking, estimates, conditions, steady, read=read)
        return [
            PredictedOutputs.missing(reason)
            if reason
            else self._regressions[*condition.key, read].outputs_for(estimate, value)
            for estimate, condition, value, reason in zip(
                estimates, conditions, values, reasons, strict=True
            )
        ]

    def prepare(
        self, estimates: Sequence[Gaussian], conditions: Sequence[OperatingCondition]
    ) -> SteadyStateOutputs:
        """Find the beats of the centres side by side, which is cheaper than one by one."""
        centres = np.array(
            [self.space.clipped(estimate.mean)[:N_PATIENT] for estimate in estimates]
        )
        return self.beats.centres(centres, conditions)

    def leaking_fraction(
        self, estimate: Gaussian, condition: OperatingCondition, leak: float
    ) -> float:
        """Regurgitant fraction of the beat that a leak (mL/s/mmHg) comes to, of the estimate.

        Raises
        ------
        PhysicsError
            There is no such beat at the setting.
        """
        point = self.space.clipped(estimate.mean)[:N_PATIENT]
        fraction = float(self.beats.leaking_beat(point, condition, leak)[_FRACTION])
        return min(max(fraction, 0.0), 1.0)

    def _fit_regressions(
        self,
        at: Sequence[int],
        estimates: Sequence[Gaussian],
        conditions: Sequence[OperatingCondition],
        steady: SteadyStateOutputs,
        *,
        read: bool,
    ) -> None:
        """Ask the sigma points about some of the centres, whose beats are known.

        The root is triangular: its later columns move the trend and the biases only.
        """
        points = np.array(
            [self.space.clipped(sigma_points(estimates[index], N_PATIENT)[1:]) for index in at]
        )
        around = self.beats.around(points[:, :, :N_PATIENT], [conditions[index] for index in at])
        for row, index in enumerate(at):
            values = np.concatenate([steady.values[index], around.values[row]])
            share = float(np.append(around.exact[row], steady.exact[index]).mean())
            key = (*conditions[index].key, read)
            self._regressions.pop(key, None)
            self._regressions[key] = SigmaPointRegression.fit(estimates[index], values, share)
        self.regressions += len(at)
        # A call's own regressions are still needed.
        for key in list(self._regressions)[: -(REMEMBERED + len(at))]:
            del self._regressions[key]

    def predicted(self, estimate: Gaussian, hours: float, excess: float = 1.0) -> Gaussian:
        """The estimate some hours later.

        Parameters
        ----------
        estimate : Gaussian
            Now.
        hours : float
            How long.
        excess : float
            Factor on the variance of the random walks.
        """
        if hours == 0.0:
            return Gaussian(estimate.mean.copy(), estimate.root)
        moved = self.space.transition(hours)
        process_noise = self.space.process_noise(hours, math.sqrt(excess))
        columns = np.concatenate([moved @ estimate.root, process_noise], axis=1)
        return Gaussian(self.space.clipped(moved @ estimate.mean), triangular(columns))

    def readings(
        self, estimate: Gaussian, names: Sequence[str], condition: OperatingCondition
    ) -> Linearised:
        """The readings of some signals about an estimate.

        Raises
        ------
        PhysicsError
            The nominal patient has no steady-state beat.
        """
        (outputs,) = self.outputs([estimate], [condition], read=True)
        if outputs.reason:
            raise PhysicsError(outputs.reason, kind=FailureKind.NO_PERIODIC_BEAT)
        rows = output_rows(names)
        value, slope = outputs.value[rows], np.zeros((len(names), len(estimate.mean)))
        slope[:, :N_PATIENT] = outputs.slope[rows]
        for row, name in enumerate(names):
            index = self.space.index.get(f"{name}_bias")
            if index is not None:
                slope[row, index] += 1.0
                value[row] += estimate.mean[index]
        return Linearised(estimate.mean, value, slope, outputs.rest[rows])
