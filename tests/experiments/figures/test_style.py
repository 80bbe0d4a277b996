"""Figures show text as it is, and no setting of the user's reaches them."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from experiments.figures import Loop, new_figure, plain, pressure_volume_loops, save_figure

pytestmark = pytest.mark.usefixtures("drawn")

DOLLARS = ["$", "cost: $5 to $6", r"$\nonsense$", "$_^{", "a_b^c", "50 % of $x$"]


def with_names(names: list[str]) -> Figure:
    """A figure with names wherever text may stand."""
    figure = new_figure(4.0, 3.0)
    axes = plain(figure.add_subplot())
    axes.bar(names, [1.0] * len(names), label=names[0])
    axes.set_yticks([0.2], [names[-1]])
    axes.set_xlabel(names[0])
    axes.text(0.0, 0.5, names[0])
    axes.legend(title=names[0])
    figure.suptitle(names[0])
    return figure


@pytest.mark.parametrize("name", DOLLARS)
@pytest.mark.parametrize("made_before", [False, True])
def test_a_dollar_sign_begins_no_formula(tmp_path, name, made_before):
    names = [name, f"{name} again"]
    drawing = with_names(names) if made_before else lambda: with_names(names)
    assert imread(save_figure(drawing, tmp_path / "a.png")).std() > 0
    page = save_figure(lambda: with_names(names), tmp_path / "a.svg").read_text(encoding="utf-8")
    assert page.count(f">{name}<") >= 4


def test_powers_at_a_logarithmic_axis_stay_powers(tmp_path):
    def drawing() -> Figure:
        figure = new_figure(4.0, 3.0)
        figure.add_subplot().loglog([1e-3, 1e4], [1e2, 1e9])
        return figure

    page = save_figure(drawing, tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "10⁻³" in page
    assert "10⁹" in page
    assert "mathdefault" not in page


@pytest.mark.parametrize(
    "settings",
    [
        {"text.usetex": True},
        {"savefig.bbox": "tight", "savefig.format": "pdf", "figure.dpi": 3.0},
        {"axes.facecolor": "red", "font.size": 40.0, "font.family": "no such family"},
    ],
)
def test_the_users_settings_change_nothing(tmp_path, settings):
    def picture(path: Path) -> bytes:
        loop = Loop("shock-d", np.array([50.0, 90, 70]), 1e2 * np.ones(3))
        return save_figure(lambda: pressure_volume_loops([loop], title="$"), path).read_bytes()

    usual = picture(tmp_path / "a.png")
    with matplotlib.rc_context(settings):
        assert picture(tmp_path / "b.png") == usual
