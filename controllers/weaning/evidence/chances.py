"""Chances of criteria by what is estimated, and estimates between two others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from controllers.tracking.filter import Estimate
from controllers.weaning.criterion import Criterion
from controllers.weaning.evidence.tracker import Estimates


def joint_probability(criteria: Iterable[Criterion], estimates: Estimates | None) -> float:
    """A lower bound (Boole) of the probability that all criteria hold at once.

    Estimates that weigh several explanations of the patient are asked explanation by explanation.

    Examples
    --------
    >>> from controllers.tracking.filter import Estimate
    >>> from controllers import Criterion
    >>> from controllers.weaning.evidence import ExplainedEstimates, joint_probability
    >>> estimates = ExplainedEstimates({"map": Estimate("map", "mmHg", 70.0, 2.0)})
    >>> round(joint_probability([Criterion("map", low=66.71)], estimates), 3)
    0.95
    """
    if estimates is None:
        return 0.0
    needed = tuple(criteria)
    return sum(weight * _lower_bound(needed, part) for weight, part in estimates.explanations)


def _lower_bound(needed: Sequence[Criterion], estimates: Estimates) -> float:
    missed = 0.0
    for criterion in needed:
        estimate = estimates[criterion.signal]
        holds = estimate.probability(low=criterion.low, high=criterion.high)
        missed += 1.0 - holds if math.isfinite(holds) else 1.0
    return max(1.0 - missed, 0.0)


class ExplainedEstimates(dict[str, Estimate]):
    """Estimates by name, with the explanations that they weigh.

    Parameters
    ----------
    estimates : Mapping of str to Estimate
        By name.
    explanations : sequence of (float, Estimates)
        Each explanation with its probability; none where there is but one.
    """

    def __init__(
        self,
        estimates: Mapping[str, Estimate],
        explanations: Sequence[tuple[float, Estimates]] = (),
    ):
        super().__init__(estimates)
        self.explanations = tuple(explanations) or ((1.0, self),)


def interpolated(lower: Estimates, upper: Estimates, share: float) -> ExplainedEstimates:
    """Estimates at a share of the way from one to another; spreads as if they move together."""

    def mix(a: float, b: float) -> float:
        return (1.0 - share) * a + share * b

    estimates = {
        name: replace(
            estimate,
            centre=mix(lower[name].centre, estimate.centre),
            spread=mix(lower[name].spread, estimate.spread),
        )
        for name, estimate in upper.items()
    }
    first, last = lower.explanations, upper.explanations
    if not len(first) == len(last) > 1:
        return ExplainedEstimates(estimates)
    pairs = zip(first, last, strict=True)
    parts = [(weight, interpolated(part, other, share)) for (weight, part), (_, other) in pairs]
    return ExplainedEstimates(estimates, parts)
