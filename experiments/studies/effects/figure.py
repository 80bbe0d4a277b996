"""Figure of the effects study: a map of effects by signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.figures import Axes, Figure, new_figure
from experiments.studies.effects.catalogue import SHOWN
from experiments.studies.effects.effect import CIRCULATION, EVERYTHING, Finding
from experiments.studies.effects.examination import Examined
from plants import METRICS, SIGNALS

# A value below this share of its signal's range counts as this: nothing is divided by nothing.
_LEAST_SHARE = 1e-4


def relative_change(signal: str, off: float, on: float) -> float:
    """Change over the larger of both values, -1 to 1 where the sign does not change.

    Examples
    --------
    >>> from experiments.studies.effects.figure import relative_change
    >>> relative_change("map", 100.0, 80.0), relative_change("suction", 0.0, 0.5)
    (-0.2, 1.0)
    """
    allowed = SIGNALS[signal]
    least = _LEAST_SHARE * (allowed.high - allowed.low)
    return float(np.clip((on - off) / max(abs(on), abs(off), least), -1.0, 1.0))


def effects_figure(effects: Sequence[Examined]) -> Figure:
    """Change of each signal by each effect, and what was expected of it."""
    figure = new_figure(13.5, 2.6 + 0.215 * len(effects))
    axes = figure.subplots()
    changes = np.full((len(effects), len(SHOWN)), np.nan)
    for row, effect in enumerate(effects):
        for column, name in enumerate(SHOWN):
            if name in effect.on:
                changes[row, column] = relative_change(name, effect.off[name], effect.on[name])
    # The root shows small changes too.
    shown = np.sign(changes) * np.sqrt(np.abs(changes))
    axes.set_facecolor("#e4e4e4")
    image = axes.imshow(shown, cmap="RdBu_r", vmin=-1.0, vmax=1.0, aspect="auto")
    for row, effect in enumerate(effects):
        for finding in effect.findings:
            _mark(axes, row, finding, effect.on)
    axes.set_xticks(range(len(SHOWN)), [_short(name) for name in SHOWN], rotation=90, fontsize=7)
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(effects)), [effect.name for effect in effects], fontsize=7)
    axes.set_xticks(np.arange(-0.5, len(SHOWN)), minor=True)
    axes.set_yticks(np.arange(-0.5, len(effects)), minor=True)
    axes.grid(which="minor", color="white", linewidth=0.8)
    axes.tick_params(which="both", length=0)
    bar = figure.colorbar(image, ax=axes, shrink=0.4, aspect=30, pad=0.01)
    ticks = (-1.0, -0.5, -0.1, 0.0, 0.1, 0.5, 1.0)
    bar.set_ticks(
        [float(np.sign(x) * np.sqrt(abs(x))) for x in ticks], labels=[f"{x:g}" for x in ticks]
    )
    bar.set_label("Change by the effect over the larger value", fontsize=7)
    bar.ax.tick_params(labelsize=7)
    axes.set_xlabel(
        "Triangles: expected to rise or fall. Dots: expected to stay. Crosses: not as expected. "
        "Grey: no slow clock in the case.",
        fontsize=7,
    )
    return figure


def _mark(axes: Axes, row: int, finding: Finding, measured: Mapping[str, float]) -> None:
    expected = finding.expectation
    names = {CIRCULATION: METRICS.names, EVERYTHING: SHOWN}.get(expected.signal, (expected.signal,))
    columns = [
        column
        for column, name in enumerate(SHOWN)
        if name in names and name in measured and name not in expected.may_move
    ]
    marker = {"rises": "^", "falls": "v", "stays": "o"}[expected.change]
    size = 3 if expected.change == "stays" else 14
    if not finding.holds:
        marker, size = "x", 22
    rows = [row] * len(columns)
    axes.scatter(columns, rows, marker=marker, s=size, color="black", linewidths=0.8)


def _short(name: str) -> str:
    return name.replace("_", " ")
