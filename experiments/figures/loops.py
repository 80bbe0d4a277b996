"""Pressure-volume loops of the ventricles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.figures.style import COLORS, Axes, Figure, label, new_figure, plain, shared_legend
from plants.quantities import Array

Ventricle = Literal["lv", "rv"]


@dataclass(frozen=True)
class Loop:
    """The beat of a ventricle, or several where no beat is like the last.

    Parameters
    ----------
    name : str
        For the legend; the loops of both ventricles of a circulation share it.
    volume : ndarray
        Volume of the ventricle, mL.
    pressure : ndarray
        Pressure of the ventricle, mmHg.
    ventricle : {"lv", "rv"}
        Which one.
    closed : bool
        Whether the end joins the beginning: of one periodic beat.
    """

    name: str
    volume: Array
    pressure: Array
    ventricle: Ventricle = "lv"
    closed: bool = True


def pressure_volume_loops(loops: Sequence[Loop], *, title: str = "") -> Figure:
    """Loops over one another, a panel for each ventricle.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.figures import Loop, pressure_volume_loops
    >>> turn = np.linspace(0, 2 * np.pi)
    >>> loop = Loop("a circle", 100 + 30 * np.cos(turn), 60 + 40 * np.sin(turn))
    >>> pressure_volume_loops([loop]).axes[0].get_xlabel()
    'Left-ventricular volume [mL]'
    """
    ventricles = [side for side in ("lv", "rv") if any(loop.ventricle == side for loop in loops)]
    figure = new_figure(6.2 if len(ventricles) < 2 else 9.6, 4.8)
    panels = figure.subplots(1, max(1, len(ventricles)), squeeze=False)[0]
    names = list(dict.fromkeys(loop.name for loop in loops))
    colors = {name: COLORS[k % len(COLORS)] for k, name in enumerate(names)}
    for axes, ventricle in zip(panels, ventricles, strict=False):
        _panel(axes, [loop for loop in loops if loop.ventricle == ventricle], colors)
        axes.set(xlabel=label(f"{ventricle}_volume"), ylabel=label(f"{ventricle}_pressure"))
    shared_legend(figure, panels[0], 2)
    if title:
        figure.suptitle(title, fontsize="medium")
    return figure


def _panel(axes: Axes, loops: Sequence[Loop], colors: dict[str, str]) -> None:
    plain(axes)
    for loop in loops:
        order = np.arange(len(loop.volume))
        if loop.closed:
            order = np.append(order, 0)
        width = 1.5 if loop.closed else 0.8
        axes.plot(
            loop.volume[order],
            loop.pressure[order],
            color=colors[loop.name],
            label=loop.name,
            linewidth=width,
        )
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]), top=1.02 * axes.get_ylim()[1])
    axes.margins(x=0.12)
