"""Figures: labels with units, and files that can be read."""

import numpy as np
import pandas
import pytest
from matplotlib.figure import Figure

from experiments.benchmark import controller_comparison, course_grid
from experiments.benchmark.figures import COMPARED
from experiments.figures import Loop, pressure_volume_loops, save_figure
from experiments.trials import time_course
from plants import Therapy, simulate

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


def test_loops_are_closed_and_named():
    turn = np.linspace(0, 6.0, 50)
    loops = [Loop("alone", 100 + np.cos(turn), 50 + np.sin(turn)), Loop("pump", turn, turn)]
    figure = pressure_volume_loops(loops, title="two")
    (axes,) = figure.axes
    assert axes.get_xlabel() == "Left-ventricular volume [mL]"
    assert axes.get_ylabel() == "Left-ventricular pressure [mmHg]"
    assert [line.get_label() for line in axes.lines] == ["alone", "pump"]
    x = axes.lines[0].get_xdata()
    assert x[0] == x[-1]


def test_each_ventricle_has_a_panel():
    turn = np.linspace(0, 6.0, 50)
    loops = [
        Loop("alone", 100 + turn, turn),
        Loop("alone", 90 + turn, turn, "rv"),
        Loop("pump", turn, turn, "rv", closed=False),
    ]
    left, right = pressure_volume_loops(loops).axes
    assert left.get_xlabel() == "Left-ventricular volume [mL]"
    assert right.get_ylabel() == "Right-ventricular pressure [mmHg]"
    assert (len(left.lines), len(right.lines)) == (1, 2)
    # A circulation has one colour, whichever ventricle; an open loop stays open.
    assert left.lines[0].get_color() == right.lines[0].get_color()
    assert right.lines[0].get_color() != right.lines[1].get_color()
    assert len(right.lines[0].get_xdata()) == 51
    assert len(right.lines[1].get_xdata()) == 50


@pytest.mark.parametrize(
    ("patient", "device", "panels", "flows", "last"),
    [
        ("biventricular-shock", "CP+RP", 7, {"total", "pump", "right pump", "native"}, "Motor"),
        ("rv-failure", "RP", 6, {"total", "right pump", "native"}, "Flow"),
        ("shock-d", None, 6, {"total", "native"}, "Pressure"),
    ],
)
def test_a_course_shows_the_pumps_that_are_there(patient, device, panels, flows, last):
    level = None if device is None else "P-6"
    figure = time_course(simulate(patient, device, level=level, duration=4.0))
    assert len(figure.axes) == panels
    assert {line.get_label() for line in figure.axes[1].lines} == flows
    assert figure.axes[-1].get_ylabel().startswith(last)
    shown = {line.get_label() for axes in figure.axes for line in axes.lines}
    assert ("motor current" in shown) is (device == "CP+RP")
    assert "pulmonary artery" in shown
    if device == "CP+RP":
        held = next(x for x in figure.axes[2].lines if x.get_label() == "right pump, held")
        assert set(held.get_ydata()) == {26_000.0}


@pytest.mark.parametrize(("log_interval", "panels"), [(0.01, 6), (None, 3)])
def test_time_course(log_interval, panels):
    figure = time_course(
        simulate("shock-d", "CP", level="P-8", duration=4.0, log_interval=log_interval)
    )
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert len(labels) == panels
    assert all("[" in label for label in labels)
    assert "Speed command [rpm]" in labels


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


def test_files(tmp_path, rows):
    for ending, start in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        path = save_figure(controller_comparison(rows, CONTROLLERS), tmp_path / f"f.{ending}")
        assert path.read_bytes().startswith(start)
    assert isinstance(controller_comparison(rows, CONTROLLERS), Figure)
