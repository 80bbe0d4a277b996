"""The parts of the validation: published studies, displayed flows of the pumps, and the presets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from experiments.statistics import DataFrame
from experiments.studies.identify import patients_table
from experiments.studies.support import head_flow_rmse, head_flow_table
from experiments.validation.bands import studies
from experiments.validation.comparison import failed_rows, study_rows
from experiments.validation.conditions import ShownCase, simulate_study
from experiments.validation.displayed import head_flow_rows, preset_rows, variant_rows
from experiments.validation.loops import WallLoop, pump_loops, stage_loops
from experiments.validation.row import Row
from plants import PhysicsError, Pump, unknown_name

HEAD_FLOW, PRESETS = "head-flow", "presets"
#: Name of the table of other readings of the displayed flows.
VARIANTS = "head_flow_variants"


class PartName(NamedTuple):
    """A study of the data file or the presets, or the displayed flows of a device."""

    name: str
    device: str = ""


@dataclass(frozen=True)
class Part:
    """The outcome of a part of the validation.

    Attributes
    ----------
    name : PartName
        Which.
    rows : list of Row
        Its comparisons.
    cases : list of ShownCase
        What was simulated; empty where a table holds it.
    tables : dict of str to list of dict
        Rows of the tables behind the comparisons.
    stage_loops, pump_loops : list of WallLoop
        Loops of the presets, and of one of them on pumps.
    """

    name: PartName
    rows: list[Row]
    cases: list[ShownCase] = field(default_factory=list)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    stage_loops: list[WallLoop] = field(default_factory=list)
    pump_loops: list[WallLoop] = field(default_factory=list)


def part_names() -> tuple[str, ...]:
    """What may be asked for: the studies, the displayed flows and the presets.

    Examples
    --------
    >>> from experiments.validation.parts import part_names
    >>> part_names()[0], part_names()[-1]
    ('recover-i', 'presets')
    """
    return (*studies(), HEAD_FLOW, PRESETS)


def run_part(part: PartName) -> Part:
    """Simulate and compare one part.

    Examples
    --------
    >>> from experiments.validation.parts import PartName, run_part
    >>> [row.verdict for row in run_part(PartName("isar-shock")).rows]
    ['within']
    """
    if part.name == PRESETS:
        presets = patients_table()
        tables = {"presets": _records(presets)}
        return Part(
            part,
            preset_rows(presets),
            tables=tables,
            stage_loops=stage_loops(),
            pump_loops=pump_loops(),
        )
    if part.name == HEAD_FLOW:
        flows = head_flow_table([part.device])
        rmse = head_flow_rmse(flows)
        tables = {
            "head_flow": _records(flows),
            "head_flow_rmse": _records(rmse),
            VARIANTS: variant_rows(part.device),
        }
        return Part(part, head_flow_rows(flows, rmse), tables=tables)
    study = studies()[part.name]
    try:
        cases = simulate_study(study)
    except PhysicsError as error:
        return Part(part, failed_rows(study, str(error)))
    rows = [row for case in cases for row in study_rows(case)]
    return Part(part, rows, [case.shown() for case in cases])


def _records(table: DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def chosen_parts(names: Sequence[str] = ()) -> list[PartName]:
    """The parts to run for some names, or for all: the displayed flows are a part per device.

    Raises
    ------
    InputError
        A name is unknown.
    """
    for name in names:
        if name not in part_names():
            raise unknown_name("study", name, part_names())
    return [
        PartName(name, device)
        for name in part_names()
        if not names or name in names
        for device in (Pump.names() if name == HEAD_FLOW else ("",))
    ]
