"""Fixtures of the validation: a simulated study, and a table of presets."""

from __future__ import annotations

import pandas
import pytest

from experiments.validation.bands import studies
from experiments.validation.conditions import simulate_study


@pytest.fixture(scope="session")
def recover():
    return simulate_study(studies()["recover-i"])[0]


@pytest.fixture
def presets():
    common = {"patient": "p", "unit": "mmHg", "target": 20.0, "reason": "because"}
    return pandas.DataFrame(
        [
            common | {"signal": "pcwp", "model": 20.9, "fitted": True},
            common | {"signal": "cvp", "model": 21.1, "fitted": True},
            common | {"signal": "lvedp", "model": 22.9, "fitted": False},
        ]
    )
