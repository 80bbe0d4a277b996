"""A row of the speed study, and how contestants take turns.

Every comparison interleaves its contestants in one process: a machine that slows down for a while
slows them all. What counts is the processor's time, which other programs on the machine do not add
to. Ratios travel between machines, seconds do not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from plants.compile import BuildError
from plants.quantities import Array

#: Unit of most rates.
SIMULATED = "simulated s per CPU s"
_TICK = 1e-6  # s: the processor's clock may not have moved


@dataclass(frozen=True)
class SpeedRow:
    """One comparison, or one number.

    Attributes
    ----------
    part : str
        Part of the study.
    work : str
        What is done, and against whom.
    ours, other : float or None
        In `unit`; medians, and of rates more is better. None where it could not be measured, or
        where there is nothing to compare with.
    ratio : float or None
        Ours over the other's: of rates, how many times faster.
    ratio_low, ratio_high : float or None
        Smallest and largest ratio of a turn.
    unit : str
        Unit of ours and the other.
    target : str
        What is aimed at, such as ``"ratio >= 7"``; empty where nothing is.
    met : bool or None
        Whether it is reached; None without a target or a measurement.
    ours_by, other_by : str
        How each does it.
    ours_error, other_error : float or None
        Largest relative error at the end, where there is one.
    note : str
        What else must be known: why a number is missing, for example.
    target_ratio : float or None
        The ratio aimed at, where it is a ratio.
    """

    part: str
    work: str
    ours: float | None
    other: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    unit: str = ""
    target: str = ""
    met: bool | None = None
    ours_by: str = ""
    other_by: str = ""
    ours_error: float | None = None
    other_error: float | None = None
    note: str = ""
    target_ratio: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the target is met, in a word; empty without one."""
        if not self.target:
            return ""
        return {True: "met", False: "not met", None: "not measured"}[self.met]

    def with_target(
        self, what: Literal["ratio", "ours"], sign: Literal[">=", "<="], at: float
    ) -> SpeedRow:
        """The row with a target and whether it is met."""
        value = self.ratio if what == "ratio" else self.ours
        name = "ratio" if what == "ratio" else ""
        text = f"{name} {sign} {at:g}{'' if name or not self.unit else ' ' + self.unit}".strip()
        met = None if value is None else bool(value >= at if sign == ">=" else value <= at)
        return replace(self, target=text, met=met, target_ratio=at if name else None)


class Contestant(NamedTuple):
    """A way to do the work: what is called, how much of the work that does, and how."""

    run: Callable[[], object]
    amount: float
    by: str


def interleaved(contestants: Sequence[Callable[[], object]], repeats: int) -> Array:
    """Processor seconds that each contestant takes, run in turns.

    Parameters
    ----------
    contestants : sequence of callable
        Each does its work once; a first turn is not counted.
    repeats : int
        Turns.

    Returns
    -------
    ndarray, shape (repeats, n_contestants)

    Examples
    --------
    >>> from experiments.speed.row import interleaved
    >>> interleaved([lambda: None, lambda: None], repeats=3).shape
    (3, 2)
    """
    seconds = np.empty((repeats + 1, len(contestants)))
    for turn in range(repeats + 1):
        for k, work in enumerate(contestants):
            began = time.process_time()
            work()
            seconds[turn, k] = time.process_time() - began
    return seconds[1:]


def rates_of(
    contestants: Sequence[Callable[[], object]], amounts: Sequence[float], repeats: int
) -> Array:
    """Rates at which contestants do their work, run in turns.

    Parameters
    ----------
    contestants : sequence of callable
        Each does its work once.
    amounts : sequence of float
        How much work that is.
    repeats : int
        Turns.
    """
    return np.asarray(amounts) / np.maximum(interleaved(contestants, repeats), _TICK)


def compared_row(
    part: str, work: str, ours: Array, other: Array, *, unit: str, ours_by: str, other_by: str
) -> SpeedRow:
    """A row from the rates of two contestants in the same turns.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.speed.row import compared_row
    >>> row = compared_row("one", "a course", np.array([6.0, 9.0]), np.array([2.0, 2.0]),
    ...                unit="1/s", ours_by="C", other_by="Python")
    >>> row.ratio, row.ratio_low, row.ratio_high
    (3.75, 3.0, 4.5)
    """
    mine, theirs = float(np.median(ours)), float(np.median(other))
    ratios = ours / other
    return SpeedRow(
        part,
        work,
        mine,
        theirs,
        mine / theirs,
        float(ratios.min()),
        float(ratios.max()),
        unit=unit,
        ours_by=ours_by,
        other_by=other_by,
    )


def in_turns(
    part: str,
    work: str,
    ours: Contestant,
    other: Contestant,
    repeats: int,
    *,
    unit: str = SIMULATED,
    target: float | None = None,
) -> SpeedRow:
    """A row from two contestants that take turns; `target` is the ratio aimed at."""
    rates = rates_of([ours.run, other.run], [ours.amount, other.amount], repeats)
    row = compared_row(part, work, *rates.T, unit=unit, ours_by=ours.by, other_by=other.by)
    return row if target is None else row.with_target("ratio", ">=", target)


def median_rate(contestant: Contestant, repeats: int) -> float:
    """Rate of one that runs alone."""
    return float(np.median(rates_of([contestant.run], [contestant.amount], repeats)))


def why_missing(error: Exception) -> str:
    """Why a contestant could not take part."""
    if isinstance(error, ImportError):
        return f"not installed: {error}"
    if isinstance(error, BuildError):
        return f"cannot be built: {error}"
    return f"fails here: {type(error).__name__}: {error}"
