"""Settings shared by all tests; they must hold before NumPy and matplotlib load."""

from __future__ import annotations

import os

# pytest already runs one process per core, and figures go to files only.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

from hypothesis import settings

# No deadline: the first example may have to compile the plant. Derandomised: CI and a laptop try
# the same examples.
settings.register_profile("impellab", deadline=None, derandomize=True)
settings.load_profile("impellab")
