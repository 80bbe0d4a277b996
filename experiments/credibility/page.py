"""The page ``docs/validation.md``: how far the plant is to be believed, from the reference results.

The order is that of ASME V&V 40:2018, Assessing Credibility of Computational Modeling through
Verification and Validation: Application to Medical Devices, and of the guidance of the U.S. Food
and Drug Administration, Assessing the Credibility of Computational Modeling and Simulation in
Medical Device Submissions (2023). Every number is read from ``results``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.credibility.tables import page_tables, reference_table, variant_differences
from experiments.credibility.tally import Tally, tally
from experiments.runs import RESULTS, render
from experiments.statistics import DataFrame
from experiments.validation import MISS, Row, published
from plants.beat import DEFAULT_STEP

#: Share of the rows that should lie within their bands: the project's own aim, no standard's.
GOAL = 0.95
#: What the plant is used for, and the topics of the comparisons that this rests on.
USES: Mapping[str, tuple[str, ...]] = {
    "controller benchmarking": ("arteries and output", "left heart", "pumps"),
    "reinforcement learning": ("arteries and output", "left heart", "pumps"),
    "weaning studies": ("arteries and output", "left heart", "right heart and lungs", "pumps"),
}


def validation_page(results: Path = RESULTS) -> str:
    """``docs/validation.md`` from the reference results.

    Parameters
    ----------
    results : Path
        Folder of the reference results.

    Raises
    ------
    InputError
        A table or page of the results is not there.
    """
    rows = validation_rows(reference_table(results, "validation/validation.csv"))
    fitted = {published().head_flow.study, published().patients.study}
    return render(
        "credibility.md",
        rows=rows,
        miss=MISS,
        goal=GOAL,
        calibration=tally([row for row in rows if row.study in fitted]),
        prediction=tally([row for row in rows if row.study not in fitted]),
        whole=tally(rows),
        changed=[study for study in published().studies.values() if study.changed_after_miss],
        uses=_uses(rows),
        rule=published().rule,
        tables=page_tables(rows, results),
        differences=variant_differences(
            reference_table(results, "validation/head_flow_variants.csv")
        ),
        step=1e3 * DEFAULT_STEP,
    )


def validation_rows(table: DataFrame) -> list[Row]:
    """The comparisons of a table that the validation has written."""
    # An empty cell is no end of a band, or no explanation.
    filled = table.astype(object).where(table.notna(), None)
    return [
        Row(**{str(name): value for name, value in row.items()} | _texts(row))
        for row in filled.to_dict("records")
    ]


def _texts(row: Mapping[Any, Any]) -> dict[str, Any]:
    given = {name: row[name] or "" for name in ("device", "explanation")}
    return given | {"model": float("nan") if row["model"] is None else row["model"]}


def _uses(rows: Sequence[Row]) -> list[dict[str, Any]]:
    def counted(topics: tuple[str, ...]) -> Tally:
        return tally([row for row in rows if row.topic in topics])

    return [
        {"name": use, "topics": topics, "tally": counted(topics)} for use, topics in USES.items()
    ]
