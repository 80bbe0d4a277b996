"""How many rows of the validation lie within their bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from experiments.validation import MISS, Row


class Tally(NamedTuple):
    """How many of some rows lie within their bands."""

    held: int
    of: int

    @property
    def share(self) -> float:
        """The share; 0 of no rows is 0."""
        return self.held / self.of if self.of else 0.0


def tally(rows: Sequence[Row]) -> Tally:
    """Count rows.

    Examples
    --------
    >>> from experiments.credibility.tally import tally
    >>> tally([]).share
    0.0
    """
    return Tally(sum(row.verdict != MISS for row in rows), len(rows))
