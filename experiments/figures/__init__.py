"""Figures that several jobs draw: the look they share, and pressure-volume loops."""

from experiments.figures.loops import (
    Loop as Loop,
    Ventricle as Ventricle,
    pressure_volume_loops as pressure_volume_loops,
)
from experiments.figures.style import (
    COLORS as COLORS,
    Axes as Axes,
    Drawing as Drawing,
    Figure as Figure,
    label as label,
    left_title as left_title,
    new_figure as new_figure,
    plain as plain,
    save_figure as save_figure,
    shared_legend as shared_legend,
)
