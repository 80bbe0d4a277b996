"""Figures: each function returns a matplotlib Figure, with labels and units from the signals."""

from experiments.figures.comparison import controller_comparison, course_grid
from experiments.figures.course import time_course
from experiments.figures.loops import Loop, pressure_volume_loops
from experiments.figures.style import save_figure

__all__ = [
    "Loop",
    "controller_comparison",
    "course_grid",
    "pressure_volume_loops",
    "save_figure",
    "time_course",
]
