"""How fast the plant runs, side by side with other ways to do the same work.

Each part compares one kind of work; all are rows of one table. Ratios travel between machines,
seconds do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, NamedTuple

from pydantic import Field

from experiments.figures import Drawing
from experiments.runs import (
    IN_ROW,
    Findings,
    PrintedTable,
    Settings,
    Study,
    number,
    processor,
    render,
)
from experiments.speed.batch import batch_rows
from experiments.speed.core_scaling import Scaling, scaling, scaling_rows
from experiments.speed.days import SPAN, day_rows
from experiments.speed.figures import drawn_rows, roofline_figure, scaling_figure, speed_figure
from experiments.speed.learning import learning_rows
from experiments.speed.other_simulators import peer_rows
from experiments.speed.patient import REFERENCE_TOLERANCE, patient_rows
from experiments.speed.periodic import periodic_rows
from experiments.speed.roofline import roofline_rows
from experiments.speed.row import SpeedRow
from experiments.speed.start import start_rows
from experiments.statistics import data_frame
from plants.quantities import one_of

#: Most turns of a comparison where a turn is long.
_FEW = 3


@dataclass(frozen=True)
class Measured:
    """What a part of the study measured.

    Attributes
    ----------
    rows : list of SpeedRow
        Its comparisons.
    scaling : Scaling or None
        Cost against batch size and horizon, for the figure.
    """

    rows: list[SpeedRow]
    scaling: Scaling | None = None


def _scaled(settings: SpeedSettings) -> Measured:
    growth = scaling(settings.few)
    return Measured(scaling_rows(growth), growth)


#: The parts in the order of the table.
PARTS: Mapping[str, Callable[[SpeedSettings], Measured]] = {
    "patient": lambda settings: Measured(patient_rows(settings.repeats, seconds=settings.seconds)),
    "batch": lambda settings: Measured(
        batch_rows(settings.repeats, seconds=0.2 * settings.seconds)
    ),
    "periodic": lambda settings: Measured(periodic_rows(settings.repeats)),
    "days": lambda settings: Measured(day_rows(settings.few, span=settings.span)),
    "learning": lambda settings: Measured(learning_rows(settings.few)),
    "scaling": _scaled,
    "start": lambda settings: Measured(start_rows()),
    "peers": lambda settings: Measured(peer_rows(settings.repeats, seconds=0.3 * settings.seconds)),
    "roofline": lambda settings: Measured(
        roofline_rows(settings.repeats, seconds=0.3 * settings.seconds)
    ),
}


class SpeedSettings(Settings):
    """Settings of the speed study."""

    only: tuple[Annotated[str, one_of(PARTS)], ...] = Field(
        (), description=f"Part to run; may be given more than once: {', '.join(PARTS)}."
    )
    seconds: float = Field(10.0, ge=0.1, description="Simulated time of a course [s].")
    repeats: int = Field(5, ge=1, description="Turns of each comparison.")
    span: float = Field(
        SPAN,
        ge=0.01,
        le=96.0,
        description="Time over which every beat of the four days is integrated [h].",
    )

    @property
    def few(self) -> int:
        """Turns of a comparison where a turn is long."""
        return min(_FEW, self.repeats)


class Case(NamedTuple):
    """A part of the study, with the settings of all."""

    part: str
    settings: SpeedSettings


def measured(case: Case) -> Measured:
    """The comparisons of a part.

    Examples
    --------
    >>> from experiments.speed.study import Case, SpeedSettings, measured
    >>> part = measured(Case("roofline", SpeedSettings(seconds=0.1, repeats=1)))
    >>> part.rows[0].part
    'roofline'
    """
    return PARTS[case.part](case.settings)


def _cases(settings: SpeedSettings) -> list[Case]:
    return [Case(part, settings) for part in PARTS if not settings.only or part in settings.only]


def _findings(settings: SpeedSettings, results: Sequence[Measured]) -> Findings:
    parts = list(results)
    rows = [row for part in parts for row in part.rows]
    aimed = [row.met for row in rows if row.target]
    figures: dict[str, Drawing] = {}
    if compared := drawn_rows(rows, roofline=False):
        figures["speed"] = partial(speed_figure, compared)
    if limited := drawn_rows(rows, roofline=True):
        figures["roofline"] = partial(roofline_figure, limited)
    for part in parts:
        if part.scaling is not None:
            figures["scaling"] = partial(scaling_figure, part.scaling)
    cells = [
        (row.ratio, row.target, row.verdict, row.ours, row.other, row.unit, row.work)
        for row in rows
    ]
    return Findings(
        tables={"speed": data_frame(rows).drop(columns="target_ratio")},
        summary=render(
            "speed.md",
            processor=processor(),
            repeats=settings.repeats,
            few=settings.few,
            tolerance=REFERENCE_TOLERANCE,
            rows=rows,
            targets=len(aimed),
            met=aimed.count(True),
            missed=aimed.count(False),
            not_measured=aimed.count(None),
            number=number,
        ),
        held=False not in aimed,
        figures=figures,
        printed=[
            PrintedTable(
                "Speed on one core: medians of interleaved runs",
                ("ratio", "target", "", "ours", "other", "unit", "work"),
                cells,
            )
        ],
    )


STUDY = Study(
    name="speed",
    title=lambda settings: "Speed",
    settings=SpeedSettings,
    cases=_cases,
    work=measured,
    findings=_findings,
    result=Measured,
    units={
        **dict.fromkeys(("ours", "other"), IN_ROW),
        **dict.fromkeys(("ratio", "ratio_low", "ratio_high", "ours_error", "other_error"), "1"),
    },
    unit="comparisons",
    parallel=False,
)
