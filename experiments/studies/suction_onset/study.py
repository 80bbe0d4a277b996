"""From which level on a pump sucks, and what its output does beyond.

Every row is a patient with so much blood lost, on a pump from its lowest level up, with the inlet
free or against the wall, without a reflex. The expectations are those of the console's manual:
suction lowers output and pressure, comes with less filling and with a weak right ventricle, and is
released by a lower level.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from pydantic import Field

from experiments.runs import Findings, PrintedTable, Settings, Study, render
from experiments.statistics import DataFrame, data_frame
from experiments.studies.suction_onset.figures import output_figure
from plants import Patient, PhysicsError, Plant, steady_state
from plants.console import SUCTION_ONSET
from plants.pumps import LOWEST_LEVEL, level_number

#: Patients by the name of the row: the preset, and the factor on the RV's contractility (a guess).
PATIENTS = {
    "shock-c": ("shock-c", 1.0),
    "shock-d": ("shock-d", 1.0),
    "shock-d, weak RV": ("shock-d", 0.4),
    "rv-failure": ("rv-failure", 1.0),
}
DEVICES = ("CP", "5.5")
_SHOWN = ("pcwp", "cvp", "cardiac_output", "map", "pump_flow", "suction")
_HEADINGS = {
    "patient": "patient",
    "device": "pump",
    "loss": "lost [mL]",
    "contact": "contact",
    "pcwp": "PCWP [mmHg]",
    "cvp": "CVP [mmHg]",
    "onset": "onset",
    "onset_speed": "speed [rpm]",
    "output_before": "output before [L/min]",
    "output_highest": "at the highest level",
}


class SuctionOnsetSettings(Settings):
    """Settings of the study of the onset of suction."""

    losses: tuple[float, ...] = Field(
        (0.0, 500.0, 1000.0, 1300.0), min_length=1, description="Blood lost, mL."
    )


class Case(NamedTuple):
    """A patient on a pump: name of the row, device, blood lost (mL) and contact (0 to 1)."""

    patient: str
    device: str
    loss: float
    contact: float


def _cases(settings: SuctionOnsetSettings) -> list[Case]:
    return [
        Case(patient, device, loss, contact)
        for patient in PATIENTS
        for device in DEVICES
        for contact in (0.0, 1.0)
        for loss in settings.losses
    ]


def level_rows(case: Case) -> list[dict[str, Any]]:
    """The steady states of a case by level; a level without one is left out."""
    preset, factor = PATIENTS[case.patient]
    whole = Patient.load(preset)
    plant = Plant(
        whole.replace(
            blood_volume=whole["blood_volume"] - case.loss, rv_ees=factor * whole["rv_ees"]
        ),
        case.device,
    )
    assert plant.pump is not None
    rows = []
    for level in plant.pump.levels[level_number(LOWEST_LEVEL) :]:
        try:
            steady = steady_state(plant, level.rpm, {"wall_contact": case.contact})
        except PhysicsError:  # Suction that comes and goes and never repeats itself.
            continue
        shown = {name: steady.metrics[name] for name in _SHOWN}
        rows.append({**case._asdict(), "level": level.name, "speed": level.rpm, **shown})
    return rows


def onset_row(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Where suction sets in among the levels of a case, and the output before and at the end."""
    sucking = [row["suction"] >= SUCTION_ONSET for row in rows]
    at = sucking.index(True) if any(sucking) else None
    last = rows[-1] if at is None else rows[max(at - 1, 0)]
    return {
        **{name: rows[0][name] for name in (*Case._fields, "pcwp", "cvp")},
        "onset": "none" if at is None else rows[at]["level"],
        "onset_speed": None if at is None else rows[at]["speed"],
        "output_before": last["cardiac_output"],
        "output_highest": rows[-1]["cardiac_output"],
        "map_before": last["map"],
        "map_highest": rows[-1]["map"],
        # No level lies before the onset, or none beyond it.
        "begins_free": at != 0,
        "ends_beyond": at is not None and at < len(rows) - 1,
    }


def _beyond(onsets: DataFrame) -> DataFrame:
    """The rows with a level before the onset and one beyond it."""
    return onsets[onsets["begins_free"] & onsets["ends_beyond"]]


def expectations(onsets: DataFrame) -> dict[str, bool]:
    """What suction must do, and whether it does."""
    speed = onsets["onset_speed"].astype(float).fillna(float("inf"))
    by = onsets.assign(speed=speed).set_index(list(Case._fields))["speed"]
    beyond = _beyond(onsets)
    losses = sorted(onsets["loss"].unique())
    free, touching = by.xs(0.0, level="contact"), by.xs(1.0, level="contact")
    weak, strong = (by.xs(name, level="patient") for name in ("shock-d, weak RV", "shock-d"))
    return {
        "output falls from before the onset to the highest level beyond it": bool(
            (beyond["output_highest"] < beyond["output_before"]).all()
        ),
        "pressure falls likewise": bool((beyond["map_highest"] < beyond["map_before"]).all()),
        "less filling never brings the onset later": all(
            bool((by.xs(less, level="loss") >= by.xs(more, level="loss")).all())
            for less, more in pairwise(losses)
        ),
        "contact brings it earlier": bool((touching <= free).all()) and touching.min() < free.max(),
        "a full ventricle in contact is let go at the lowest levels": bool(
            (onsets[(onsets["loss"] == losses[0]) & ~onsets["patient"].eq("rv-failure")])[
                "begins_free"
            ].all()
        ),
        "a weak right ventricle never brings it later": bool((weak <= strong).all()),
    }


def _findings(settings: SuctionOnsetSettings, results: Sequence[list[dict[str, Any]]]) -> Findings:
    cases = [rows for rows in results if rows]
    levels = data_frame([row for rows in cases for row in rows])
    onsets = data_frame([onset_row(rows) for rows in cases])
    expected = expectations(onsets)
    checks = data_frame({"expectation": list(expected), "met": list(expected.values())})
    return Findings(
        tables={"onset": onsets, "levels": levels, "checks": checks},
        figures={"output": partial(output_figure, levels)},
        summary=render(
            "suction_onset.md",
            missed=[name for name, holds in expected.items() if not holds],
            sucking=int((onsets["onset"] != "none").sum()),
            rows=len(onsets),
            compared=len(_beyond(onsets)),
        ),
        held=all(expected.values()),
        printed=[
            PrintedTable.of("onset of suction", onsets, _HEADINGS),
            PrintedTable.of("checks", checks),
        ],
        document={"levels": levels.to_dict("records"), "checks": checks.to_dict("records")},
    )


STUDY = Study(
    name="suction-onset",
    title=lambda settings: "Onset of suction by filling, level, contact and right ventricle",
    settings=SuctionOnsetSettings,
    cases=_cases,
    work=level_rows,
    findings=_findings,
    result=list[dict[str, Any]],
    units={
        "loss": "mL",
        "contact": "1",
        "onset_speed": "rpm",
        "output_before": "L/min",
        "output_highest": "L/min",
        "map_before": "mmHg",
        "map_highest": "mmHg",
    },
    key=lambda case: f"{case.patient}-{case.device}-{case.loss:g}-{case.contact:g}".replace(
        ", ", "-"
    ).replace(" ", "-"),
    unit="courses",
)
