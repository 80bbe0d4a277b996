"""Pressure-volume loops: closed, labelled with units, a panel for each ventricle."""

from __future__ import annotations

import numpy as np

from experiments.figures import Loop, pressure_volume_loops


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
