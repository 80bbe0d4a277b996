"""Chances of criteria by what is estimated, and estimates between two others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from controllers.tracking.filter import Estimate
from controllers.weaning.criterion import Criterion
from controllers.weaning.evidence.tracker import Estimates


def joint_chance(criteria: Iterable[Criterion], estimates: Estimates | None) -> float:
    """A lower bound (Boole) of the probability that all criteria hold at once.

    Estimates that weigh several explanations of the patient are asked explanation by explanation.

    Examples
    --------
    >>> from controllers.tracking.filter import Estimate
    >>> from controllers import Criterion
    >>> from controllers.weaning.evidence import joint_chance
    >>> estimates = {"map": Estimate("map", "mmHg", 70.0, 2.0)}
    >>> round(joint_chance([Criterion("map", low=66.71)], estimates), 3)
    0.95
    """
    if estimates is None:
        return 0.0
    needed = tuple(criteria)
    explanations = getattr(estimates, "explanations", ()) or ((1.0, estimates),)
    return sum(weight * _lower_bound(needed, explained) for weight, explained in explanations)


def _lower_bound(needed: Sequence[Criterion], estimates: Estimates) -> float:
    missed = 0.0
    for criterion in needed:
        estimate = estimates[criterion.signal]
        holds = estimate.probability(low=criterion.low, high=criterion.high)
        missed += 1.0 - holds if math.isfinite(holds) else 1.0
    return max(1.0 - missed, 0.0)


class InterpolatedEstimates(dict[str, Estimate]):
    """Estimates between two others, explanation by explanation.

    Attributes
    ----------
    explanations : tuple of (float, Mapping of str to Estimate)
        Each explanation with its probability; empty where there is but one.
    """

    explanations: tuple[tuple[float, Estimates], ...] = ()


def interpolated(lower: Estimates, upper: Estimates, share: float) -> InterpolatedEstimates:
    """Estimates at a share of the way from one to another; spreads as if they move together."""

    def mix(a: float, b: float) -> float:
        return (1.0 - share) * a + share * b

    estimates = InterpolatedEstimates(
        (
            name,
            Estimate(
                name,
                estimate.unit,
                mix(lower[name].centre, estimate.centre),
                mix(lower[name].spread, estimate.spread),
                low=estimate.low,
                high=estimate.high,
            ),
        )
        for name, estimate in upper.items()
    )
    first, last = (getattr(end, "explanations", ()) for end in (lower, upper))
    if len(first) == len(last) > 1:
        estimates.explanations = tuple(
            (weight, interpolated(explained, other, share))
            for (weight, explained), (_, other) in zip(first, last, strict=True)
        )
    return estimates
