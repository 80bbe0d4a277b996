"""The plant against published measurements: everything that ``impellab validate`` compares.

The bands were fixed in ``experiments/data/validation.toml`` before the model was seen. A study's
patient is identified to what was published of the patients before support, so that the values on
support are predictions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from experiments.validation.bands import studies
from experiments.validation.cases import Case, simulate_study
from experiments.validation.checks import failed_rows, study_rows
from experiments.validation.row import MISS, Row
from experiments.validation.tables import head_flow_rows, preset_rows
from plants import PhysicsError, Pump, unknown_name

if TYPE_CHECKING:
    import pandas

HEAD_FLOW, PRESETS = "head-flow", "presets"


@dataclass(frozen=True)
class Part:
    """The outcome of one part of the validation.

    Attributes
    ----------
    name : str
        A study of the data file, ``"presets"``, or ``"head-flow:DEVICE"``.
    rows : list of Row
        Its comparisons.
    cases : list of Case
        What was simulated; empty where a table holds it.
    tables : dict of str to DataFrame
        Tables behind the rows.
    """

    name: str
    rows: list[Row]
    cases: list[Case] = field(default_factory=list)
    tables: dict[str, pandas.DataFrame] = field(default_factory=dict)


def part_names() -> tuple[str, ...]:
    """What may be asked for: the studies, the displayed flows and the presets.

    Examples
    --------
    >>> from experiments.validation.job import part_names
    >>> part_names()[0], part_names()[-1]
    ('recover-i', 'presets')
    """
    return (*studies(), HEAD_FLOW, PRESETS)


def run_part(name: str) -> Part:
    """Simulate and compare one part.

    Parameters
    ----------
    name : str
        As in :class:`Part`.

    Examples
    --------
    >>> from experiments.validation.job import run_part
    >>> [row.verdict for row in run_part("isar-shock").rows]
    ['within']
    """
    from experiments.studies.identify import patients_table
    from experiments.studies.support import head_flow_rmse, head_flow_table

    if name == PRESETS:
        presets = patients_table()
        return Part(name, preset_rows(presets), tables={"presets": presets})
    if name.startswith(HEAD_FLOW):
        flows = head_flow_table([name.partition(":")[2]])
        rmse = head_flow_rmse(flows)
        tables = {"head_flow": flows, "head_flow_rmse": rmse}
        return Part(name, head_flow_rows(flows, rmse), tables=tables)
    study = studies()[name]
    try:
        cases = simulate_study(study)
    except PhysicsError as error:
        return Part(name, failed_rows(study, str(error)))
    return Part(name, [row for case in cases for row in study_rows(case)], cases)


def validate(
    names: Sequence[str] | None = None,
    *,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[Part]:
    """Compare the plant with every published value.

    Parameters
    ----------
    names : sequence of str, optional
        Of :func:`part_names`; by default all.
    workers : int, optional
        Number of processes; by default one for each core. 1 stays in this process.
    progress : callable, optional
        Called with the number of parts done, of :func:`work`.

    Returns
    -------
    list of Part
        In the order of the data file.

    Raises
    ------
    InputError
        A name is unknown, or the number of workers is not positive.
    """
    from experiments.runs import run_each

    wanted = work(names)
    found: dict[str, Part] = {}
    # The longest first, so that no core waits for the last.
    order = sorted(wanted, key=lambda name: not name.startswith(HEAD_FLOW))
    for part in run_each(run_part, order, workers=workers):
        found[part.name] = part
        if progress is not None:
            progress(len(found))
    return [found[name] for name in wanted]


def work(names: Sequence[str] | None = None) -> list[str]:
    """The parts to run for some names, or for all: the displayed flows are a part per device.

    Raises
    ------
    InputError
        A name is unknown.
    """
    for name in names or ():
        if name not in part_names():
            raise unknown_name("study", name, part_names())
    parts: list[str] = []
    for name in part_names():
        if names and name not in names:
            continue
        parts += (
            [f"{HEAD_FLOW}:{device}" for device in Pump.names()] if name == HEAD_FLOW else [name]
        )
    return parts


def rows_of(parts: Sequence[Part]) -> list[Row]:
    """Every row of the parts, in their order."""
    return [row for part in parts for row in part.rows]


def held(rows: Sequence[Row]) -> bool:
    """Whether no band is missed."""
    return not any(row.verdict == MISS for row in rows)
