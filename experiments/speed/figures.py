"""Figures of the speed study: ratios, growth of the cost, share of the core's limit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.figures import COLORS, Figure, new_figure, plain
from experiments.runs import number
from experiments.speed.core_scaling import BATCH, SECONDS, Growth, Scaling
from experiments.speed.row import SpeedRow

_GREY, _MET, _MISSED = COLORS[6], COLORS[0], COLORS[1]


def drawn_rows(rows: Sequence[SpeedRow], *, roofline: bool) -> list[SpeedRow]:
    """The comparisons that were measured: those with the core's limit, or all others."""
    return [row for row in rows if row.ratio is not None and (row.part == "roofline") == roofline]


def speed_figure(shown: Sequence[SpeedRow]) -> Figure:
    """How many times faster, a bar for each comparison, and what is aimed at."""
    figure = new_figure(10.5, 1.2 + 0.36 * len(shown))
    axes = plain(figure.add_subplot())
    places = np.arange(len(shown))[::-1]
    ratios = np.array([row.ratio for row in shown], dtype=float)
    colors = [
        {None: _GREY, True: _MET, False: _MISSED}[row.met if row.target else None] for row in shown
    ]
    axes.barh(places, ratios - 1.0, left=1.0, color=colors, height=0.6)
    for place, row in zip(places, shown, strict=True):
        assert row.ratio is not None
        if row.ratio_low is not None and row.ratio_high is not None:
            axes.plot([row.ratio_low, row.ratio_high], [place] * 2, color="black", linewidth=1.0)
        aim = 1.0
        if row.target_ratio is not None:
            aim = row.target_ratio
            axes.plot([aim] * 2, [place - 0.42, place + 0.42], color="black", linewidth=2.0)
        end = max(row.ratio, row.ratio_high or 1.0, aim, 1.0)
        axes.text(1.08 * end, place, f"{number(row.ratio)} x", va="center", fontsize="small")
    axes.set_yticks(places, [row.work for row in shown], fontsize="x-small")
    axes.set(xscale="log", xlim=(0.5 * min(1.0, ratios.min()), 4 * ratios.max()))
    axes.axvline(1.0, color="black", linewidth=0.8)
    axes.set_xlabel(
        "Times as fast as the other [1]; thick mark: target; thin line: range of the turns"
    )
    axes.set_title(
        "Speed on one core, medians of interleaved runs: blue met, red not met, grey no target",
        loc="left",
        fontsize="small",
    )
    axes.grid(visible=False, axis="y")
    return figure


def scaling_figure(measured: Scaling) -> Figure:
    """Cost against batch size and against simulated time, with lines in proportion."""
    figure = new_figure(9.0, 3.8)
    panels = (
        (measured.sizes, "Patients [1]", f"{SECONDS:g} s of a batch"),
        (measured.horizons, "Simulated time [s]", f"{BATCH} patients"),
    )
    for place, (growth, label, title) in enumerate(panels, 1):
        axes = plain(figure.add_subplot(1, 2, place))
        axes.loglog(growth.at, growth.seconds, "o-", color=COLORS[0], label="measured")
        axes.loglog(growth.at, _in_proportion(growth), "--", color=COLORS[6], label="in proportion")
        axes.set(xlabel=label, ylabel="Processor time [s]")
        axes.set_title(f"{title}: slope {growth.slope:.2f}", loc="left", fontsize="medium")
        axes.legend(frameon=False)
    return figure


def _in_proportion(growth: Growth) -> np.ndarray:
    return np.asarray(growth.at * growth.seconds[-1] / growth.at[-1])


def roofline_figure(shown: Sequence[SpeedRow]) -> Figure:
    """The share of the core's limit that each form reaches."""
    figure = new_figure(8.0, 1.4 + 0.5 * len(shown))
    axes = plain(figure.add_subplot())
    places = np.arange(len(shown))[::-1]
    axes.barh(places, [100 * float(row.ratio or 0) for row in shown], color=COLORS[0], height=0.6)
    for place, row in zip(places, shown, strict=True):
        text = f" {100 * float(row.ratio or 0):.0f} %, {number(row.ours)} {row.unit}"
        axes.text(100 * float(row.ratio or 0), place, text, va="center", fontsize="small")
    axes.set_yticks(places, [row.ours_by for row in shown])
    axes.set(xlim=(0, 100), xlabel="Share of the limit of the core [%]")
    axes.set_title(f"Limit: {number(shown[0].other)} {shown[0].unit}", loc="left", fontsize="small")
    axes.grid(visible=False, axis="y")
    return figure
