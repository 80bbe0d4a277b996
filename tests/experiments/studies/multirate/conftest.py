"""Short runs of the multirate study."""

from __future__ import annotations

import pytest

from experiments.studies.multirate import days, hours


@pytest.fixture(scope="session")
def comparisons() -> list[hours.HourComparison]:
    # The circulation lags its slow states by seconds, which outer steps leave out: the injury that
    # comes about while the first dose builds up is off by a fixed amount, and only what comes after
    # makes that small.
    return [hours.compared(case) for case in hours.hour_cases(0.75)]


@pytest.fixture(scope="session")
def trade() -> list[dict]:
    return days.day_rows(days.day_cases(0.1)[1], tolerances=(1e-2, 1e-3))
