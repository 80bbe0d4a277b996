"""Two effects, examined."""

from __future__ import annotations

import pytest

from experiments.studies.effects import study
from experiments.studies.effects.examination import Examined


@pytest.fixture(scope="session")
def effects() -> list[Examined]:
    return [study.examined(name) for name in ("outlet in the valve", "fluid")]
