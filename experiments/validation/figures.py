"""A figure for each study of the validation: its bands, and the beats behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from experiments.figures import (
    COLORS,
    Axes,
    Drawing,
    Figure,
    label,
    left_title,
    new_figure,
    plain,
    shared_legend,
)
from experiments.statistics import DataFrame, data_frame
from experiments.validation.bands import BEFORE
from experiments.validation.conditions import ShownCase, ShownCondition
from experiments.validation.loops import pump_loops_figure, stage_loops_figure
from experiments.validation.parts import PRESETS, Part
from experiments.validation.row import MISS, Row

_BAND, _IN, _OUT = "#cfe8dc", "#0072B2", "#D55E00"
_ROW_HEIGHT, _LOOP_WIDTH = 0.5, 4.6  # inches
_LEAST_ROWS = 4  # so that few bands do not grow
_NOTHING = 1e-4  # a value that is printed as 0
_LEGEND_COLUMNS = 3
_NEAR = 0.15  # of an axis: ends of a band closer than this are written to either side
# Signals of the right side: their studies show the loops of the right ventricle.
_RIGHT = ("right_pump_flow", "ea_ees_rv")
_PLACES = "position"
_STAGES = "shock-stages"


def validation_figures(parts: Sequence[Part]) -> dict[str, Drawing]:
    """What draws every figure, by its name.

    Parameters
    ----------
    parts : sequence of Part
        From :func:`experiments.validation.parts.run_part`.
    """
    figures: dict[str, Drawing] = {}
    for part in parts:
        for case in part.cases:
            several = len(part.cases) > 1
            rows = [row for row in part.rows if not several or row.patient == case.patient]
            suffix = f"_{case.patient}" if several else ""
            figures[f"{part.name.name}{suffix}"] = partial(study_figure, case, rows)
            if part.name.name == _PLACES:
                figures["position_signals"] = partial(place_figure, case)
    flows = [part.tables["head_flow"] for part in parts if "head_flow" in part.tables]
    if flows:
        figures["head-flow"] = partial(head_flow_figure, flows)
    for part in parts:
        if part.name.name == PRESETS:
            figures["presets"] = partial(presets_figure, part.rows)
        if part.stage_loops:
            figures["stage-loops"] = partial(stage_loops_figure, part.stage_loops)
        if part.pump_loops:
            figures["pump-loops"] = partial(pump_loops_figure, part.pump_loops)
    return figures


def study_figure(case: ShownCase, rows: Sequence[Row]) -> Figure:
    """Bands of a study with the model's values, beside the pressure-volume loops."""
    loops = _loops(case)
    height = max(3.4 if loops else 1.2, 0.9 + _ROW_HEIGHT * len(rows))
    figure = new_figure(7.2 + (_LOOP_WIDTH if loops else 0.0), height)
    grid = figure.add_gridspec(1, 2 if loops else 1, width_ratios=[7.2, _LOOP_WIDTH][: 1 + loops])
    _draw_bands(figure, grid[0, 0], rows)
    if loops:
        _draw_loops(figure, plain(figure.add_subplot(grid[0, 1])), case)
    of = f" ({case.patient})" if len(case.published.presets) > 1 else ""
    left_title(figure, f"{case.published.title}{of}")
    return figure


def _loops(case: ShownCase) -> bool:
    """Whether loops belong to the study: not where conditions are other patients, or too many."""
    return case.study not in (_STAGES, _PLACES) and len(case.conditions) <= len(COLORS)


def _draw_bands(figure: Figure, where: Any, rows: Sequence[Row]) -> None:
    count = max(len(rows), _LEAST_ROWS)
    lines = where.subgridspec(count, 2, width_ratios=[1.35, 1.0], hspace=0.1)
    for index, row in enumerate(rows):
        text = figure.add_subplot(lines[index, 0])
        text.axis("off")
        unit = "" if row.unit == "1" else f" [{row.unit}]"
        color = _OUT if row.verdict == MISS else "black"
        text.text(
            1.0,
            0.5,
            f"{row.measure}{unit}\npublished: {row.published}",
            ha="right",
            va="center",
            fontsize="x-small",
            color=color,
            wrap=True,
        )
        _draw_band(figure.add_subplot(lines[index, 1]), row)


