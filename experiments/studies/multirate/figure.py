"""Figure of the multirate study: courses, errors, and what either way costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.figures import COLORS, Axes, Figure, label, new_figure, plain
from experiments.statistics import DataFrame
from experiments.studies.multirate.hours import LIMIT, HourComparison, names

_SHOWN = ("map", "stunned")
_TEXTS = {"stunned": "Stunned myocardium [1]"}
_LEAST = 1e-6  # of the axis of errors


def multirate_figure(comparisons: Sequence[HourComparison], days: DataFrame) -> Figure:
    """Courses of both runs, errors of every quantity, and error against cost of days."""
    figure = new_figure(12.5, 7.6)
    grid = figure.add_gridspec(2, 3, width_ratios=[1.0, 1.15, 1.0])
    for row, name in enumerate(_SHOWN):
        _draw_course(plain(figure.add_subplot(grid[row, 0])), comparisons, name, legend=row == 0)
    _draw_errors(plain(figure.add_subplot(grid[:, 1])), comparisons)
    _draw_cost(plain(figure.add_subplot(grid[0, 2])), days)
    _draw_speed(plain(figure.add_subplot(grid[1, 2])), comparisons)
    return figure


def _draw_course(
    axes: Axes, comparisons: Sequence[HourComparison], name: str, *, legend: bool
) -> None:
    column = names().index(name)
    for color, comparison in zip(COLORS, comparisons, strict=False):
        times, case = comparison.case.times, comparison.case.name
        course = comparison.multirate.values[:, column]
        axes.plot(times, course, color=color, label=f"multirate, {case}")
        course = comparison.beat_by_beat.values[:, column]
        axes.plot(times, course, "o", color=color, markersize=4, label=f"beat by beat, {case}")
    axes.set(xlabel="Time [h]", ylabel=_TEXTS.get(name) or label(name))
    if legend:
        axes.legend(frameon=False, fontsize="x-small")


def _draw_errors(axes: Axes, comparisons: Sequence[HourComparison]) -> None:
    """Largest relative error of every quantity, the worst on top."""
    worst = np.max([comparison.errors for comparison in comparisons], axis=0)
    order = [i for i in np.argsort(worst) if worst[i] > 0.0]
    for color, comparison in zip(COLORS, comparisons, strict=False):
        axes.plot(
            np.maximum(comparison.errors[order], _LEAST),
            range(len(order)),
            "o",
            color=color,
            markersize=4,
            label=comparison.case.name,
        )
    axes.axvline(LIMIT, color="black", linestyle="--", linewidth=0.9)
    axes.set_xscale("log")
    axes.set_yticks(range(len(order)))
    axes.set_yticklabels([names()[i].replace("_", " ") for i in order], fontsize=6)
    axes.set_xlabel("Largest error over the size [1]")
    axes.set_title("Multirate against beat by beat", loc="left", fontsize="medium")
    axes.legend(frameon=False, fontsize="x-small", loc="upper left")


def _draw_cost(axes: Axes, days: DataFrame) -> None:
    from matplotlib.ticker import LogLocator

    for color, (case, rows) in zip(COLORS, days.groupby("case", sort=False), strict=False):
        axes.loglog(
            rows["seconds"], rows["worst_error"], "o-", color=color, markersize=4, label=str(case)
        )
        for _, row in rows.iterrows():
            axes.annotate(
                f"{row['tolerance']:g}",
                (row["seconds"], row["worst_error"]),
                textcoords="offset points",
                xytext=(4, 4),
                fontsize=6,
                color=color,
            )
    axes.axhline(LIMIT, color="black", linestyle="--", linewidth=0.9)
    axes.xaxis.set_major_locator(LogLocator(10, subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.set(xlabel="Time of the processor [s]", ylabel="Worst error over the size [1]")
    title = f"{days['days'].iloc[0]:g} days, by tolerance"
    axes.set_title(title, loc="left", fontsize="medium")
    axes.legend(frameon=False, fontsize="x-small", bbox_to_anchor=(0.0, 0.97), loc="upper left")


def _draw_speed(axes: Axes, comparisons: Sequence[HourComparison]) -> None:
    where = np.arange(len(comparisons))
    every_beat = [comparison.beat_by_beat.seconds for comparison in comparisons]
    outer_steps = [comparison.multirate.seconds for comparison in comparisons]
    for shift, color, text, seconds in (
        (-0.2, COLORS[6], "beat by beat", every_beat),
        (0.2, COLORS[0], "multirate", outer_steps),
    ):
        bars = axes.bar(where + shift, seconds, width=0.38, color=color, label=text)
        axes.bar_label(bars, [f"{value:.2g} s" for value in seconds], fontsize="x-small")
    axes.set(yscale="log", ylim=(None, 10 * max(every_beat)))
    axes.set_xticks(where)
    axes.set_xticklabels([comparison.case.name for comparison in comparisons])
    axes.set_ylabel("Time of the processor [s]")
    axes.set_title(f"The same {comparisons[0].case.hours:g} h", loc="left", fontsize="medium")
    axes.legend(frameon=False, fontsize="x-small", loc="upper center", ncols=2)
