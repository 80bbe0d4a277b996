"""Figures of the cohort study: incidences against what is expected, over the days, by support."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.figures import COLORS, Axes, Figure, new_figure, plain, shared_legend
from experiments.statistics import DataFrame
from experiments.studies.cohort.settings import COMPLICATIONS

TITLES = {"bleeding": "Major bleeding", "hemolysis": "Hemolysis", "limb": "Limb ischemia"}
_PATIENTS = "Patients [%]"
_LEAST_REACH = 1.0  # %: no axis magnifies what is nothing


def incidence_figure(incidence: DataFrame) -> Figure:
    """Share of patients with each complication on the judged supports, beside the bands."""
    judged = incidence[incidence["verdict"] != ""]
    supports = list(dict.fromkeys(judged["support"]))
    figure = new_figure(9.0, 1.6 + 0.6 * len(supports))
    grid = figure.subplots(1, len(COMPLICATIONS), sharey=True)
    places = np.arange(len(supports))
    for axes, what in zip(grid, COMPLICATIONS, strict=True):
        plain(axes)
        rows = judged[judged["complication"] == what]
        for place, row in zip(places, rows.to_dict("records"), strict=True):
            axes.barh(
                place,
                row["band_high"] - row["band_low"],
                left=row["band_low"],
                height=0.7,
                color="#e0efe0",
                label="expected" if place == 0 else None,
            )
        _with_intervals(axes, rows, places)
        axes.set_title(TITLES[what], fontsize="medium", loc="left")
        axes.set(xlabel=_PATIENTS, xlim=(0.0, None))
        axes.grid(visible=False, axis="y")
    grid[0].set_yticks(places, supports)
    grid[0].set_ylim(len(supports) - 0.5, -0.5)
    shared_legend(figure, grid[0])
    return figure


def _with_intervals(axes: Axes, rows: DataFrame, places: NDArray[np.int_]) -> None:
    percent = rows["percent"].to_numpy()
    reach = [percent - rows["percent_low"].to_numpy(), rows["percent_high"].to_numpy() - percent]
    axes.errorbar(
        percent,
        places - 0.12,
        xerr=np.maximum(reach, 0.0),
        linestyle="",
        marker="o",
        markersize=5,
        color=COLORS[0],
        elinewidth=1.2,
        label="events, 95 % interval",
    )
    _by_hazard(axes, rows, places + 0.12)


def _by_hazard(axes: Axes, rows: DataFrame, places: NDArray[np.floating]) -> None:
    axes.errorbar(
        rows["percent_by_hazard"],
        places,
        xerr=rows["percent_by_hazard_ci"].fillna(0.0),
        linestyle="",
        marker="D",
        markersize=4,
        color=COLORS[1],
        elinewidth=1.2,
        label="chance by the hazards, 95 % interval",
    )


def days_figure(by_day: DataFrame, supports: Sequence[str]) -> Figure:
    """Share of patients with each complication by the end of each day, and of those who died.

    Dots are events; a line without dots is the mean chance by the hazards.
    """
    columns = (*COMPLICATIONS, "died")
    figure = new_figure(10.5, 3.2)
    grid = figure.subplots(1, len(columns))
    for axes, what in zip(grid, columns, strict=True):
        plain(axes)
        for k, support in enumerate(supports):
            rows = by_day[by_day["support"] == support]
            color = COLORS[k % len(COLORS)]
            chance = f"{what}_by_hazard"
            lonely = chance not in rows
            axes.plot(
                rows["day"],
                rows[what],
                marker="o",
                markersize=4,
                color=color,
                label=support,
                linestyle="-" if lonely else "",
                linewidth=1.0,
            )
            if not lonely:
                axes.plot(rows["day"], rows[chance], color=color, linewidth=1.2)
        axes.set_title(TITLES.get(what, "Deaths"), fontsize="medium", loc="left")
        axes.set(xlabel="Days of support [d]", ylim=(0.0, max(axes.get_ylim()[1], _LEAST_REACH)))
    grid[0].set_ylabel(_PATIENTS)
    shared_legend(figure, grid[0])
    return figure


def contrasts_figure(incidence: DataFrame, groups: Mapping[str, Sequence[str]]) -> Figure:
    """How the chances move with speed, device and access, in the same patients.

    Parameters
    ----------
    incidence : DataFrame
        Of the patients that had all these supports.
    groups : dict of str to sequence of str
        Titles, and the supports compared under each.
    """
    heights = [len(group) for group in groups.values()]
    figure = new_figure(9.5, 1.8 + 0.32 * sum(heights) + 0.3 * len(heights))
    grid = figure.subplots(
        len(groups),
        len(COMPLICATIONS),
        sharex="col",
        squeeze=False,
        gridspec_kw={"height_ratios": heights},
    )
    for i, (title, supports) in enumerate(groups.items()):
        places = np.arange(len(supports))
        for j, what in enumerate(COMPLICATIONS):
            axes = plain(grid[i, j])
            rows = incidence[incidence["complication"] == what].set_index("support")
            _by_hazard(axes, rows.loc[list(supports)], places.astype(float))
            axes.set_ylim(len(supports) - 0.5, -0.5)
            axes.set_yticks(places, list(supports) if j == 0 else [""] * len(supports))
            axes.grid(visible=False, axis="y")
            if i == 0:
                axes.set_title(TITLES[what], fontsize="medium")
            if i == len(groups) - 1:
                axes.set_xlabel(_PATIENTS)
        grid[i, 0].set_ylabel(title)
    for axes in grid[0]:  # The columns share their axes.
        axes.set_xlim(0.0, max(axes.get_xlim()[1], _LEAST_REACH))
    shared_legend(figure, grid[0, 0])
    return figure
