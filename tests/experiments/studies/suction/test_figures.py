"""Figures of the suction study."""

from __future__ import annotations

import numpy as np

from controllers import DetectorSettings
from experiments.studies.suction.courses import SAMPLE, Course
from experiments.studies.suction.detection import Noise
from experiments.studies.suction.figures import trace_figure


def steady(cause, suction):
    """A course of six seconds with an even current, and whether all its beats are in suction."""
    samples = np.full(round(6.0 / SAMPLE), 1.0)
    ends = np.arange(1.0, 7.0)
    truth = np.full(len(ends), suction)
    signals = (600.0 * samples, 60.0 * samples, 40_000.0 * samples)
    return Course("shock-d", cause, "", "CP", *signals, ends, 1.0 * truth, truth)


def test_the_legend_names_suction_that_only_a_later_course_has():
    courses = [steady("pulmonary resistance", False), steady("wall contact", True)]
    figure = trace_figure(courses, Noise(20.0), DetectorSettings.load())
    (legend,) = figure.legends
    names = [text.get_text() for text in legend.get_texts()]
    assert {"at 20 dB", "motor current", "suction"} <= set(names)
    assert len(names) == len(set(names))
