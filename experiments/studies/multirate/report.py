"""What the multirate study shows: a figure, and the outcome in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.figures import COLORS, label, new_figure, plain
from experiments.studies.multirate.study import LIMIT, METRICS, Comparison, names
from plants.slow import RELATIVE_TOLERANCE

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHOWN = ("map", "stunned")
_TEXTS = {"stunned": "Stunned myocardium [1]"}
_LEAST = 1e-6  # of the axis of errors


def verdict(found: list[Comparison], days: pandas.DataFrame) -> tuple[bool, str]:
    """Whether every error is within the limit, and the outcome in words."""
    mine = days[days["tolerance"] == RELATIVE_TOLERANCE]
    held = all(one.holds for one in found) and bool((mine["worst_error"] <= LIMIT).all())
    parts = []
    for one in found:
        errors = dict(zip(names(), one.errors, strict=True))
        worst = max(errors, key=lambda name: errors[name])
        listed = ", ".join(f"{name} {errors[name]:.1e}" for name in METRICS[:3])
        parts.append(
            f"{one.case.name}: worst error {errors[worst]:.1e} ({worst}); {listed}; "
            f"{one.slow.seconds:.1f} s beat by beat against {one.quick.seconds:.2f} s, "
            f"{one.slow.seconds / one.quick.seconds:.0f} times"
        )
    hours = found[0].case.hours
    listed = "; ".join(
        f"{row['case']} {row['seconds']:.2f} s (worst error {row['worst_error']:.1e})"
        for _, row in mine.iterrows()
    )
    return held, (
        f"Over {hours:g} h of slow recovery, against the same equations beat by beat (limit "
        f"{LIMIT:g} of the size of every slow state and metric): {'. '.join(parts)}. "
        f"{mine['days'].iloc[0]:g} days between events on one core: {listed}. Times are of the "
        "processor."
    )


def multirate_figure(found: list[Comparison], days: pandas.DataFrame) -> Figure:
    """Courses of both runs, errors of every quantity, and error against cost of days."""
    figure = new_figure(12.5, 7.6)
    grid = figure.add_gridspec(2, 3, width_ratios=[1.0, 1.15, 1.0])
    for row, name in enumerate(_SHOWN):
        _draw_course(plain(figure.add_subplot(grid[row, 0])), found, name, legend=row == 0)
    _draw_errors(plain(figure.add_subplot(grid[:, 1])), found)
    _draw_cost(plain(figure.add_subplot(grid[0, 2])), days)
    _draw_speed(plain(figure.add_subplot(grid[1, 2])), found)
    return figure


def _draw_course(axes: Axes, found: list[Comparison], name: str, *, legend: bool) -> None:
    column = names().index(name)
    for color, one in zip(COLORS, found, strict=False):
        times = one.case.times
        axes.plot(
            times, one.quick.values[:, column], color=color, label=f"multirate, {one.case.name}"
        )
        axes.plot(
            times,
            one.slow.values[:, column],
            "o",
            color=color,
            markersize=4,
            label=f"beat by beat, {one.case.name}",
        )
    axes.set_xlabel("Time [h]")
    axes.set_ylabel(_TEXTS.get(name) or label(name))
    if legend:
        axes.legend(frameon=False, fontsize="x-small")


def _draw_errors(axes: Axes, found: list[Comparison]) -> None:
    """Largest relative error of every quantity, the worst on top."""
    worst = np.max([one.errors for one in found], axis=0)
    order = [i for i in np.argsort(worst) if worst[i] > 0.0]
    for color, one in zip(COLORS, found, strict=False):
        axes.plot(
            np.maximum(one.errors[order], _LEAST),
            range(len(order)),
            "o",
            color=color,
            markersize=4,
            label=one.case.name,
        )
    axes.axvline(LIMIT, color="black", linestyle="--", linewidth=0.9)
    axes.set_xscale("log")
    axes.set_yticks(range(len(order)))
    axes.set_yticklabels([names()[i].replace("_", " ") for i in order], fontsize=6)
    axes.set_xlabel("Largest error over the size [1]")
    axes.set_title("Multirate against beat by beat", loc="left", fontsize="medium")
    axes.legend(frameon=False, fontsize="x-small", loc="upper left")


def _draw_cost(axes: Axes, days: pandas.DataFrame) -> None:
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
    axes.set_xlabel("Time of the processor [s]")
    axes.set_ylabel("Worst error over the size [1]")
    title = f"{days['days'].iloc[0]:g} days, by tolerance"
    axes.set_title(title, loc="left", fontsize="medium")
    axes.legend(frameon=False, fontsize="x-small", bbox_to_anchor=(0.0, 0.97), loc="upper left")


def _draw_speed(axes: Axes, found: list[Comparison]) -> None:
    where = np.arange(len(found))
    for shift, color, text, seconds in (
        (-0.2, COLORS[6], "beat by beat", [one.slow.seconds for one in found]),
        (0.2, COLORS[0], "multirate", [one.quick.seconds for one in found]),
    ):
        bars = axes.bar(where + shift, seconds, width=0.38, color=color, label=text)
        axes.bar_label(bars, [f"{value:.2g} s" for value in seconds], fontsize="x-small")
    axes.set_yscale("log")
    axes.set_ylim(top=10 * max(one.slow.seconds for one in found))
    axes.set_xticks(where)
    axes.set_xticklabels([one.case.name for one in found])
    axes.set_ylabel("Time of the processor [s]")
    axes.set_title(f"The same {found[0].case.hours:g} h", loc="left", fontsize="medium")
    axes.legend(frameon=False, fontsize="x-small", loc="upper center", ncols=2)
