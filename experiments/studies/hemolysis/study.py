"""How far the published power laws of hemolysis disagree, and what is left of it once anchored.

Absolutely: the modified index of each law at a shear stress and exposure time typical of the pump,
against the index measured on the CP. Relatively: the release over speeds and flows when every law
is anchored on the measured index, as the plant does, and the release of the plant itself in a
patient at every level.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from pydantic import Field

from experiments.runs import Findings, PrintedTable, Settings, Study, render
from experiments.statistics import data_frame
from experiments.studies.hemolysis.checks import LEAST_FLOW, checks
from experiments.studies.hemolysis.figures import index_figure, scaling_figure
from experiments.studies.hemolysis.tables import (
    DEVICE,
    STRESS_SHARES,
    LawCase,
    LevelRelease,
    absolute_table,
    level_releases,
    patient_table,
    relative_table,
)
from plants import Patient, Pump
from plants.pumps import HEMOLYSIS_LAWS
from plants.quantities import usable

_UNITS = {
    "shear_stress_Pa": "Pa",
    "exposure_time_s": "s",
    "modified_index": "1e-6",
    "over_measured": "1",
    "needed_stress_Pa": "Pa",
}
_HEADINGS = (
    "law",
    "blood",
    "stress [Pa]",
    "time [s]",
    "index [1e-6]",
    "over measured",
    "needed [Pa]",
)


class HemolysisSettings(Settings):
    """Settings of the hemolysis study."""

    patient: Annotated[str, usable(Patient.load)] = Field(
        "shock-d", description="Patient whose release is computed by each law at every level."
    )


def _findings(settings: HemolysisSettings, results: Sequence[list[LevelRelease]]) -> Findings:
    pump = Pump.load(DEVICE)
    absolute, relative = absolute_table(pump), relative_table(pump)
    beating = patient_table(pump, dict(zip(HEMOLYSIS_LAWS, results, strict=True)))
    checked = checks(pump, absolute, relative, beating)
    verdicts = [(check.expectation, check.verdict, check.values) for check in checked]
    return Findings(
        tables={
            "absolute": absolute,
            "relative": relative,
            "patient": beating,
            "checks": data_frame(checked),
        },
        summary=render(
            "hemolysis.md",
            shares=STRESS_SHARES,
            over_measured=absolute["over_measured"],
            needed_stress=absolute["needed_stress_Pa"],
            spread=beating.loc[beating["flow"] >= LEAST_FLOW, "spread"].max(),
        ),
        held=all(check.met for check in checked),
        figures={"index": partial(index_figure, pump), "scaling": partial(scaling_figure, pump)},
        printed=[
            PrintedTable("modified index of hemolysis", _HEADINGS, absolute.values.tolist()),
            PrintedTable(
                f"release in {Patient.load(settings.patient).name} [mg/dL/h]",
                ["level", "speed [rpm]", "flow [L/min]", *HEMOLYSIS_LAWS, "spread"],
                beating.values.tolist(),
            ),
            PrintedTable("checks", ("expectation", "verdict", "values"), verdicts),
        ],
        document={
            "relative": relative.to_dict("records"),
            "patient": beating.to_dict("records"),
            "checks": checked,
        },
    )


STUDY = Study(
    name="hemolysis",
    title=lambda settings: "Disagreement of the published laws of hemolysis",
    settings=HemolysisSettings,
    cases=lambda settings: [LawCase(settings.patient, law) for law in HEMOLYSIS_LAWS],
    work=level_releases,
    units=_UNITS,
    findings=_findings,
    result=list[LevelRelease],
    unit="laws",
)
