"""Figures of the studies: nothing lies over data or over another text."""

from __future__ import annotations

import dataclasses

from experiments.validation.comparison import study_rows
from experiments.validation.figures import study_figure


def test_the_legend_of_the_loops_lies_outside_the_axes(recover):
    figure = study_figure(recover.shown(), study_rows(recover))
    assert all(axes.get_legend() is None for axes in figure.axes)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["no pump", "5.0 P-8"]


def test_ends_of_a_narrow_band_are_written_to_either_side(recover):
    row = study_rows(recover)[0]
    narrow = dataclasses.replace(row, low=0.0, high=0.01, model=1.0)
    wide = dataclasses.replace(row, low=0.0, high=1.0, model=0.5)
    figure = study_figure(recover.shown(), [narrow, wide])
    sides = [
        [label.get_horizontalalignment() for label in axes.get_xticklabels()]
        for axes in figure.axes
        if len(axes.get_xticks()) == 2
    ]
    assert sides == [["right", "left"], ["center", "center"]]
