"""What is done for a command before its measurement comes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from controllers.nmpc.estimator import BeatEstimator
from controllers.nmpc.horizon import Horizon, Prediction
from plants.quantities import KRPM_PER_RPM, Array


@dataclass(frozen=True)
class Preparation:
    """A horizon linearised from a state ahead, for the measurement that will come.

    Attributes
    ----------
    plan : ndarray, shape (n_blocks,)
        Speeds, krpm.
    state, log_factors : ndarray
        From where it was linearised.
    prediction : Prediction
        With slopes by the plan and by the start.
    milliseconds : float
        Wall time it took.

    References
    ----------
    Diehl M et al. (2002) J Process Control 12:577 (initial value embedding).
    """

    plan: Array
    state: Array
    log_factors: Array
    prediction: Prediction
    milliseconds: float

    def moved(self, estimator: BeatEstimator, horizon: Horizon, speed: float) -> Prediction:
        """The prediction from what is estimated now, by the slopes.

        Parameters
        ----------
        estimator : BeatEstimator
            With the measurement taken in.
        horizon : Horizon
            Of which this is a prediction.
        speed : float
            Speed in force before the plan, rpm.
        """
        made = self.prediction.sensitivities
        if made is None:
            return self.prediction
        amounts = estimator.amounts(self.state, self.log_factors)
        with np.errstate(all="ignore"):
            return horizon.assembled(made.moved(amounts), self.plan / KRPM_PER_RPM, speed)