def _draw_band(axes: Axes, row: Row) -> None:
    """The band in green, open to the side where it has no end, and the model's value."""
    ends = [end for end in (row.low, row.high) if end is not None]
    points = [x for x in (*ends, row.model) if np.isfinite(x)]
    low, high = min(points), max(points)
    room = 0.35 * (high - low) or 0.2 * abs(high) or 1.0
    left, right = low - room, high + room
    axes.axvspan(
        left if row.low is None else row.low,
        right if row.high is None else row.high,
        color=_BAND,
        zorder=0,
    )
    for end in ends:
        axes.axvline(end, color="#66a58a", linewidth=0.8)
    _draw_value(axes, row, row.model, 0.0, markersize=7, clip_on=False)
    shown = f"{row.model:.3g}" if abs(row.model) > _NOTHING else "0"
    axes.annotate(
        shown,
        (row.model, 0.0),
        xytext=(0, 5),
        textcoords="offset points",
        ha="center",
        fontsize="x-small",
    )
    axes.set(xlim=(left, right), ylim=(-1.0, 1.6))
    axes.set_yticks([])
    ticks = axes.set_xticks(ends, [f"{end:.3g}" for end in ends], fontsize="x-small")
    if len(ends) > 1 and ends[1] - ends[0] < _NEAR * (right - left):
        ticks[0].label1.set_horizontalalignment("right")
        ticks[1].label1.set_horizontalalignment("left")
    axes.tick_params(axis="x", length=2, pad=1)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)


def _draw_value(axes: Axes, row: Row, x: float, y: float, **style: Any) -> None:
    """The model's value: a blue dot, or a red cross where it misses the band."""
    marker, color = ("X", _OUT) if row.verdict == MISS else ("o", _IN)
    axes.plot([x], [y], marker=marker, color=color, **style)


def _draw_loops(figure: Figure, axes: Axes, case: ShownCase) -> None:
    """Loops of the ventricle that the study is about, in every condition."""
    chamber = "rv" if any(band.signal in _RIGHT for band in case.published.bands) else "lv"
    labels = {name: _loop_name(shown, case) for name, shown in case.conditions.items()}
    for color, (name, condition) in zip(COLORS, case.conditions.items(), strict=False):
        # The pump tells no condition apart that differs in something else.
        unique = list(labels.values()).count(labels[name]) == 1
        closed = np.append(np.arange(len(condition.waves["time"])), 0)
        axes.plot(
            condition.waves[f"{chamber}_volume"][closed],
            condition.waves[f"{chamber}_pressure"][closed],
            color=color,
            linewidth=1.3,
            label=labels[name] if unique else f"{name}, {labels[name]}",
        )
    axes.set_xlabel(label(f"{chamber}_volume"), fontsize="small")
    axes.set_ylabel(label(f"{chamber}_pressure"), fontsize="small")
    axes.tick_params(labelsize="small")
    axes.margins(x=0.1)
    handles, names = axes.get_legend_handles_labels()
    columns = min(len(names), _LEGEND_COLUMNS)
    figure.legend(
        handles, names, loc="outside lower right", ncols=columns, frameon=False, fontsize="x-small"
    )


def _loop_name(condition: ShownCondition, case: ShownCase) -> str:
    other = condition.patient != case.patient
    return f"{condition.patient}, {condition.pump}" if other else condition.pump


def place_figure(case: ShownCase) -> Figure:
    """Placement signal and motor current over a beat, for every place of the pump."""
    conditions = {name: shown for name, shown in case.conditions.items() if name != BEFORE}
    figure = new_figure(2.1 * len(conditions) + 0.6, 4.2)
    panels = figure.subplots(2, len(conditions), sharex=True, sharey="row", squeeze=False)
    for column, (name, condition) in enumerate(conditions.items()):
        upper, lower = plain(panels[0, column]), plain(panels[1, column])
        time = condition.waves["time"]
        for signal, color, style in (
            ("aortic_pressure", "#999999", "--"),
            ("lv_pressure", "#999999", ":"),
            ("placement_signal", COLORS[0], "-"),
        ):
            upper.plot(
                time,
                condition.waves[signal],
                style,
                color=color,
                label=signal.replace("_", " ").replace("lv", "LV"),
            )
        lower.plot(time, condition.waves["motor_current"], color=COLORS[1])
        upper.set_title(_PLACE_TITLES.get(name, name), fontsize="small")
        lower.set_xlabel("Time [s]", fontsize="small")
    panels[0, 0].set_ylabel("Pressure [mmHg]", fontsize="small")
    panels[1, 0].set_ylabel(label("motor_current"), fontsize="small")
    panels[1, 0].set_ylim(bottom=0)
    shared_legend(figure, panels[0, 0], 3)
    left_title(figure, "What the console shows of a beat")
    return figure


