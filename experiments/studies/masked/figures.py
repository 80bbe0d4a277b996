"""Figures of the two masked patients."""

from __future__ import annotations

import numpy as np

from experiments.figures import COLORS, Axes, Figure, label, left_title, new_figure, plain
from experiments.statistics import DataFrame
from experiments.studies.masked.hidden_regurgitation import DEVICE, FULL, LOW, PATIENT
from experiments.studies.masked.masked_failure import WEANING_POWER
from plants.slow.laws import MITRAL_GRADES

_GRADE_COLORS = ("#f2f2f2", "#d9e8f3", "#f7dcb9", "#f0b8a6")
_HEARTS = {"masked by an inotrope": COLORS[1], "recovered": COLORS[0]}


def hidden_figure(course: DataFrame, beats: DataFrame) -> Figure:
    """The trial over hours, and a beat at both levels."""
    figure = new_figure(12.0, 7.2)
    grid = figure.add_gridspec(2, 3, width_ratios=[1.25, 1.25, 1.0])
    fraction = figure.add_subplot(grid[0, 0])
    _draw_grades(plain(fraction), course)
    for place, names in (
        (grid[1, 0], ("pcwp", "lvedp")),
        (grid[0, 1], ("lvedv",)),
        (grid[1, 1], ("cardiac_output",)),
    ):
        axes = plain(figure.add_subplot(place))
        for color, name in zip(COLORS, names, strict=False):
            axes.plot(course["hours"], course[name], color=color, label=label(name))
        _mark_levels(axes, course)
        axes.set_xlabel("Time [h]")
        axes.set_ylabel(label(names[0]) if len(names) == 1 else "Pressure [mmHg]")
        if len(names) > 1:
            axes.legend(frameon=False, fontsize="x-small", loc="center right")
    for row, level in enumerate((FULL, LOW)):
        _draw_beat(plain(figure.add_subplot(grid[row, 2])), level, beats[beats["level"] == level])
    left_title(figure, f"Regurgitation that full support hides ({PATIENT}, {DEVICE})")
    return figure


def _mark_levels(axes: Axes, course: DataFrame) -> None:
    blocks = (course["level"] != course["level"].shift()).cumsum()
    for number, (_, rows) in enumerate(course.groupby(blocks)):
        hours = rows["hours"]
        if number:
            _line_at(axes, hours.iloc[0])
        _text_above(axes, hours.mean(), rows["level"].iloc[0])


def _line_at(axes: Axes, hours: float) -> None:
    axes.axvline(hours, color="#888888", linewidth=0.8, linestyle=":")


def _text_above(axes: Axes, hours: float, text: str) -> None:
    place = axes.get_xaxis_transform()
    axes.text(hours, 1.0, text, transform=place, ha="center", va="bottom", fontsize="x-small")


def _draw_grades(axes: Axes, course: DataFrame) -> None:
    """The regurgitant fraction over the bands of the grade that an echo would report."""
    hours = course["hours"].to_numpy()
    edges = np.append(hours, hours[-1])
    for start, end, grade in zip(edges, edges[1:], course["grade"], strict=False):
        axes.axvspan(start, end, color=_GRADE_COLORS[MITRAL_GRADES.index(grade)], linewidth=0)
    axes.plot(hours, course["mitral_regurgitant_fraction"], color=COLORS[1])
    for grade, color in zip(MITRAL_GRADES, _GRADE_COLORS, strict=True):
        axes.plot([], [], "s", color=color, markersize=8, markeredgecolor="#999999", label=grade)
    axes.set(ylim=(0.0, 0.65), xlabel="Time [h]", ylabel="Regurgitant fraction [1]")
    axes.legend(frameon=True, fontsize="x-small", title="echo grade", title_fontsize="x-small")
    _mark_levels(axes, course)


def _draw_beat(axes: Axes, level: str, waves: DataFrame) -> None:
    for color, name, text in (
        (COLORS[6], "aortic_pressure", "aorta"),
        (COLORS[0], "lv_pressure", "left ventricle"),
        (COLORS[1], "la_pressure", "left atrium"),
    ):
        axes.plot(waves["time_s"], waves[name], color=color, label=text)
    axes.set(ylim=(0.0, 110.0), xlabel="Time [s]", ylabel="Pressure [mmHg]")
    axes.set_title(f"A beat at {level}", loc="left", fontsize="small")
    axes.legend(frameon=False, fontsize="x-small")


def masked_figure(course: DataFrame, doses: DataFrame) -> Figure:
    """The test at the low level over hours, and power by the dose that hides the failure."""
    figure = new_figure(12.0, 6.6)
    grid = figure.add_gridspec(2, 3)
    for place, name in (
        (grid[0, 0], "cardiac_power_output"),
        (grid[0, 1], "map"),
        (grid[1, 0], "heart_rate"),
        (grid[1, 1], "lactate"),
    ):
        axes = plain(figure.add_subplot(place))
        for heart, rows in course.groupby("heart", sort=False):
            axes.plot(rows["hours"], rows[name], color=_HEARTS[str(heart)], label=str(heart))
        off = course["hours"].max() / 2
        _line_at(axes, off)
        _text_above(axes, off, "drug stopped")
        axes.set(xlabel=f"Time at {LOW} [h]", ylabel=label(name))
        if name == "cardiac_power_output":
            _draw_threshold(axes)
            axes.set_ylim(0.4, 1.0)
            axes.legend(frameon=False, fontsize="x-small")
    _draw_doses(plain(figure.add_subplot(grid[:, 2])), doses)
    left_title(
        figure,
        f"Failure that an inotrope hides, against a heart that recovered ({PATIENT}, {DEVICE})",
    )
    return figure


def _draw_threshold(axes: Axes) -> None:
    axes.axhline(WEANING_POWER, color="black", linestyle="--", linewidth=0.9)


def _draw_doses(axes: Axes, doses: DataFrame) -> None:
    for color, drug, text in ((COLORS[1], "on", "on the drug"), (COLORS[5], "off", "off it")):
        axes.plot(doses["dose"], doses[drug], "o-", color=color, label=text)
    _draw_threshold(axes)
    axes.text(
        doses["dose"].max(),
        WEANING_POWER,
        f"{WEANING_POWER:g} W: can be weaned above",
        ha="right",
        va="bottom",
        fontsize="x-small",
    )
    axes.set_ylim(0.4, 1.0)
    axes.set_xlabel("Inotrope under which it looks the same [ug/kg/min]")
    axes.set_ylabel(f"{label('cardiac_power_output')}, {LOW}")
    axes.legend(frameon=False, fontsize="x-small")
