"""Two hypotheses on one patient, weighed by the readings: a tight mitral valve, a leaking one.

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
from collections.abc import Iterator, Sequence

import numpy as np

from controllers.tracking.filter import (
    Corrector,
    Gaussian,
    Linearised,
    MeasurementUpdate,
    Readings,
    mixture_moments,
    triangular,
)
from controllers.tracking.model import KnownInputs, OperatingCondition
from controllers.tracking.prediction import Predictor
from plants import PhysicsError
from plants.quantities import Array

#: Probability that the valve leaks when the ventricle is stretched, before anything was measured.
#: Guess: functional regurgitation of some degree in a fifth of failing hearts.
PRIOR_LEAK_PROBABILITY = 0.2
# Rate (1/h) at which what is known of the hypotheses fades towards what was thought before
# anything was measured; it keeps both alive.
_TRANSITION_RATE = 0.005
#: No hypothesis is given up for good.
MIN_WEIGHT = 0.002
#: Regurgitant fraction that an echo finds in no tight valve: five times the spread of its noise.
CERTAIN_LEAK_FRACTION = 0.25
# A hypothesis less probable than this is not asked for forecasts.
_UNLIKELY = 0.02


def prior_weight(*, leaks: bool) -> float:
    """Probability of a hypothesis before anything was measured."""
    return PRIOR_LEAK_PROBABILITY if leaks else 1.0 - PRIOR_LEAK_PROBABILITY


class Hypothesis:
    """One hypothesis on a patient.

    Parameters
    ----------
    leaks : bool
        Whether the valve leaks when it is stretched.
    weight : float
        Probability.
    estimate : Gaussian
        Estimate of the patient under the hypothesis.
    predictor : Predictor
        What the readings would then be.

    Attributes
    ----------
    contradicted : bool
        Whether no patient explained the last readings, or none had a beat.
    """

    def __init__(self, *, leaks: bool, weight: float, estimate: Gaussian, predictor: Predictor):
        self.leaks, self.weight, self.estimate, self.predictor = leaks, weight, estimate, predictor
        self.contradicted = False

    def condition(
        self, speed: float, inputs: KnownInputs, assumed_doses: str = ""
    ) -> OperatingCondition:
        """A speed (rpm) and the known inputs, under the hypothesis.

        Parameters
        ----------
        speed : float
            Speed, rpm.
        inputs : KnownInputs
            What is known.
        assumed_doses : str
            What is assumed otherwise than it is, in words; "" where nothing is.
        """
        leaks = self.leaks and inputs.stretch_known
        kind = ("leaking " if leaks else "tight ") + assumed_doses
        return OperatingCondition(speed, inputs if leaks else inputs.without_leak(), kind)

    def update(
        self,
        corrector: Corrector,
        readings: Readings,
        speed: float,
        inputs: KnownInputs,
        rejected_before: frozenset[str],
    ) -> MeasurementUpdate:
        """Correct the estimate by readings at a speed (rpm).

        Where the nominal patient has no steady-state beat nothing is learned.
        """
        condition = self.condition(speed, inputs)

        def linearise(estimate: Gaussian, names: tuple[str, ...]) -> Linearised:
            return self.predictor.readings(estimate, names, condition)

        try:
            updated = corrector.update(
                self.estimate,
                readings,
                linearise,
                rejected_before,
                contradicted_before=self.contradicted,
            )
        except PhysicsError as error:
            self.contradicted = True
            return MeasurementUpdate(self.estimate, math.nan, 0, -math.inf, reason=str(error))
        self.contradicted = bool(updated.reason)
        space = self.predictor.space
        held = Gaussian(space.clipped(updated.estimate.mean), updated.estimate.root)
        self.estimate = held.floored(space.min_sd)
        return updated


def mix(hypotheses: Sequence[Hypothesis], hours: float) -> None:
    """Mix the hypotheses: each turns into the other with a small probability.

    Where nothing is measured the weights return to those before anything was.
    """
    if hours <= 0.0:
        return
    weights = np.array([hypothesis.weight for hypothesis in hypotheses])
    prior = np.array([prior_weight(leaks=hypothesis.leaks) for hypothesis in hypotheses])
    transition = -math.expm1(-_TRANSITION_RATE * hours)
    joint = transition * prior[None, :] + (1.0 - transition) * np.eye(len(hypotheses))
    joint *= weights[:, None]  # row: before, column: after
    after = joint.sum(axis=0)
    estimates = [hypothesis.estimate for hypothesis in hypotheses]
    for index, hypothesis in enumerate(hypotheses):
        hypothesis.estimate = mixture(joint[:, index] / after[index], estimates)
        hypothesis.weight = float(after[index])


def mixture(weights: Array, estimates: Sequence[Gaussian]) -> Gaussian:
    """The normal distribution with the mean and covariance of a mixture."""
    centres = np.array([estimate.mean for estimate in estimates])
    mean, columns = mixture_moments(weights, centres, [estimate.root for estimate in estimates])
    return Gaussian(mean, triangular(columns))


def update_weights(hypotheses: Sequence[Hypothesis], updated: Sequence[MeasurementUpdate]) -> None:
    """Move the weights by the likelihoods of the readings."""
    logs = np.array([update.log_likelihood for update in updated])
    if not np.isfinite(logs).any():
        return
    likely = np.exp(logs - logs[np.isfinite(logs)].max())
    weights = np.array([hypothesis.weight for hypothesis in hypotheses]) * likely
    weights = np.maximum(weights / weights.sum(), MIN_WEIGHT)
    for hypothesis, weight in zip(hypotheses, weights / weights.sum(), strict=True):
        hypothesis.weight = float(weight)


class ValveHypotheses:
    """Both hypotheses, their weights, and whether a leak was seen.

    Parameters
    ----------
    prior : Gaussian
        State estimate before anything was measured, the same under both.
    predictor : Predictor
        What the readings would be.

    Attributes
    ----------
    tight, leaking : Hypothesis
        The valve is tight for good, or leaks beyond a stretch.
    """

    def __init__(self, prior: Gaussian, predictor: Predictor):
        self.tight, self.leaking = (
            Hypothesis(
                leaks=leaks, weight=prior_weight(leaks=leaks), estimate=prior, predictor=predictor
            )
            for leaks in (False, True)
        )
        self._both = (self.tight, self.leaking)
        self._leak_seen = False

    def __iter__(self) -> Iterator[Hypothesis]:
        return iter(self._both)

    @property
    def likely(self) -> tuple[Hypothesis, ...]:
        """Those that are likely enough to be asked."""
        return tuple(hypothesis for hypothesis in self._both if hypothesis.weight > _UNLIKELY)

    def mix(self, hours: float) -> None:
        """Let each turn into the other over some hours, unless a leak was seen."""
        if not self._leak_seen:
            mix(self._both, hours)

    def update_weights(self, fraction: float, updates: Sequence[MeasurementUpdate]) -> None:
        """Weigh the hypotheses by their updates.

        Parameters
        ----------
        fraction : float
            Mitral regurgitant fraction that an echo found; NaN where there was none.
        updates : sequence of MeasurementUpdate
            One for each hypothesis.
        """
        self._leak_seen = self._leak_seen or fraction >= CERTAIN_LEAK_FRACTION
        if self._leak_seen:
            # A valve that was seen to leak is not tight for good, however tight it is now.
            self.tight.weight, self.leaking.weight = MIN_WEIGHT, 1.0 - MIN_WEIGHT
        elif not all(update.jumped for update in updates):
            # What no hypothesis predicted tells nothing of the valve: the patient has changed.
            update_weights(self._both, updates)
