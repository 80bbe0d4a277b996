"""Settings shared by all tests; they must hold before NumPy and matplotlib load."""

from __future__ import annotations

import functools
import io
import os
from pathlib import Path

# pytest already runs one process per core, and figures go to files only.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import pytest
from hypothesis import settings
from matplotlib.figure import Figure

# No deadline: the first example may have to compile the plant. Derandomised: CI and a laptop try
# the same examples.
settings.register_profile("impellab", deadline=None, derandomize=True)
settings.load_profile("impellab")


@pytest.fixture
def drawn():
    """For a test of the figures themselves: they are drawn."""


_SAVE = Figure.savefig


@functools.cache
def _empty_picture(kind: str) -> bytes:
    picture = io.BytesIO()
    _SAVE(Figure(figsize=(0.1, 0.1)), picture, format=kind)
    return picture.getvalue()


def _save_empty(figure, target, *, format=None, **options):
    picture = _empty_picture(format or Path(target).suffix.removeprefix("."))
    target.write(picture) if hasattr(target, "write") else Path(target).write_bytes(picture)


@pytest.fixture(autouse=True)
def undrawn(request, monkeypatch):
    """Figures are composed, but what is saved is an empty one unless a test asks for `drawn`.

    Most of the time of a command is the drawing of its figures.
    """
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr(Figure, "savefig", _save_empty)
        monkeypatch.setattr("experiments.figures.style._show_text_as_it_is", lambda figure: None)


@pytest.fixture
def narrow_life(monkeypatch):
    """A range of life that a mean arterial pressure above 40 mmHg is beyond: nearly everybody's."""
    from plants.plant import LifeRange, life

    high = 40.0
    table = {"map": LifeRange("map", "mmHg", 10.0, high, "test", "X")}
    monkeypatch.setattr(life, "range_of_life", lambda: table)
    return high