_PLACE_TITLES: Mapping[str, str] = {
    "correct": "correct",
    "deep": "too deep",
    "shallow": "too shallow",
    "valve": "outlet in the valve",
    "mitral": "on the mitral apparatus",
    "wall": "on the wall",
}


def head_flow_figure(tables: Sequence[Sequence[Mapping[str, Any]]]) -> Figure:
    """Displayed ranges of every level and the model's flows, a panel for each pump."""
    figure = new_figure(11.5, 6.2)
    panels = figure.subplots(2, 3, squeeze=False).ravel()
    for axes, rows in zip(panels, tables, strict=False):
        _draw_levels(plain(axes), data_frame(rows))
    for axes in panels[len(tables) :]:
        axes.axis("off")
    for axes in panels[::3]:
        axes.set_ylabel(label("pump_flow"))
    shared_legend(figure, panels[0])
    left_title(
        figure,
        "Flow of every level at a low and a high mean head, and the range the console displays",
    )
    return figure


def _draw_levels(axes: Axes, table: DataFrame) -> None:
    levels = list(dict.fromkeys(table["level"]))
    first = table.drop_duplicates("level")
    place = np.arange(len(levels))
    low = first["flow_low"].astype(float).to_numpy()
    high = first["flow_high"].astype(float).to_numpy()
    bottom = np.where(np.isnan(low), high, low)
    axes.bar(
        place,
        np.maximum(high - bottom, 0.03),
        bottom=bottom,
        width=0.7,
        color=_BAND,
        edgecolor="#66a58a",
        linewidth=0.8,
        label="displayed range",
    )
    heads = sorted(table["head_mmHg"].unique())
    for color, name, head in zip(COLORS, ("low head", "high head"), heads, strict=False):
        rows = table[table["head_mmHg"] == head]
        for kind, marker, face, shift in (
            ("steady", "o", color, -0.12),
            ("pulsatile", "s", "none", 0.12),
        ):
            axes.plot(
                place + shift,
                rows[f"{kind}_flow"].clip(lower=0),
                linestyle="",
                marker=marker,
                markersize=4,
                color=color,
                markerfacecolor=face,
                label=f"{name}, {'pulsating patient' if kind == 'pulsatile' else 'steady law'}",
            )
    axes.set_xticks(place, levels, fontsize="small")
    axes.set_ylim(bottom=0)
    text = " and ".join(f"{head:g}" for head in heads)
    axes.set_title(f"{table['device'].iloc[0]} ({text} mmHg)", loc="left", fontsize="medium")


def presets_figure(rows: Sequence[Row]) -> Figure:
    """Deviation of every target of every preset, with its band."""
    names = list(dict.fromkeys(row.patient for row in rows))
    signals = list(dict.fromkeys(row.signal for row in rows))
    figure = new_figure(1.75 * len(names) + 1.2, 0.34 * len(signals) + 1.5)
    panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    reach = 1.15 * max(abs(100 * (row.model / float(row.published) - 1)) for row in rows)
    for axes, name in zip(panels, names, strict=True):
        plain(axes)
        for row in (row for row in rows if row.patient == name):
            assert row.low is not None
            assert row.high is not None
            target, height = float(row.published), signals.index(row.signal)
            width = 100 * (row.high - row.low) / target
            axes.barh(height, width, left=-width / 2, height=0.7, color=_BAND, zorder=0)
            _draw_value(axes, row, 100 * (row.model / target - 1), height, markersize=6)
        axes.set_title(name, fontsize="small")
        axes.set_xlim(-reach, reach)
        axes.set_xlabel("deviation [%]", fontsize="small")
    panels[0].set_yticks(range(len(signals)), signals, fontsize="small")
    panels[0].invert_yaxis()
    left_title(figure, "Presets against their targets, without a pump")
    return figure
