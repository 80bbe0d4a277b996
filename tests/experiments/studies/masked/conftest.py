"""Rows and tables of the study of masked failure."""

from __future__ import annotations

import pandas
import pytest

from experiments.studies.masked import hidden_regurgitation as hiding, study


@pytest.fixture(scope="session")
def results() -> list[hiding.Rows]:
    return [study.part_rows(name) for name in study.PARTS]


@pytest.fixture(scope="session")
def tables(results) -> dict[str, pandas.DataFrame]:
    return dict(study.STUDY.findings(study.MaskedSettings(), results).tables)
