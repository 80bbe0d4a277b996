"""Figure of the convergence study: worst errors by scheme, step and smoothing width."""

from __future__ import annotations

from experiments.figures import COLORS, Figure, new_figure, plain
from experiments.statistics import DataFrame
from experiments.studies.convergence.errors import EXTREME_LIMIT, MEAN_LIMIT
from experiments.studies.convergence.schemes import SCHEMES


def convergence_figure(integration: DataFrame, smoothing: DataFrame) -> Figure:
    """Worst errors over all cases: by scheme and step, and by smoothing width."""
    figure = new_figure(11.0, 4.2)
    panels = figure.subplots(1, 3)
    for axes, column, limit, title in (
        (panels[0], "mean_error", MEAN_LIMIT, "Beat means"),
        (panels[1], "extreme_error", EXTREME_LIMIT, "Extremes within the beat"),
    ):
        plain(axes)
        for color, scheme in zip(COLORS, SCHEMES, strict=False):
            mine = integration[integration["scheme"] == scheme]
            for _, rows in mine.groupby("case"):
                axes.loglog(rows["step_ms"], rows[column], color=color, alpha=0.25, linewidth=0.8)
            worst = mine.groupby("step_ms")[column].agg(lambda x: x.max(skipna=False))
            axes.loglog(worst.index, worst, "o-", color=color, markersize=4, label=scheme)
        axes.axhline(limit, color="black", linestyle="--", linewidth=0.9, label="limit")
        axes.set_xlabel("Step [ms]")
        axes.set_title(title, loc="left", fontsize="medium")
        axes.set_xticks(sorted(integration["step_ms"].unique()))
        axes.set_xticklabels([f"{x:g}" for x in sorted(integration["step_ms"].unique())])
        axes.minorticks_off()
    panels[0].set_ylabel("Worst relative error [1]")
    panels[0].legend(frameon=False)
    axes = plain(panels[2])
    for color, column, name in (
        (COLORS[0], "mean_change", "beat means"),
        (COLORS[1], "extreme_change", "extremes"),
    ):
        for _, rows in smoothing.groupby("case"):
            axes.loglog(rows["width_mmHg"], rows[column], color=color, alpha=0.25, linewidth=0.8)
        worst = smoothing.groupby("width_mmHg")[column].max()
        axes.loglog(worst.index, worst, "o-", color=color, markersize=4, label=name)
    axes.axhline(MEAN_LIMIT, color="black", linestyle="--", linewidth=0.9)
    axes.set_xlabel("Width of the valve smoothing [mmHg]")
    axes.set_title("Valve smoothing, against a sharp valve", loc="left", fontsize="medium")
    axes.legend(frameon=False)
    return figure
