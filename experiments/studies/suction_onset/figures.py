"""Figure of the output against the speed of the pump, through the onset of suction."""

from __future__ import annotations

from experiments.figures import COLORS, Figure, left_title, new_figure, plain
from experiments.statistics import DataFrame
from plants import SIGNALS
from plants.console import SUCTION_ONSET


def output_figure(levels: DataFrame) -> Figure:
    """Output against speed by blood lost: a row for each pump, free and in contact, a column each
    patient; suction filled."""
    patients = list(levels["patient"].unique())
    rows = list(levels[["device", "contact"]].drop_duplicates().itertuples(index=False))
    figure = new_figure(3.2 * len(patients), 2.4 * len(rows))
    grid = figure.add_gridspec(len(rows), len(patients))
    for i, (device, contact) in enumerate(rows):
        for j, patient in enumerate(patients):
            axes = plain(figure.add_subplot(grid[i, j]))
            here = levels[
                (levels["patient"] == patient)
                & (levels["device"] == device)
                & (levels["contact"] == contact)
            ]
            for color, (loss, course) in zip(COLORS, here.groupby("loss"), strict=False):
                speed = course["speed"] / 1000
                output = course["cardiac_output"]
                axes.plot(speed, output, color=color, label=f"{loss:g} mL lost")
                sucks = course["suction"] >= SUCTION_ONSET
                axes.plot(speed[sucks], output[sucks], "o", color=color, markersize=3.5)
            axes.set_title(f"{patient}, {device}{', contact' if contact else ''}", fontsize="small")
            if i == len(rows) - 1:
                axes.set_xlabel("Speed [krpm]")
            if j == 0:
                axes.set_ylabel(f"Output [{SIGNALS['cardiac_output'].unit}]")
    lines, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(lines, names, loc="outside lower center", ncols=len(names), frameon=False)
    left_title(figure, "Output through the onset of suction (points: suction)")
    return figure
