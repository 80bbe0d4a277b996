"""How much each uncertain quantity moves the periodic beat of a supported patient.

Morris' elementary effects rank the factors cheaply; Sobol's indices say which share of a signal's
variance is due to a factor alone (S1) and with all its interactions (ST). Both designs come in
blocks of runs that belong together, and a block is a case of the study. Where one run of a block
has no periodic beat the whole block is left out and counted, because a value put in its place would
be invented: the indices then hold for the part of the ranges in which the heart has a periodic
beat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import compress
from typing import Annotated

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from experiments.runs import IN_ROW, Findings, PrintedTable, Settings, Study, render
from experiments.statistics import DataFrame, data_frame
from experiments.studies.sensitivity.blocks import (
    Block,
    BlockOutputs,
    Supported,
    output_names,
    run_block,
)
from experiments.studies.sensitivity.figure import MEASURES, sensitivity_figure
from experiments.studies.sensitivity.indices import (
    COLUMNS,
    METHODS,
    SAMPLES,
    block_size,
    design,
    index_rows,
    spread_row,
)
from experiments.trials import NO_DEVICE, left_pump
from plants import SIGNALS, InputError, Patient, PhysicsError, Pump
from plants.quantities import one_of, usable

# Fewer blocks are not asked for; with less than this share of them left the indices mean nothing.
_LEAST_BLOCKS, _LEAST_SHARE = 8, 0.5
_PRINTED, _MENTIONED = 5, 3  # factors of each output that are printed, and in the summary
_HEADINGS = {
    "sobol": ("output", "factor", "of", "ST [1]", "+- [1]", "S1 [1]"),
    "morris": ("output", "factor", "of", "effect", "+-", "deviation"),
}


def _own_pump(device: str) -> Pump | None:
    """The left pump of that name, or none."""
    return None if device.lower() == NO_DEVICE else left_pump(device)


class SensitivitySettings(Settings):
    """Settings of the sensitivity study."""

    patient: Annotated[str, usable(Patient.load)] = Field(
        "shock-d", description="Name or file of a patient."
    )
    device: Annotated[str, usable(_own_pump)] = Field(
        "CP", description="Name or file of a left pump, or none."
    )
    level: str = Field("P-8", validate_default=True, description="P-level that is held.")
    method: Annotated[str, one_of(METHODS)] = Field(
        "sobol", description="sobol: shares of the variance; morris: effects, cheaper."
    )
    samples: int | None = Field(
        None,
        ge=_LEAST_BLOCKS,
        description="Base points of Sobol (a power of 2) or trajectories of Morris.",
    )
    seed: int = Field(0, ge=0, description="Seed of everything that is random.")

    @field_validator("level")
    @classmethod
    def _check_level(cls, level: str, info: ValidationInfo) -> str:
        pump = _own_pump(info.data.get("device", NO_DEVICE))
        if pump is not None:
            pump.speed(level)
        return level

    @field_validator("samples")
    @classmethod
    def _check_samples(cls, samples: int | None, info: ValidationInfo) -> int | None:
        if samples is not None and info.data.get("method") == "sobol" and samples & (samples - 1):
            raise InputError("", samples, "a power of 2, for Sobol's sequence to be balanced")
        return samples

    @property
    def blocks(self) -> int:
        """Number of blocks of runs."""
        return SAMPLES[self.method] if self.samples is None else self.samples

    @property
    def subject(self) -> str:
        """Who is looked at, in words."""
        pump = _own_pump(self.device)
        return f"{self.patient}, {'no pump' if pump is None else f'{self.device} {self.level}'}"

    def supported(self) -> Supported:
        """The patient on the pump at its speed."""
        pump = _own_pump(self.device)
        if pump is None:
            return Supported(self.patient, None, 0.0)
        return Supported(self.patient, self.device, pump.speed(self.level))


def _cases(settings: SensitivitySettings) -> list[Block]:
    subject = settings.supported()
    subject.own_beat()  # Ends here if the patient has no periodic beat.
    factors = subject.factors()
    runs = design(factors, settings.method, settings.blocks, settings.seed)
    return [Block(subject, block) for block in np.split(runs, settings.blocks)]


def _findings(settings: SensitivitySettings, results: Sequence[BlockOutputs]) -> Findings:
    subject, method, seed = settings.supported(), settings.method, settings.seed
    factors = subject.factors()
    blocks = list(results)
    complete = [bool(np.isfinite(block.outputs).all()) for block in blocks]
    reasons: Counter[str] = Counter()
    for block in blocks:
        reasons.update(block.reasons)
    _check_complete(complete, reasons)
    size = block_size(factors, method)
    runs = design(factors, method, settings.blocks, seed)[np.repeat(complete, size)]
    outputs = np.concatenate([block.outputs for block in compress(blocks, complete)])
    columns = dict(zip(output_names(subject.device), outputs.T, strict=True))
    table = data_frame(
        [
            row
            for name, output in columns.items()
            for row in index_rows(factors, method, runs, name, output, seed)
        ]
    )
    spread = data_frame([spread_row(name, output) for name, output in columns.items()])
    counts = {
        "method": method,
        "runs": size * len(blocks),
        "failed": sum(int((~np.isfinite(block.outputs).all(axis=1)).sum()) for block in blocks),
        "reasons": dict(sorted(reasons.items())),
        "blocks": len(blocks),
        "dropped": complete.count(False),
    }
    title = f"{settings.subject}: leading factors"
    return Findings(
        tables={f"sensitivity_{method}": table, f"spread_{method}": spread},
        figures={
            f"sensitivity_{method}": partial(sensitivity_figure, table, method, settings.subject)
        },
        summary=render(
            "sensitivity.md",
            subject=settings.subject,
            leading=_leading_in_words(table, method),
            **counts,
        ),
        printed=[PrintedTable(title, _HEADINGS[method], _leading_cells(table, method))],
        document={"spread": spread.to_dict("records"), **counts},
    )


def _check_complete(complete: Sequence[bool], reasons: dict[str, int]) -> None:
    if sum(complete) < _LEAST_SHARE * len(complete):
        why = ", ".join(f"{reason}: {count}" for reason, count in reasons.items())
        raise PhysicsError(
            f"only {sum(complete)} of {len(complete)} blocks of runs are complete ({why} runs): "
            "too few for indices; narrow the ranges or choose a lower level"
        )


def _leading_in_words(table: DataFrame, method: str) -> list[dict[str, str]]:
    """The leading factors of each output, with the half-width of their interval."""
    measure = MEASURES[method]
    lines = []
    for output, rows in table.groupby("output", sort=False):
        signal = SIGNALS[str(output)]
        unit = "" if method == "sobol" else f" {signal.unit}"
        named = ", ".join(
            f"{row['factor']} {row[measure]:.2g} +- {row[f'{measure}_ci']:.1g}{unit}"
            for row in rows.nlargest(_MENTIONED, measure).to_dict("records")
        )
        lines.append({"meaning": signal.meaning, "factors": named})
    return lines


def _leading_cells(table: DataFrame, method: str) -> list[list[object]]:
    measure = MEASURES[method]
    other = "first_order" if method == "sobol" else "deviation_of_effect"
    columns = ["output", "factor", "group", measure, f"{measure}_ci", other]
    return [
        cells
        for _, rows in table.groupby("output", sort=False)
        for cells in rows.nlargest(_PRINTED, measure)[columns].values.tolist()
    ]


STUDY = Study(
    name="sensitivity",
    title=lambda settings: f"Sensitivity of the periodic beat: {settings.subject}",
    settings=SensitivitySettings,
    cases=_cases,
    work=run_block,
    findings=_findings,
    result=BlockOutputs,
    units={
        **dict.fromkeys(COLUMNS["sobol"], "1"),
        **dict.fromkeys(COLUMNS["morris"], IN_ROW),
        **dict.fromkeys(("low", "high"), "{factor_unit}"),
    },
    unit="blocks of runs",
    seeds=lambda settings: {"design": settings.seed},
)
