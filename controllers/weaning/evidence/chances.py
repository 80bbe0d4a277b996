"""Chances of criteria by what is believed, and beliefs between two others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from controllers.tracking.filter import Belief
from controllers.weaning.criterion import Criterion
from controllers.weaning.evidence.tracker import Beliefs


def joint_chance(criteria: Iterable[Criterion], beliefs: Beliefs | None) -> float:
    """A lower bound (Boole) of the probability that all criteria hold at once.

    Beliefs that weigh several explanations of the patient are asked explanation by explanation.

    Examples
    --------
    >>> from controllers.tracking.filter import Belief
    >>> from controllers import Criterion
    >>> from controllers.weaning.evidence import joint_chance
    >>> beliefs = {"map": Belief("map", "mmHg", 70.0, 2.0)}
    >>> round(joint_chance([Criterion("map", low=66.71)], beliefs), 3)
    0.95
    """
    if beliefs is None:
        return 0.0
    needed = tuple(criteria)
    explanations = getattr(beliefs, "explanations", ()) or ((1.0, beliefs),)
    return sum(weight * _lower_bound(needed, explained) for weight, explained in explanations)


def _lower_bound(needed: Sequence[Criterion], beliefs: Beliefs) -> float:
    missed = 0.0
    for criterion in needed:
        belief = beliefs[criterion.signal]
        holds = belief.probability(low=criterion.low, high=criterion.high)
        missed += 1.0 - holds if math.isfinite(holds) else 1.0
    return max(1.0 - missed, 0.0)


class InterpolatedBeliefs(dict[str, Belief]):
    """Beliefs between two others, explanation by explanation.

    Attributes
    ----------
    explanations : tuple of (float, Mapping of str to Belief)
        Each explanation with its probability; empty where there is but one.
    """

    explanations: tuple[tuple[float, Beliefs], ...] = ()


def interpolated(lower: Beliefs, upper: Beliefs, share: float) -> InterpolatedBeliefs:
    """Beliefs at a share of the way from one to another; spreads as if they move together."""

    def mix(a: float, b: float) -> float:
        return (1.0 - share) * a + share * b

    beliefs = InterpolatedBeliefs(
        (
            name,
            Belief(
                name,
                belief.unit,
                mix(lower[name].centre, belief.centre),
                mix(lower[name].spread, belief.spread),
                low=belief.low,
                high=belief.high,
            ),
        )
        for name, belief in upper.items()
    )
    first, last = (getattr(end, "explanations", ()) for end in (lower, upper))
    if len(first) == len(last) > 1:
        beliefs.explanations = tuple(
            (weight, interpolated(explained, other, share))
            for (weight, explained), (_, other) in zip(first, last, strict=True)
        )
    return beliefs
