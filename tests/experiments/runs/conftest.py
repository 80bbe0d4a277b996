"""A study of a moment: squares of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import pandas
import pytest
from pydantic import Field

from experiments.runs import Findings, OptionName, Resolved, Settings, Study


class SquareSettings(Settings):
    """What is squared."""

    count: int = Field(4, ge=1, description="How many numbers.")
    factor: float = Field(1.0, gt=0, description="Factor on every square.")
    labels: Annotated[tuple[str, ...], OptionName("label")] = Field((), description="Labels.")
    negative: bool = Field(False, description="Whether the numbers are negative.")
    limit: float | None = Field(None, description="Most that a square may be.")
    begun: Annotated[str, Resolved()] = ""


@dataclass(frozen=True)
class Square:
    """A number and its square; that of 0 is not known."""

    number: int
    value: float


def square(case: tuple[int, float]) -> Square:
    """The work on a case."""
    number, factor = case
    return Square(number, factor * number**2 if number else math.nan)


def square_cases(settings: SquareSettings) -> list[tuple[int, float]]:
    """Numbers from 0 on, with the factor."""
    sign = -1 if settings.negative else 1
    return [(sign * k, settings.factor) for k in range(settings.count)]


def square_findings(settings: SquareSettings, squares) -> Findings:
    """A table of all squares."""
    rows = [{"number": each.number, "value": each.value} for each in squares]
    total = sum(row["value"] for row in rows if math.isfinite(row["value"]))
    return Findings(
        tables={"squares": pandas.DataFrame(rows), "nothing": pandas.DataFrame()},
        summary=f"The sum is {total:g}.\n\nMore of it.",
        held=None if settings.limit is None else total <= settings.limit,
        document={"total": total, "begun": settings.begun},
    )


SQUARES: Study[SquareSettings, tuple[int, float], Square] = Study(
    name="squares",
    title=lambda settings: f"Squares of {settings.count} numbers",
    settings=SquareSettings,
    cases=square_cases,
    work=square,
    findings=square_findings,
    result=Square,
    units={"number": "1", "value": "1"},
    unit="numbers",
    command="square",
    partial=True,
)


@pytest.fixture
def squares():
    """The study of squares."""
    return SQUARES
