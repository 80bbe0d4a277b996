"""Who is good where: regret by controller and scenario, and performance profiles."""

from __future__ import annotations

import numpy as np

from experiments.figures import COLORS, Figure, new_figure, plain, shared_legend
from experiments.statistics import DataFrame

# Regret beyond this is as red as it gets.
_WORST = 5.0


def regret_map(regret: DataFrame) -> Figure:
    """A cell for each controller and scenario: green is as good as the oracle, red is harm.

    Parameters
    ----------
    regret : DataFrame
        Columns ``part``, ``scenario``, ``controller`` and ``regret``.
    """
    from matplotlib.colors import TwoSlopeNorm

    places = list(dict.fromkeys(zip(regret["part"], regret["scenario"], strict=True)))
    names = list(dict.fromkeys(regret["controller"]))
    values = np.full((len(names), len(places)), np.nan)
    for row in regret.to_dict("records"):
        at = names.index(row["controller"]), places.index((row["part"], row["scenario"]))
        values[at] = row["regret"]
    figure = new_figure(2.6 + 0.95 * len(places), 1.9 + 0.34 * len(names))
    axes = figure.subplots()
    # Green at 0, white at 1, then red; less than the oracle's is as green as it gets.
    shades = TwoSlopeNorm(1.0, 0.0, _WORST)
    image = axes.imshow(values, cmap="PiYG_r", norm=shades, aspect="auto")
    for (i, j), value in np.ndenumerate(values):
        if np.isfinite(value):
            color = "white" if value < 0.2 or value > 4.0 else "black"
            axes.text(j, i, f"{value:.2f}", ha="center", va="center", color=color, fontsize="small")
    named = [f"{scenario}\n{part}" for part, scenario in places]
    axes.set_xticks(range(len(places)), named, rotation=45, ha="right", fontsize="small")
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    bar = figure.colorbar(image, ax=axes, extend="max", ticks=[0.0, 1.0, _WORST])
    labels = ["0: oracle", "1: best held level", f"{_WORST:g}"]
    bar.ax.set_yticklabels(labels, fontsize="small")
    return figure


def performance_profiles(profiles: DataFrame) -> Figure:
    """For each controller the share of trials whose regret is at most so much.

    Parameters
    ----------
    profiles : DataFrame
        Columns ``controller``, ``regret`` and ``share``.
    """
    figure = new_figure(8.0, 4.6)
    axes = plain(figure.subplots())
    for k, (name, own) in enumerate(profiles.groupby("controller", sort=False)):
        dash = ("-", "--", ":")[k // len(COLORS) % 3]
        axes.plot(own["regret"], own["share"], dash, color=COLORS[k % len(COLORS)], label=str(name))
    axes.axvline(1.0, color="#999999", linewidth=0.8)
    axes.set_ylim(0.0, 1.0)
    axes.set_xlim(float(profiles["regret"].min()), float(profiles["regret"].max()))
    axes.set_xlabel("Regret (0: the oracle, 1: the best held level)")
    axes.set_ylabel("Share of trials")
    shared_legend(figure, axes, 5)
    return figure
