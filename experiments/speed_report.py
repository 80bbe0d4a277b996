"""What the speed study shows: a figure, and rows in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.figures.style import COLORS, new_figure, plain
from experiments.output import number
from experiments.speed import SpeedRow

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def short_name(row: SpeedRow) -> str:
    """What a row compares with, for narrow places."""
    work, _, against = row.work.rpartition(", against ")
    return f"{against}, {work[17:]}" if work.startswith("periodic beat of ") else against


def in_words(row: SpeedRow) -> str:
    """A row as a sentence."""
    errors = ""
    if row.ours_error is not None and row.other_error is not None:
        errors = f"; errors {row.ours_error:.1e} and {row.other_error:.1e}"
    return (
        f"{row.work}: {row.ratio:.2g} times as fast ({row.ours:.0f} and {row.other:.0f} "
        f"{row.unit}{errors}); ours: {row.ours_by}; other: {row.other_by}."
    )


def speed_figure(rows: Sequence[SpeedRow]) -> Figure:
    """How many times faster, a bar for each comparison."""
    figure = new_figure(8.5, 0.9 + 0.5 * len(rows))
    axes = plain(figure.add_subplot())
    places = np.arange(len(rows))[::-1]
    ratios = [row.ratio for row in rows]
    axes.barh(places, np.subtract(ratios, 1.0), left=1.0, color=COLORS[0], height=0.6)
    for place, row in zip(places, rows, strict=True):
        text = (
            f" {number(row.ratio)} x  ({number(row.ours)} against {number(row.other)} {row.unit})"
        )
        axes.text(max(row.ratio, 1.0), place, text, va="center", fontsize="small")
    axes.set_yticks(places, [short_name(row) for row in rows])
    axes.set_xscale("log")
    axes.set_xlim(0.5 * min(1.0, *ratios), 60 * max(ratios))
    axes.axvline(1.0, color="black", linewidth=0.8)
    axes.set_xlabel("Times faster than the other [1]")
    axes.set_title("Speed on one core, medians of interleaved runs", loc="left", fontsize="medium")
    axes.grid(visible=False, axis="y")
    return figure
