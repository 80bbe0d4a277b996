"""Figures of the benchmark: every controller and scenario, labels with units, files."""

from __future__ import annotations

import numpy as np
import pandas
import pytest
from matplotlib.figure import Figure

from experiments.benchmark import controller_comparison, course_grid
from experiments.benchmark.figures import COMPARED
from experiments.figures import save_figure
from plants import Therapy

CONTROLLERS = ("fixed:P-6", "nmpc")


@pytest.fixture(scope="module")
def rows():
    table = pandas.DataFrame(
        [
            {"patient": patient, "controller": controller} | dict.fromkeys(COMPARED, float(k))
            for k, patient in enumerate(("shock-c", "shock-d"))
            for controller in CONTROLLERS
        ]
    )
    # A patient none of whose trials could be run.
    table.loc[table["patient"] == "shock-c", list(COMPARED)] = np.nan
    return table


@pytest.fixture(scope="module")
def courses():
    return pandas.concat(
        pandas.DataFrame(
            {
                "patient": "shock-d",
                "scenario": scenario,
                "controller": controller,
                "seed": 1,
                "time": np.arange(5.0),
                "map": 60.0 + np.arange(5.0),
                "speed_command": 40_000.0,
            }
        )
        for scenario in ("none", "hemorrhage")
        for controller in CONTROLLERS
    )


def test_comparison_has_every_controller(rows):
    figure = controller_comparison(rows, CONTROLLERS)
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == list(CONTROLLERS)
    assert len(figure.axes) == len(COMPARED)


@pytest.mark.parametrize("name", ["map", "speed_command"])
def test_course_grid(courses, name):
    goal = next(goal for goal in Therapy.default().goals if goal.signal == "map")
    figure = course_grid(courses, CONTROLLERS, name, goal=goal if name == "map" else None)
    assert [axes.get_title() for axes in figure.axes] == ["none", "hemorrhage"]
    assert "rpm" in figure.axes[0].get_ylabel() or "mmHg" in figure.axes[0].get_ylabel()


@pytest.mark.usefixtures("drawn")
def test_a_figure_is_saved_in_the_format_of_its_ending(tmp_path, rows):
    for ending, start in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        path = save_figure(controller_comparison(rows, CONTROLLERS), tmp_path / f"f.{ending}")
        assert path.read_bytes().startswith(start)
    assert isinstance(controller_comparison(rows, CONTROLLERS), Figure)
