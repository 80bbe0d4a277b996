"""Short runs of the multirate study."""

from __future__ import annotations

import pytest

from experiments.studies.multirate import days, hours


@pytest.fixture(scope="session")
def comparisons() -> list[hours.HourComparison]:
    return [hours.compared(case) for case in hours.hour_cases(0.25)]


@pytest.fixture(scope="session")
def trade() -> list[dict]:
    return days.day_rows(days.day_cases(0.1)[1], tolerances=(1e-2, 1e-3))
