"""Figures of the weaning study: how courses ended, when, and at what price."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from experiments.figures import COLORS, Axes, Figure, new_figure, plain
from experiments.statistics import DataFrame
from experiments.weaning.course import OUTCOMES
from experiments.weaning.settings import study_settings
from experiments.weaning.study.competing_risks import EVENTS
from experiments.weaning.study.tables import ORACLE

WELL, FAILED, _OTHER, _BRIDGE, _DEATH = (COLORS[2], COLORS[1], COLORS[4], COLORS[5], COLORS[6])
#: Colours of what comes first, and of how courses end.
EVENT_COLORS = dict(zip(EVENTS, (WELL, FAILED, _OTHER, _BRIDGE, _DEATH), strict=True))
OUTCOME_COLORS = {
    "well": WELL,
    "failed": FAILED,
    "died": _DEATH,
    "bridge": _BRIDGE,
    "label": "#dddddd",
}
_OUTCOME_WORDS = {
    "well": "explanted and well",
    "failed": "failed wean",
    "died": "died on the pump",
    "bridge": "bridge decision",
    "label": "none by the label's end",
}
_COLUMNS, PERCENT = 3, 100.0


def policy_label(policy: str) -> str:
    """Name of a policy in a figure: a folder by its last part.

    Examples
    --------
    >>> from experiments.weaning.study.figures import policy_label
    >>> policy_label("policy:results/policies/weaning-ppo"), policy_label("model-based")
    ('weaning-ppo', 'model-based')
    """
    return policy.rpartition("/")[2] if policy.startswith("policy:") else policy


def _grid(count: int, height: float) -> tuple[Figure, list[Axes]]:
    columns = min(count, _COLUMNS)
    rows = math.ceil(count / columns)
    figure = new_figure(3.4 * columns + 0.4, height * rows + 0.7)
    axes = list(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    for empty in axes[count:]:
        empty.set_visible(False)
    return figure, [plain(panel) for panel in axes[:count]]


def incidence_figure(incidence: DataFrame) -> Figure:
    """Cumulative incidence of what came first, stacked; a panel a policy.

    The broken line is the share of patients whom the oracle could have explanted by then.
    """
    policies = list(dict.fromkeys(incidence["policy"]))
    figure, panels = _grid(len(policies), 2.5)
    for axes, policy in zip(panels, policies, strict=True):
        own = incidence[incidence["policy"] == policy]
        hours, base = own["hours"].to_numpy(float), np.zeros(len(own))
        for event in EVENTS:
            top = base + PERCENT * own[event].to_numpy(float)
            axes.fill_between(
                hours,
                base,
                top,
                step="post",
                color=EVENT_COLORS[event],
                alpha=0.85,
                linewidth=0,
                label=event,
            )
            base = top
        could = PERCENT * own[ORACLE].to_numpy(float)
        axes.step(
            hours,
            could,
            where="post",
            color="black",
            linewidth=1.0,
            linestyle="--",
            label="could be explanted (oracle)",
        )
        axes.set_title(policy_label(policy), fontsize="medium", loc="left")
        axes.set(xlim=(0.0, float(hours.max())), ylim=(0.0, PERCENT))
    _edge(panels, len(policies), "Time on the pump [h]", "Patients [%]")
    _legend(figure, panels[0], 3)
    return figure


def _edge(panels: Sequence[Axes], count: int, x: str, y: str) -> None:
    """Labels at the left, and at the lowest panel of each column."""
    columns = min(count, _COLUMNS)
    for k, axes in enumerate(panels):
        if k % columns == 0:
            axes.set_ylabel(y)
        if k + columns >= count:
            axes.set_xlabel(x)
            axes.tick_params(labelbottom=True)


def _legend(figure: Figure, axes: Axes, columns: int) -> None:
    handles, names = axes.get_legend_handles_labels()
    # Lines come after what they are drawn upon.
    order = sorted(range(len(names)), key=lambda k: "(oracle)" in names[k])
    handles, names = [handles[k] for k in order], [names[k] for k in order]
    figure.legend(
        handles, names, loc="outside lower center", ncols=columns, frameon=False, fontsize="small"
    )


def outcomes_figure(outcomes: DataFrame) -> Figure:
    """How courses ended: a panel a case, a bar a policy; ticks mark who could be weaned."""
    cases = list(dict.fromkeys(outcomes["case"]))
    policies = list(dict.fromkeys(outcomes["policy"]))
    figure, panels = _grid(len(cases), 0.9 + 0.24 * len(policies))
    places = np.arange(len(policies))
    for axes, case in zip(panels, cases, strict=True):
        own = outcomes[outcomes["case"] == case].set_index("policy").reindex(policies)
        left, total = np.zeros(len(policies)), own["patients"].to_numpy(float)
        for name in OUTCOMES:
            width = PERCENT * own[name].to_numpy(float) / total
            axes.barh(
                places,
                width,
                left=left,
                color=OUTCOME_COLORS[name],
                height=0.75,
                label=_OUTCOME_WORDS[name],
            )
            left = left + width
        axes.plot(
            PERCENT * own["weanable"].to_numpy(float) / total,
            places,
            linestyle="",
            marker="|",
            markersize=11,
            markeredgewidth=2,
            color="black",
            label="could be weaned (oracle)",
        )
        count = int(np.nanmax(total))
        axes.set_title(f"{case} (n = {count})", fontsize="medium", loc="left")
        axes.set_xlim(0.0, PERCENT)
        axes.grid(visible=False, axis="y")
    panels[0].set_yticks(places, [policy_label(policy) for policy in policies])
    panels[0].set_ylim(len(policies) - 0.5, -0.5)
    _edge(panels, len(cases), "Patients [%]", "")
    _legend(figure, panels[0], 3)
    return figure


def trade_off_figure(policies: DataFrame) -> Figure:
    """What is gained and what is risked: patients weaned, weans that fail, time above the oracle.

    Points are shares with 95 % intervals (Wilson); broken lines are the targets.
    """
    figure = new_figure(10.5, 1.5 + 0.38 * len(policies))
    targets = study_settings().targets
    grid = figure.subplots(1, 3, sharey=True)
    places = np.arange(len(policies))
    for axes, name, title in zip(
        grid,
        ("weaned", "failed", "excess_hours"),
        ("Weanable patients weaned", "Weans that fail within 48 h", "Time above the oracle's"),
        strict=True,
    ):
        plain(axes)
        scale = PERCENT if targets[name].share else 1.0
        if name == "excess_hours":
            axes.plot(
                policies["excess_hours_median"],
                places,
                "o",
                color=COLORS[0],
                label="all who could be weaned",
            )
            axes.plot(
                policies["excess_hours_weaned_median"],
                places,
                "D",
                color=COLORS[5],
                markersize=4,
                label="those who were",
            )
            axes.legend(frameon=False, fontsize="x-small", loc="best")
        else:
            _points(axes, policies, name, places)
        axes.axvline(scale * targets[name].value, color="black", linewidth=0.9, linestyle="--")
        axes.set_title(title, fontsize="medium", loc="left")
        axes.set(xlabel="Median [h]" if name == "excess_hours" else "Share [%]", xlim=(0.0, None))
        axes.grid(visible=False, axis="y")
    grid[0].set_yticks(places, [policy_label(policy) for policy in policies["policy"]])
    grid[0].set_ylim(len(policies) - 0.5, -0.5)
    return figure


def _points(axes: Axes, table: DataFrame, name: str, places: np.ndarray) -> None:
    middle = PERCENT * table[f"{name}_share"].to_numpy(float)
    reach = [
        middle - PERCENT * table[f"{name}_low"].to_numpy(float),
        PERCENT * table[f"{name}_high"].to_numpy(float) - middle,
    ]
    axes.errorbar(
        middle,
        places,
        xerr=np.maximum(reach, 0.0),
        linestyle="",
        marker="o",
        markersize=5,
        color=COLORS[0],
        elinewidth=1.2,
    )
