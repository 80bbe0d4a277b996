"""How the cost grows with patients and with time."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.speed import core_scaling
from experiments.speed.figures import scaling_figure
from plants.compile import find_compiler

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")


def test_scaling_is_in_proportion_and_drawn():
    at = np.array([16.0, 64.0, 256.0, 1024.0])
    growth = core_scaling.Growth(at, 1e-3 * at, 64.0)
    crooked = core_scaling.Growth(at, 1e-6 * at**2, 64.0)
    assert growth.slope == pytest.approx(1.0)
    rows = core_scaling.scaling_rows(core_scaling.Scaling(growth, crooked, 31.0))
    slopes = [row for row in rows if row.target]
    assert [row.met for row in slopes] == [True, False]
    assert rows[-1].unit == "MB"
    assert len(scaling_figure(core_scaling.Scaling(growth, crooked, 31.0)).axes) == 2


@needs_compiler
def test_scaling_can_be_measured():
    measured = core_scaling.scaling(1, sizes=(1, 8, 64), horizons=(0.1, 1.0, 2.0))
    assert np.all(measured.sizes.seconds > 0)
    assert measured.horizons.seconds[-1] > measured.horizons.seconds[0]
