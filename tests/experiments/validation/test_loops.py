"""Loops beside each other: in the coordinates of the free wall, on equal axes, legend outside."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from experiments.validation import loops
from plants import Plant, steady_state


@pytest.fixture(scope="module")
def stages():
    return loops.stage_loops()


@pytest.fixture(scope="module")
def pumps():
    return loops.pump_loops()


def test_every_stage_is_shown_between_its_relations(stages):
    assert [loop.patient for loop in stages[::2]] == list(loops.STAGES)
    for loop in stages:
        for name, sign in (("end_diastolic", 1.0), ("end_systolic", -1.0)):
            relation = np.interp(loop.volume, loop.relation_volume, getattr(loop, name))
            # Between the points a straight line stands for the curve.
            assert np.all(sign * (loop.pressure - relation) > -0.5), (loop.patient, name)


def test_the_ventricles_own_loop_differs_by_septum_and_pericardium(stages):
    plant = Plant("shock-e")
    metrics = steady_state(plant).metrics
    left, right = (loop for loop in stages if loop.patient == "shock-e")
    assert np.isclose(left.chamber_volume.max(), metrics["lvedv"], rtol=2e-3)
    bulge = left.chamber_volume - left.volume
    assert np.allclose(bulge, right.volume - right.chamber_volume)
    assert np.ptp(bulge) > 1.0
    around = left.chamber_pressure - left.pressure
    assert np.allclose(around, right.chamber_pressure - right.pressure)
    assert np.isclose(around.mean(), metrics["pericardial_pressure"], atol=0.05)


def test_support_unloads_along_the_same_relations(pumps):
    left = [loop for loop in pumps if loop.ventricle == "lv"]
    assert [(loop.device, loop.level) for loop in left] == [
        ("none", ""),
        *((pump, level) for pump in loops.PUMPS for level in loops.LEVELS),
    ]
    areas = {
        (loop.device, loop.level): 0.5
        * abs(np.sum(loop.pressure * (np.roll(loop.volume, -1) - np.roll(loop.volume, 1))))
        for loop in left
    }
    assert areas["CP", "P-9"] < areas["CP", "P-5"] < areas["CP", "P-2"] < areas["none", ""]
    # Once the 5.5 keeps the aortic valve shut, its flow widens the loop: stroke work rises again.
    assert areas["5.5", "P-5"] < areas["5.5", "P-2"] < areas["none", ""]
    volumes = {(loop.device, loop.level): loop.volume for loop in left}
    for pump in loops.PUMPS:
        courses = [volumes["none", ""], *(volumes[pump, level] for level in loops.LEVELS)]
        for above, below in pairwise(courses):
            assert below.max() < above.max()
            assert below.min() < above.min()


@pytest.mark.parametrize("which", ["stage", "pump"])
def test_axes_are_equal_and_the_legend_lies_outside(which, stages, pumps):
    given, columns = (stages, len(loops.STAGES)) if which == "stage" else (pumps, len(loops.PUMPS))
    figure = getattr(loops, f"{which}_loops_figure")(given)
    assert len(figure.axes) == 2 * columns
    for row in (figure.axes[:columns], figure.axes[columns:]):
        assert len({(*axes.get_xlim(), *axes.get_ylim()) for axes in row}) == 1
        assert row[0].get_ylim()[0] <= 0.0
    assert all(axes.get_legend() is None for axes in figure.axes)
    (legend,) = figure.legends
    told = [text.get_text() for text in legend.get_texts()]
    assert {"ESPVR", "EDPVR"} <= set(told)
    assert len(told) == len(set(told))
    highest = max(loop.pressure.max() for loop in given if loop.ventricle == "lv")
    assert figure.axes[0].get_ylim()[1] > highest


def test_pressures_below_zero_are_shown(stages):
    sucked = dataclasses.replace(stages[0], pressure=stages[0].pressure - 30.0)
    figure = loops.stage_loops_figure([sucked, *stages[1:]])
    assert figure.axes[0].get_ylim()[0] < sucked.pressure.min()
