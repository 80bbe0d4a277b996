"""Figures of what was believed: the explant gate, and the estimate of contractility."""

from __future__ import annotations

import numpy as np

from controllers.tracking.filter import CREDIBLE
from experiments.figures import COLORS, Figure, new_figure, plain
from experiments.statistics import DataFrame
from experiments.weaning.settings import study_settings
from experiments.weaning.study.figures import FAILED, PERCENT, WELL, policy_label
from experiments.weaning.study.tables import FORECAST, POWER


def gate_figure(probes: DataFrame, gate: DataFrame) -> Figure:
    """Receiver operating curves of forecast and power, and both in every patient."""
    figure = new_figure(9.5, 4.2)
    curve, scatter = figure.subplots(1, 2)
    by_name = {row["measure"]: row for row in gate.to_dict("records")}
    known = probes[np.isfinite(probes["cardiac_power_output"].to_numpy(float))]
    good = known["holds"].to_numpy(bool)
    forecast = np.where(known["trusted"].astype(bool), known["margin"], -np.inf)
    power = known["cardiac_power_output"].to_numpy(float)
    for name, values, color in ((FORECAST, forecast, COLORS[0]), (POWER, power, COLORS[1])):
        measure = by_name[name]
        legend_text = (
            f"{name}: {measure['auc']:.2f} ({measure['auc_low']:.2f} to {measure['auc_high']:.2f})"
        )
        curve.step(*_curve(values, good), where="post", color=color, label=legend_text)
        curve.plot(
            1.0 - measure["specificity"],
            measure["sensitivity"],
            "o",
            color=color,
            label=f"at {measure['cut_off']:g}",
        )
    curve.plot([0, 1], [0, 1], color="#999999", linewidth=0.8, linestyle=":")
    curve.set(
        xlabel="1 - specificity", ylabel="Sensitivity", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02)
    )
    curve.set_title("Area under the curve (95 % interval)", fontsize="medium", loc="left")
    curve.legend(frameon=False, fontsize="x-small", loc="lower right")
    for held, color, text in ((True, WELL, "would hold"), (False, FAILED, "would fail")):
        own = known[good == held]
        scatter.plot(
            own["cardiac_power_output"],
            own["chance"],
            "o",
            markersize=4,
            alpha=0.7,
            color=color,
            label=f"{text} (n = {len(own)})",
        )
    scatter.axvline(by_name[POWER]["cut_off"], color="black", linewidth=0.9, linestyle="--")
    scatter.axhline(by_name[FORECAST]["cut_off"], color="black", linewidth=0.9, linestyle="--")
    scatter.set(
        xlabel="Cardiac power output at P-2 [W]",
        ylabel="Chance without the pump [1]",
        ylim=(-0.03, 1.03),
    )
    scatter.set_title("An explant", fontsize="medium", loc="left")
    scatter.legend(
        frameon=False, fontsize="x-small", loc="lower right", bbox_to_anchor=(1.0, 0.99), ncols=2
    )
    for axes in (curve, scatter):
        plain(axes)
    return figure


def _curve(values: np.ndarray, good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """False and true positive shares as the cut-off falls."""
    cuts = np.concatenate([[np.inf], np.sort(np.unique(values))[::-1]])
    bad = ~good
    false = [float((values[bad] >= cut).mean()) if bad.any() else 0.0 for cut in cuts]
    true = [float((values[good] >= cut).mean()) if good.any() else 0.0 for cut in cuts]
    return np.array(false), np.array(true)


def contractility_figure(estimates: DataFrame, policy: str) -> Figure:
    """Error and coverage of the estimate by time on the pump."""
    own = estimates[estimates["policy"] == policy]
    width = 6.0
    # A block ends with its last hour, so that the label's end is no block of its own.
    block = (np.ceil(own["hours"] / width).clip(lower=1.0) - 0.5) * width
    figure = new_figure(9.5, 3.4)
    error, coverage = figure.subplots(1, 2)
    grouped = own.groupby(block)
    for quantile, text in ((0.5, "median"), (0.9, "90th percentile")):
        values = PERCENT * grouped["error"].quantile(quantile)
        error.plot(
            values.index,
            values,
            marker="o",
            markersize=3,
            label=text,
            color=COLORS[0 if quantile == 0.5 else 1],
        )
    inside = PERCENT * grouped["inside"].mean()
    targets = study_settings().targets
    coverage.axhspan(
        PERCENT * targets["coverage_low"].value,
        PERCENT * targets["coverage_high"].value,
        color="#e0efe0",
        label="target",
    )
    coverage.plot(
        inside.index,
        inside,
        marker="o",
        markersize=3,
        color=COLORS[0],
        label=f"truth in the {100 * CREDIBLE:.0f} % interval",
    )
    coverage.set_ylim(0.0, 102.0)
    error.set(ylim=(0.0, None), ylabel="Error of LV contractility [%]")
    coverage.set_ylabel("Records [%]")
    for axes in (error, coverage):
        plain(axes).set_xlabel("Time on the pump [h]")
        axes.legend(frameon=False, fontsize="small")
    figure.suptitle(
        f"Estimate of contractility, {policy_label(policy)}", fontsize="medium", x=0.01, ha="left"
    )
    return figure
