"""The course of a trial over time: panels by pumps and waveforms, labels with units."""

from __future__ import annotations

import pytest

from experiments.trials import time_course
from plants import simulate


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
def test_a_course_without_waveforms_has_fewer_panels(log_interval, panels):
    figure = time_course(
        simulate("shock-d", "CP", level="P-8", duration=4.0, log_interval=log_interval)
    )
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert len(labels) == panels
    assert all("[" in label for label in labels)
    assert "Speed command [rpm]" in labels
