"""Parts that the figures of weaning share: titles, limits, numbers of decisions, text beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from experiments.figures import Axes, Figure
from experiments.weaning.course.labels import merge_close_labels

#: Size of small text, points, and of a character and a line of it, inches.
SMALL, CHARACTER, LINE = 8.0, 0.062, 0.152
#: Shares of the columns for time and for decisions; width of the time axis, inches, roughly.
SHARES, TIMES_WIDTH = (7.6, 4.4), 6.6
#: Color of what is after the removal of the pump.
AFTER_EXPLANT_COLOR = "#f7f7f7"
_COLUMN = 60  # characters of a line of the decisions
_LIMIT = "#8a8a8a"
#: A legend above the panel, at its right.
LEGEND: dict[str, Any] = {
    "loc": "lower right",
    "bbox_to_anchor": (1.0, 1.0),
    "ncols": 6,
    "frameon": False,
    "fontsize": SMALL - 0.5,
    "handlelength": 1.2,
    "columnspacing": 0.9,
    "handletextpad": 0.4,
    "borderaxespad": 0.0,
    "borderpad": 0.1,
}


def titled(axes: Axes, text: str) -> None:
    """The panel's quantity, above it at the left."""
    axes.set_title(text, loc="left", fontsize=SMALL, pad=3)


def stacked_panels(
    figure: Figure,
    panels: Sequence[tuple[float, Callable[[Axes], None]]],
    *,
    over_time: Callable[[Axes], None],
    end: float,
    unit: str,
) -> Axes:
    """Panels over one another that share the time on support; gives the axes beside them.

    Parameters
    ----------
    figure : Figure
        Takes them up.
    panels : sequence of (float, callable)
        Height, and what draws into the axes.
    over_time : callable
        Draws what all panels show.
    end : float
        Of the time axis.
    unit : str
        Of time.
    """
    grid = figure.add_gridspec(
        len(panels), 2, width_ratios=SHARES, height_ratios=[height for height, _ in panels]
    )
    first: Axes | None = None
    for place, (_, draw) in enumerate(panels):
        axes = figure.add_subplot(grid[place, 0], sharex=first)
        first = first or axes
        draw(axes)
        over_time(axes)
        axes.tick_params(labelsize=SMALL)
        if place < len(panels) - 1:
            axes.tick_params(labelbottom=False)
    axes.set(xlabel=f"Time on support [{unit}]", xlim=(0.0, end))
    return figure.add_subplot(grid[:, 1])


def limit_line(
    axes: Axes, value: float, text: str, va: str = "center_baseline", color: str = _LIMIT
) -> None:
    """A limit, always within the panel, and its name beside it."""
    low, high = axes.get_ylim()
    margin = 0.1 * (high - low)
    axes.set_ylim(min(low, value - margin), max(high, value + margin))
    axes.axhline(value, color=color, linewidth=1.0, linestyle="--", zorder=1.5)
    axes.annotate(
        f"{value:g} {text}",
        (1.0, value),
        xycoords=("axes fraction", "data"),
        xytext=(3, 0),
        textcoords="offset points",
        va=va,
        fontsize=SMALL - 1,
        color=color,
        annotation_clip=False,
    )


def numbered(axes: Axes, times: Sequence[float], end: float, *, tick: float, text: float) -> None:
    """Numbers of decisions above a line, with ticks at their times.

    Parameters
    ----------
    axes : Axes
        The panel.
    times : sequence of float
        Of the decisions.
    end : float
        Of the time axis.
    tick, text : float
        Height of the begin of the ticks and of the numbers, on the axis.
    """
    wide = CHARACTER / TIMES_WIDTH * end
    for when, numbers in merge_close_labels(times, wide):
        axes.text(
            min(max(when, 1.2 * wide), end - 2 * wide),
            text,
            numbers,
            fontsize=SMALL,
            ha="center",
            va="center",
            bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "#777777", "lw": 0.6},
        )
    for when in times:
        axes.plot([when, when], [tick, tick + 0.45 * (text - tick)], color="#777777", linewidth=0.6)


def annotate_decisions(
    axes: Axes, decisions: Sequence[dict[str, Any]], *, inches: float, minutes: bool = False
) -> None:
    """The decisions in words, in a column of their own; shortened until they fit.

    Parameters
    ----------
    axes : Axes
        Takes up the column.
    decisions : sequence of dict
        Of :func:`experiments.weaning.course.main_decisions`.
    inches : float
        Height of the figure.
    minutes : bool
        Whether times are told in minutes.
    """
    from experiments.weaning.course.labels import decision_lines

    axes.set_axis_off()
    space = int((inches - 0.9) / LINE)
    for most in (9, 6, 4, 3, 2, 1, 0):
        texts = [
            decision_lines(decision, width=_COLUMN, most=most, minutes=minutes)
            for decision in decisions
        ]
        if sum(1 + len(lines) for _, lines in texts) + 2 <= space:
            break
    lines = [
        (text, head)
        for top, below in texts
        for text, head in [(top, True), *((line, False) for line in below)]
    ]
    left_out = max(len(lines) + 2 - space, 0)
    if left_out:
        half = (len(lines) - left_out) // 2
        lines = [
            *lines[:half],
            (f"({left_out} lines left out: see the report)", False),
            *lines[half + left_out :],
        ]
    axes.text(0.0, 1.0, "Decisions", fontsize=SMALL + 1, va="top", transform=axes.transAxes)
    for place, (text, head) in enumerate(lines, start=2):
        drawn = axes.text(
            0.0 if head else 0.03,
            1.0 - place * LINE / (inches - 0.7),
            text,
            va="top",
            fontsize=SMALL,
            transform=axes.transAxes,
            color="#111111" if head else "#5a5a5a",
            fontweight="bold" if head else "normal",
        )
        drawn.set_in_layout(False)
