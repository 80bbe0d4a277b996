"""Rows of the speed study."""

from __future__ import annotations

import pytest

from experiments.speed.patient import patient_rows
from experiments.speed.row import SpeedRow


@pytest.fixture(scope="session")
def rows() -> list[SpeedRow]:
    return patient_rows(2, seconds=1.0)
