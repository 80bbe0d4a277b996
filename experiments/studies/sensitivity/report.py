"""What the sensitivity study shows: a figure and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.figures import COLORS, new_figure, plain
from experiments.studies.sensitivity.study import Sensitivity
from plants import SIGNALS

if TYPE_CHECKING:
    import pandas
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GROUPS = {"patient": COLORS[0], "pump": COLORS[1], "disturbance": COLORS[2]}
_MENTIONED = 3  # factors of each output that the summary names


def measure(method: str) -> str:
    """The column by which factors are ranked."""
    return "total" if method == "sobol" else "mean_effect"


def summary(study: Sensitivity, subject: str) -> str:
    """The outcome in words, in Markdown."""
    column = measure(study.method)
    kind = (
        "total Sobol index, the share of the variance in which the factor has a part"
        if study.method == "sobol"
        else "mean absolute effect of a factor's whole range"
    )
    text = (
        f"{subject}: {study.runs} periodic beats by the method of {study.method.capitalize()}; "
        f"the factors that matter most, by {kind}, with the half-width of the 95 % confidence "
        f"interval. {runs_in_words(study)}"
    )
    lines = []
    for output, rows in study.table.groupby("output", sort=False):
        top = rows.nlargest(_MENTIONED, column)
        unit = "" if study.method == "sobol" else f" {SIGNALS[str(output)].unit}"
        named = ", ".join(
            f"{row['factor']} {row[column]:.2g} +- {row[f'{column}_ci']:.1g}{unit}"
            for row in top.to_dict("records")
        )
        lines.append(f"- {SIGNALS[str(output)].meaning}: {named}.")
    return text + "\n\n" + "\n".join(lines)


def runs_in_words(study: Sensitivity) -> str:
    """What became of runs without a periodic beat."""
    if study.failed == 0:
        return "Every run had a periodic beat."
    why = ", ".join(f"{reason} in {count}" for reason, count in study.reasons.items())
    return (
        f"{study.failed} runs had none ({why}); the {study.dropped} of {study.blocks} blocks that "
        "held one were left out as a whole, so that the indices hold where the heart beats "
        "periodically."
    )


def sensitivity_figure(study: Sensitivity, subject: str) -> Figure:
    """A panel of bars for each output, factors from top to bottom, with confidence intervals."""
    table = study.table
    outputs = list(dict.fromkeys(table["output"]))
    chosen = list(dict.fromkeys(table["factor"]))
    meanings = dict(zip(table["factor"], table["meaning"], strict=True))
    figure = new_figure(3.6 + 2.15 * len(outputs), 1.5 + 0.27 * len(chosen))
    grid = figure.subplots(1, len(outputs), sharey=True, squeeze=False)[0]
    for axes, output in zip(grid, outputs, strict=True):
        _panel(axes, table[table["output"] == output], study.method)
        axes.set_title(_short(SIGNALS[output].meaning), fontsize="medium", loc="left")
        unit = "1" if study.method == "sobol" else SIGNALS[output].unit
        axes.set_xlabel(f"[{unit}]", fontsize="small")
    grid[0].set_yticks(np.arange(len(chosen)), [meanings[name] for name in chosen])
    grid[0].invert_yaxis()
    handles, names = _keys(study.method)
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)
    what = "Sobol indices" if study.method == "sobol" else "Morris: effect of the whole range"
    figure.suptitle(f"{what}, {subject}; bars: 95 % confidence", fontsize="medium")
    return figure


def _panel(axes: Axes, rows: pandas.DataFrame, method: str) -> None:
    plain(axes)
    places = np.arange(len(rows))
    colors = [_GROUPS[group] for group in rows["group"]]
    column = measure(method)
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


def top_rows(study: Sensitivity, count: int) -> Sequence[tuple[object, ...]]:
    """Cells of a printed table: the leading factors of each output."""
    column = measure(study.method)
    cells = []
    for output, rows in study.table.groupby("output", sort=False):
        for row in rows.nlargest(count, column).to_dict("records"):
            second = "first_order" if study.method == "sobol" else "deviation_of_effect"
            cells.append(
                (output, row["factor"], row["group"], row[column], row[f"{column}_ci"], row[second])
            )
    return cells
