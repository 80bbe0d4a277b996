"""What the convergence study shows: tables in short, a figure, and the outcome in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.figures import COLORS, new_figure, plain
from experiments.studies.convergence.schemes import SCHEMES
from experiments.studies.convergence.study import EXTREME_LIMIT, MEAN_LIMIT, Choice
from plants import Patient
from plants.beat import DEFAULT_STEP

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure


def convergence_figure(integration: pandas.DataFrame, smoothing: pandas.DataFrame) -> Figure:
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


def worst_table(integration: pandas.DataFrame) -> pandas.DataFrame:
    """Worst errors over all cases, a row for each scheme and step; NaN where one is unstable."""
    grouped = integration.groupby(["scheme", "step_ms"], sort=False)
    worst = grouped.agg(
        mean_error=("mean_error", lambda x: x.max(skipna=False)),
        extreme_error=("extreme_error", lambda x: x.max(skipna=False)),
        unstable_cases=("mean_error", lambda x: int(x.isna().sum())),
        within_limits=("within_limits", "all"),
    )
    return worst.reset_index()


def verdict(
    integration: pandas.DataFrame, smoothing: pandas.DataFrame, chosen: Choice
) -> tuple[bool, str]:
    """Whether the plant's own step meets the limits, and the outcome in words."""
    mine = integration[
        (integration["scheme"] == "RK4") & (integration["step_ms"] == 1e3 * DEFAULT_STEP)
    ]
    held = bool(len(mine) and mine["within_limits"].all() and chosen.step >= DEFAULT_STEP)
    width = smoothing[smoothing["width_mmHg"] == Patient.load("healthy")["valve_smoothing"]]
    text = (
        f"The plant uses {chosen.scheme} at {1e3 * DEFAULT_STEP:g} ms: worst relative error "
        f"{mine['mean_error'].max():.1e} of beat means (limit {MEAN_LIMIT:g}) and "
        f"{mine['extreme_error'].max():.1e} of extremes within the beat (limit "
        f"{EXTREME_LIMIT:g}). The largest studied step within both limits that is stable for "
        f"every built-in patient on every built-in pump, or nearly so, is {1e3 * chosen.step:g} "
        f"ms; the smallest stability limit among them is {1e3 * chosen.stable_step:.3f} ms, and a "
        "plant with a limit below its step takes the limit. The built-in valve "
        f"smoothing of {width['width_mmHg'].iloc[0]:g} mmHg moves beat means by at most "
        f"{width['mean_change'].max():.1e} and MAP by at most "
        f"{width['map_change_mmHg'].abs().max():.3f} mmHg from those of a sharp valve."
    )
    return held, text
