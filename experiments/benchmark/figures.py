"""Controllers beside one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.figures import COLORS, Figure, new_figure, plain, shared_legend
from experiments.statistics import DataFrame
from experiments.trials import TRIAL_METRICS
from plants import SIGNALS, Goal

#: Measures that are compared, and what is wished of them.
COMPARED: Mapping[str, str] = {
    "therapy_cost": "lower is better",
    "map_in_range": "higher is better",
    "pcwp_in_range": "higher is better",
    "suction_seconds": "lower is better",
    "hemolysis_rate": "lower is better",
    "effort": "lower is quieter",
}
# An axis reaches at least that far: shares to the whole, and none magnifies what is nothing.
_REACH = {"map_in_range": 1.0, "pcwp_in_range": 1.0, "suction_seconds": 1.0}
_MARKERS = "osD^vP"
_GREYS = ("#aaaaaa", "#333333", "#777777")


def controller_comparison(rows: DataFrame, controllers: Sequence[str]) -> Figure:
    """For each measure, a line for each controller: every patient, and the mean of them all.

    Parameters
    ----------
    rows : DataFrame
        A row for each trial, with ``patient``, ``controller`` and the measures.
    controllers : sequence of str
        From top to bottom.
    """
    height = 1.4 + 0.32 * len(controllers)
    figure = new_figure(11.0, 2.0 * height)
    grid = figure.subplots(2, 3, sharey=True)
    patients = list(dict.fromkeys(rows["patient"]))
    places = np.arange(len(controllers))
    for axes, (name, wish) in zip(grid.flat, COMPARED.items(), strict=True):
        plain(axes)
        mean = rows.groupby("controller")[name].mean().reindex(list(controllers))
        axes.barh(places, mean, color="#d9d9d9", height=0.62, label="mean of all trials")
        for k, patient in enumerate(patients):
            offset = 0.16 * (k - 0.5 * (len(patients) - 1))
            own = rows[rows["patient"] == patient].groupby("controller")[name].mean()
            values = own.reindex(list(controllers))
            axes.plot(
                values,
                places + offset,
                linestyle="",
                marker=_MARKERS[k % len(_MARKERS)],
                color=COLORS[k % len(COLORS)],
                markersize=5,
                label=patient,
                clip_on=False,
            )
        meaning = TRIAL_METRICS[name].label
        axes.set_title(meaning[0].upper() + meaning[1:], fontsize="medium", loc="left")
        axes.set_xlabel(wish, fontsize="small", color="#666666")
        left, right = axes.get_xlim()
        axes.set_xlim(min(left, 0.0), max(right, _REACH.get(name, right)))
    grid[0, 0].set_yticks(places, controllers)
    grid[0, 0].invert_yaxis()
    shared_legend(figure, grid[0, 0])
    return figure


def course_grid(
    courses: DataFrame, controllers: Sequence[str], name: str, *, goal: Goal | None = None
) -> Figure:
    """A signal over time under each controller: patients from top to bottom, scenarios across.

    Parameters
    ----------
    courses : DataFrame
        Columns ``patient``, ``scenario``, ``controller``, ``seed``, ``time`` and the signal; of
        several seeds the first is drawn.
    controllers : sequence of str
        Those drawn.
    name : str
        A signal, or ``"speed_command"``.
    goal : Goal, optional
        Its range is shaded.
    """
    unit, label = _labelled(name)
    first = courses[courses["seed"] == courses["seed"].min()]
    patients = list(dict.fromkeys(first["patient"]))
    scenarios = list(dict.fromkeys(first["scenario"]))
    figure = new_figure(2.9 * len(scenarios) + 0.8, 2.1 * len(patients) + 0.9)
    grid = figure.subplots(len(patients), len(scenarios), sharex=True, sharey=True, squeeze=False)
    low, high = float(first[name].min()), float(first[name].max())
    margin = 0.05 * max(high - low, 1e-6)
    styles = _styles(controllers)
    for i, patient in enumerate(patients):
        for j, scenario in enumerate(scenarios):
            axes = plain(grid[i, j])
            if goal is not None:
                axes.axhspan(
                    low - margin if goal.low is None else goal.low,
                    high + margin if goal.high is None else goal.high,
                    color="#e8f3e8",
                    label="wanted",
                    zorder=0,
                )
            here = first[(first["patient"] == patient) & (first["scenario"] == scenario)]
            for controller, style in styles.items():
                course = here[here["controller"] == controller]
                axes.plot(course["time"], course[name], label=controller, linewidth=1.3, **style)
            if i == 0:
                axes.set_title(scenario, fontsize="medium")
            if j == 0:
                axes.set_ylabel(f"{patient}\n[{unit}]")
            if i == len(patients) - 1:
                axes.set_xlabel("Time [s]")
    grid[0, 0].set_ylim(low - margin, high + margin)
    shared_legend(figure, grid[0, 0], 6)
    figure.suptitle(label, fontsize="medium")
    return figure


def _styles(controllers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Colours for controllers; held levels are grey and lie below, for most end up on one."""
    held = [name for name in controllers if "fixed" in name]
    moving = [name for name in controllers if name not in held]
    styles: dict[str, dict[str, Any]] = {}
    for k, name in enumerate(held):
        styles[name] = {"color": _GREYS[k % len(_GREYS)], "linestyle": "--", "zorder": 1.9}
    for k, name in enumerate(moving):
        dash = "-" if k < len(COLORS) else ":"
        styles[name] = {"color": COLORS[k % len(COLORS)], "linestyle": dash, "zorder": 2.0}
    return {name: styles[name] for name in controllers}


def _labelled(name: str) -> tuple[str, str]:
    if name == "speed_command":
        return SIGNALS["pump_speed"].unit, "Speed command"
    meaning = SIGNALS[name].meaning
    return SIGNALS[name].unit, meaning[0].upper() + meaning[1:]
