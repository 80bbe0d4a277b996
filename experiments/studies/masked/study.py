"""Two patients whose failure is masked: a mitral leak by full support, a weak heart by a drug.

The hidden regurgitation is that of :mod:`experiments.studies.masked.hidden_regurgitation`, the
masked failure that of :mod:`experiments.studies.masked.masked_failure`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from experiments.runs import Findings, PrintedTable, Settings, Study, render
from experiments.statistics import DataFrame, data_frame
from experiments.studies.masked.figures import hidden_figure, masked_figure
from experiments.studies.masked.hidden_regurgitation import (
    DEVICE,
    FULL,
    LOW,
    PATIENT,
    Rows,
    hidden_course,
)
from experiments.studies.masked.masked_failure import (
    DAYS,
    DOSE,
    SUPPORT,
    WEANING_POWER,
    dose_rows,
    heart_course,
    masked_heart,
    recovered_heart,
)
from plants.slow.laws import MITRAL_GRADES

#: What is simulated, by name; each gives rows of tables.
PARTS: Mapping[str, Callable[[], Rows]] = {
    "hidden regurgitation": hidden_course,
    "masked heart": lambda: heart_course(masked_heart()),
    "recovered heart": lambda: heart_course(recovered_heart()),
    "doses": dose_rows,
}
_TABLES = ("masked", "hidden", "doses", "hidden_course", "masked_course")


class MaskedSettings(Settings):
    """The study of masked failure has no settings."""


def part_rows(name: str) -> Rows:
    """Rows of the tables that a part of the study fills."""
    return PARTS[name]()


def expectations(hidden: DataFrame, masked: DataFrame) -> dict[str, bool]:
    """What both patients must show, and whether they do."""
    full, low, again = (MITRAL_GRADES.index(grade) for grade in hidden["grade"])
    power = _powers(masked)
    return {
        f"at {FULL} the regurgitation is at most mild": max(full, again) <= 1,
        f"at {LOW} it is moderate or severe": low >= 2,
        "both hearts have the same power on the drug": bool(
            abs(power["masked", "on"] / power["recovered", "on"] - 1) < 0.02
        ),
        f"on the drug both reach {WEANING_POWER:g} W": min(
            power["masked", "on"], power["recovered", "on"]
        )
        >= WEANING_POWER,
        f"off it the masked one falls below {WEANING_POWER:g} W": power["masked", "off"]
        < WEANING_POWER,
        "off it the recovered one keeps its power": bool(
            abs(power["recovered", "off"] / power["recovered", "on"] - 1) < 0.05
        ),
    }


def _powers(masked: DataFrame) -> dict[tuple[str, str], float]:
    """Power (W) at the low level by heart and drug: ``("masked", "on")`` and so on."""
    hearts = dict(zip(masked["heart"].unique(), ("masked", "recovered"), strict=True))
    drugs = {f"{LOW}, {drug} the drug": drug for drug in ("on", "off")}
    return {
        (hearts[row["heart"]], drugs[row["stage"]]): float(row["cardiac_power_output"])
        for row in masked.to_dict("records")
        if row["stage"] in drugs
    }


def _findings(settings: MaskedSettings, results: Sequence[Rows]) -> Findings:
    rows: Rows = {}
    for part in results:
        for name, more in part.items():
            rows.setdefault(name, []).extend(more)
    tables = {name: data_frame(rows[name]) for name in _TABLES}
    hidden, masked = tables["hidden"], tables["masked"]
    expected = expectations(hidden, masked)
    checks = data_frame({"expectation": list(expected), "met": list(expected.values())})
    return Findings(
        tables={**tables, "checks": checks},
        summary=render(
            "masked.md",
            patient=PATIENT,
            device=DEVICE,
            stages=list(zip((FULL, LOW, f"{FULL} again"), rows["hidden"], strict=True)),
            days=DAYS,
            support=SUPPORT,
            dose=DOSE,
            low=LOW,
            power=_powers(masked),
            weaning_power=WEANING_POWER,
            missed=[name for name, holds in expected.items() if not holds],
        ),
        held=all(expected.values()),
        figures={
            "hidden": partial(
                hidden_figure, tables["hidden_course"], data_frame(rows["hidden_beats"])
            ),
            "masked": partial(masked_figure, tables["masked_course"], tables["doses"]),
        },
        printed=[
            PrintedTable.of(
                "hidden regurgitation",
                hidden[["level", "mitral_regurgitant_fraction", "orifice_cm2", "grade", "pcwp"]],
            ),
            PrintedTable.of(
                "masked failure",
                masked[["heart", "stage", "cardiac_power_output", "map", "pcwp", "weanable"]],
            ),
        ],
        document={
            "hidden": rows["hidden"],
            "doses": rows["doses"],
            "checks": checks.to_dict("records"),
        },
    )


STUDY = Study(
    name="masked",
    title=lambda settings: "Failure that is masked: by full support, and by a drug",
    settings=MaskedSettings,
    cases=lambda settings: tuple(PARTS),
    work=part_rows,
    findings=_findings,
    result=Rows,
    unit="parts",
)
