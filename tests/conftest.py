"""Settings shared by all tests; they must hold before NumPy and matplotlib load."""

from __future__ import annotations

import os

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


@pytest.fixture(autouse=True)
def undrawn(request, monkeypatch):
    """Figures are composed, but what is saved is an empty one unless a test asks for `drawn`.

    Most of the time of a command is the drawing of its figures.
    """
    if "drawn" not in request.fixturenames:
        save = Figure.savefig

        def save_empty(figure, path, **options):
            save(Figure(figsize=(0.1, 0.1)), path, **options)

        monkeypatch.setattr(Figure, "savefig", save_empty)
