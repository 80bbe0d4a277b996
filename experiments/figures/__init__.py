"""Figures that several jobs draw: the look they share, and pressure-volume loops."""

from experiments.figures.loops import Loop, Ventricle, pressure_volume_loops
from experiments.figures.style import (
    COLORS,
    Axes,
    Drawing,
    Figure,
    label,
    left_title,
    new_figure,
    plain,
    save_figure,
    shared_legend,
)

__all__ = [
    "COLORS",
    "Axes",
    "Drawing",
    "Figure",
    "Loop",
    "Ventricle",
    "label",
    "left_title",
    "new_figure",
    "plain",
    "pressure_volume_loops",
    "save_figure",
    "shared_legend",
]
