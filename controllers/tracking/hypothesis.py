"""Two explanations of one patient, weighed against each other: a tight mitral valve, a leaking one.

A valve that leaks when the ventricle is stretched shows nothing while full support keeps it small.
No single normal distribution says that it may be tight for good or leak from some stretch on. So
both are tracked, and each reading moves their weights by its likelihood (interacting multiple
models); what is reported is the mixture.

References
----------
Blom HAP, Bar-Shalom Y (1988) IEEE Trans Automat Contr 33:780.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.filter import (
    Corrector,
    Gaussian,
    Learned,
    Linearised,
    Readings,
    mixed,
    triangular,
)
from controllers.tracking.model import Setting, Told
from controllers.tracking.prediction import Predictor
from plants import PhysicsError

Array = NDArray[np.float64]

#: Probability that the valve leaks when the ventricle is stretched, before anything was measured.
#: Guess: functional regurgitation of some degree in a fifth of failing hearts.
LEAKING = 0.2
# Rate (1/h) at which what is known of the explanations fades towards what was thought before
# anything was measured; it keeps both alive.
_TURNING = 0.005
#: No explanation is given up for good.
LEAST_WEIGHT = 0.002
#: Regurgitant fraction that an echo finds in no tight valve: five times the spread of its noise.
PLAIN_LEAK = 0.25


class Hypothesis:
    """One explanation of a patient.

    Parameters
    ----------
    leaks : bool
        Whether the valve leaks when it is stretched.
    weight : float
        Probability.
    belief : Gaussian
        What is believed of the patient if this is so.
    predictor : Predictor
        What the readings would then be.
    """

    def __init__(self, *, leaks: bool, weight: float, belief: Gaussian, predictor: Predictor):
        self.leaks, self.weight, self.belief, self.predictor = leaks, weight, belief, predictor

    def setting(self, speed: float, told: Told, presumed: str = "") -> Setting:
        """A speed (rpm) and what is told, if this is so.

        Parameters
        ----------
        speed : float
            Speed, rpm.
        told : Told
            What is known.
        presumed : str
            What is told otherwise than it is, in words; "" where nothing is.
        """
        leaks = self.leaks and told.looked
        kind = ("leaking " if leaks else "tight ") + presumed
        return Setting(speed, told if leaks else told.tight(), kind)

    def learn(
        self,
        corrector: Corrector,
        readings: Readings,
        speed: float,
        told: Told,
        suspects: frozenset[str],
    ) -> Learned:
        """Correct the belief by readings at a speed (rpm).

        Where the believed patient has no settled beat nothing is learned.
        """
        setting = self.setting(speed, told)

        def linearise(belief: Gaussian, names: tuple[str, ...]) -> Linearised:
            return self.predictor.readings(belief, names, setting)

        try:
            learned = corrector.learn(self.belief, readings, linearise, suspects)
        except PhysicsError as error:
            return Learned(self.belief, math.nan, 0, -math.inf, reason=str(error))
        space = self.predictor.space
        held = Gaussian(space.held(learned.belief.mean), learned.belief.root)
        self.belief = held.floored(space.least_sd)
        return learned

    def later(self, hours: float) -> Gaussian:
        """The belief some hours from now."""
        return self.predictor.later(self.belief, hours)


def interact(hypotheses: Sequence[Hypothesis], hours: float) -> None:
    """Let each explanation turn into the other with a small probability.

    Where nothing is measured the weights return to those before anything was.
    """
    if hours <= 0.0:
        return
    weights = np.array([one.weight for one in hypotheses])
    prior = np.array([LEAKING if one.leaks else 1.0 - LEAKING for one in hypotheses])
    turned = -math.expm1(-_TURNING * hours)
    joint = turned * prior[None, :] + (1.0 - turned) * np.eye(len(hypotheses))
    joint *= weights[:, None]  # row: before, column: after
    after = joint.sum(axis=0)
    beliefs = [one.belief for one in hypotheses]
    for place, one in enumerate(hypotheses):
        one.belief = mixture(joint[:, place] / after[place], beliefs)
        one.weight = float(after[place])


def mixture(weights: Array, beliefs: Sequence[Gaussian]) -> Gaussian:
    """The normal distribution with the mean and covariance of a mixture."""
    centres = np.array([one.mean for one in beliefs])
    mean, columns = mixed(weights, centres, [one.root for one in beliefs])
    return Gaussian(mean, triangular(columns))


def weigh(hypotheses: Sequence[Hypothesis], learned: Sequence[Learned]) -> None:
    """Move the weights by the likelihoods of the readings."""
    logs = np.array([one.log_likelihood for one in learned])
    if not np.isfinite(logs).any():
        return
    likely = np.exp(logs - logs[np.isfinite(logs)].max())
    weights = np.array([one.weight for one in hypotheses]) * likely
    weights = np.maximum(weights / weights.sum(), LEAST_WEIGHT)
    for one, weight in zip(hypotheses, weights / weights.sum(), strict=True):
        one.weight = float(weight)
