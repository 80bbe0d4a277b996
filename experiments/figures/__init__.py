"""Figures that several jobs draw: the look they share, and pressure-volume loops."""

from experiments.figures.loops import Loop, Ventricle, pressure_volume_loops
from experiments.figures.style import COLORS, label, legend_below, new_figure, plain, save_figure

__all__ = [
    "COLORS",
    "Loop",
    "Ventricle",
    "label",
    "legend_below",
    "new_figure",
    "plain",
    "pressure_volume_loops",
    "save_figure",
]
