"""Pressure-volume loops of the left ventricle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.figures.style import COLORS, label, new_figure, plain

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Loop:
    """One beat of the left ventricle.

    Parameters
    ----------
    name : str
        For the legend.
    volume : ndarray
        Left-ventricular volume, mL.
    pressure : ndarray
        Left-ventricular pressure, mmHg.
    """

    name: str
    volume: Array
    pressure: Array


def pressure_volume_loops(loops: Sequence[Loop], *, title: str = "") -> Figure:
    """Loops over one another.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.figures import Loop, pressure_volume_loops
    >>> turn = np.linspace(0, 2 * np.pi)
    >>> loop = Loop("a circle", 100 + 30 * np.cos(turn), 60 + 40 * np.sin(turn))
    >>> pressure_volume_loops([loop]).axes[0].get_xlabel()
    'Left-ventricular volume [mL]'
    """
    figure = new_figure(6.2, 4.8)
    axes = plain(figure.add_subplot())
    for color, loop in zip(COLORS, loops, strict=False):
        closed = np.append(np.arange(len(loop.volume)), 0)
        axes.plot(loop.volume[closed], loop.pressure[closed], color=color, label=loop.name)
    axes.set_xlabel(label("lv_volume"))
    axes.set_ylabel(label("lv_pressure"))
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]), top=1.02 * axes.get_ylim()[1])
    axes.margins(x=0.12)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    if title:
        axes.set_title(title, fontsize="medium", loc="left")
    return figure
