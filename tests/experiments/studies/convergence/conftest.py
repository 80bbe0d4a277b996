"""A case of the convergence study, and its errors."""

from __future__ import annotations

import pandas
import pytest

from experiments.studies.convergence import errors


@pytest.fixture(scope="session")
def case() -> errors.Case:
    return errors.Case("shock-d", "CP", "P-5", "aortic valve opens briefly")


@pytest.fixture(scope="session")
def table(case) -> pandas.DataFrame:
    return pandas.DataFrame(errors.integration_errors(case, steps=(0.001, 0.002, 0.004)))
