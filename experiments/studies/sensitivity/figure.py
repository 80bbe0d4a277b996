"""The figure of the sensitivity study: a panel of bars for each output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.figures import COLORS, Axes, Figure, new_figure, plain
from experiments.statistics import DataFrame
from plants import SIGNALS

if TYPE_CHECKING:
    from matplotlib.artist import Artist

_GROUPS = {"patient": COLORS[0], "pump": COLORS[1], "disturbance": COLORS[2]}
#: The column by which factors are ranked, by method.
MEASURES = {"sobol": "total", "morris": "mean_effect"}


def sensitivity_figure(table: DataFrame, method: str, subject: str) -> Figure:
    """A panel of bars for each output, factors from top to bottom, with confidence intervals."""
    outputs = list(dict.fromkeys(table["output"]))
    factors = list(dict.fromkeys(table["factor"]))
    meanings = dict(zip(table["factor"], table["meaning"], strict=True))
    figure = new_figure(3.6 + 2.15 * len(outputs), 1.5 + 0.27 * len(factors))
    grid = figure.subplots(1, len(outputs), sharey=True, squeeze=False)[0]
    for axes, output in zip(grid, outputs, strict=True):
        _panel(axes, table[table["output"] == output], method)
        axes.set_title(_short(SIGNALS[output].meaning), fontsize="medium", loc="left")
        unit = "1" if method == "sobol" else SIGNALS[output].unit
        axes.set_xlabel(f"[{unit}]", fontsize="small")
    grid[0].set_yticks(np.arange(len(factors)), [meanings[name] for name in factors])
    grid[0].invert_yaxis()
    handles, names = _keys(method)
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)
    what = "Sobol indices" if method == "sobol" else "Morris: effect of the whole range"
    figure.suptitle(f"{what}, {subject}; bars: 95 % confidence", fontsize="medium")
    return figure


def _panel(axes: Axes, rows: DataFrame, method: str) -> None:
    plain(axes)
    places = np.arange(len(rows))
    colors = [_GROUPS[group] for group in rows["group"]]
    column = MEASURES[method]
    axes.barh(
        places,
        rows[column],
        xerr=rows[f"{column}_ci"],
        color=colors,
        alpha=0.45,
        height=0.7,
        error_kw={"elinewidth": 0.8, "ecolor": "#333333"},
    )
    if method == "sobol":
        axes.barh(places, rows["first_order"].clip(lower=0.0), color=colors, height=0.34)
        axes.set_xlim(0.0, 1.1)
        axes.set_xticks([0.0, 0.5, 1.0])
    else:
        axes.plot(
            rows["deviation_of_effect"],
            places,
            linestyle="",
            marker="|",
            markersize=8,
            color="black",
        )
        axes.set_xlim(left=0.0)
    axes.grid(visible=False, axis="y")


def _keys(method: str) -> tuple[list[Artist], list[str]]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Artist] = [Patch(color=color) for color in _GROUPS.values()]
    names = list(_GROUPS)
    if method == "sobol":
        handles += [Patch(color="#777777"), Patch(color="#777777", alpha=0.45)]
        names += ["alone (S1)", "with interactions (ST)"]
    else:
        handles.append(Line2D([], [], color="black", linestyle="", marker="|"))
        names.append("deviation of the effect: interaction or bend")
    return handles, names


def _short(meaning: str) -> str:
    """A meaning in two lines at the most."""
    words, lines = meaning.split(), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > 22:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    text = "\n".join(lines)
    return text[0].upper() + text[1:]
