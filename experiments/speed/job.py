"""How fast the plant runs, side by side with other ways to do the same work.

Each part compares one kind of work; all are rows of one table. Ratios travel between machines,
seconds do not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from experiments.speed import (
    batch as speed_batch,
)
from experiments.speed import (
    core_scaling as speed_scaling,
)
from experiments.speed import (
    days as speed_days,
)
from experiments.speed import (
    learning as speed_learning,
)
from experiments.speed import (
    other_simulators as speed_peers,
)
from experiments.speed import (
    patient as speed_patient,
)
from experiments.speed import (
    periodic as speed_periodic,
)
from experiments.speed import (
    roofline as speed_roofline,
)
from experiments.speed import (
    start as speed_start,
)
from experiments.speed.row import SpeedRow
from plants import unknown_name

#: Turns of each comparison.
REPEATS = 5
#: The parts and what they compare, in the order of the table.
PARTS: dict[str, str] = {
    speed_patient.PART: "one patient: CasADi, scipy's solvers",
    speed_batch.PART: "64 and 1,024 patients: CasADi's C and map, numba, JAX",
    speed_periodic.PART: "the periodic beat: Newton's method against marching",
    speed_days.PART: "four days: outer steps against beat by beat",
    speed_learning.PART: "PPO and single control periods",
    speed_scaling.PART: "cost against batch size and horizon, memory",
    speed_start.PART: "the first call in a new process",
    speed_peers.PART: "other simulators of the circulation",
    speed_roofline.PART: "operations of a step against the core's peak",
}


@dataclass
class SpeedStudy:
    """What was measured.

    Attributes
    ----------
    rows : list of SpeedRow
        All comparisons.
    scaling : Scaling or None
        Cost against batch size and horizon, for the figure.
    """

    rows: list[SpeedRow] = field(default_factory=list)
    scaling: speed_scaling.Scaling | None = None


def chosen_parts(only: Sequence[str]) -> list[str]:
    """The parts to run, in the order of the table: those named, or all.

    Raises
    ------
    InputError
        A part is unknown.
    """
    for name in only:
        if name not in PARTS:
            raise unknown_name("part", name, PARTS)
    return [name for name in PARTS if not only or name in only]


def speed_study(
    *,
    only: Sequence[str] = (),
    seconds: float = 10.0,
    repeats: int = REPEATS,
    span: float = speed_days.SPAN,
    progress: Callable[[float], None] | None = None,
) -> SpeedStudy:
    """Run the comparisons.

    Parameters
    ----------
    only : sequence of str
        Parts to run; by default all.
    seconds : float
        Simulated time of a course of one patient, s; other parts take turns of about as long.
    repeats : int
        Turns of each comparison.
    span : float
        Time over which every beat of the four days is integrated, h.
    progress : callable, optional
        Called with the number of parts done.

    Raises
    ------
    InputError
        A part is unknown.

    Examples
    --------
    >>> from experiments.speed.job import speed_study
    >>> [row.part for row in speed_study(only=["roofline"], seconds=0.1, repeats=1).rows][:1]
    ['roofline']
    """
    study = SpeedStudy()
    few = min(3, repeats)

    def scaled() -> list[SpeedRow]:
        study.scaling = speed_scaling.scaling(few)
        return speed_scaling.scaling_rows(study.scaling)

    parts: dict[str, Callable[[], list[SpeedRow]]] = {
        speed_patient.PART: lambda: speed_patient.patient_rows(repeats, seconds=seconds),
        speed_batch.PART: lambda: speed_batch.batch_rows(repeats, seconds=0.2 * seconds),
        speed_periodic.PART: lambda: speed_periodic.periodic_rows(repeats),
        speed_days.PART: lambda: speed_days.day_rows(few, span=span),
        speed_learning.PART: lambda: speed_learning.learning_rows(few),
        speed_scaling.PART: scaled,
        speed_start.PART: speed_start.start_rows,
        speed_peers.PART: lambda: speed_peers.peer_rows(repeats, seconds=0.3 * seconds),
        speed_roofline.PART: lambda: speed_roofline.roofline_rows(repeats, seconds=0.3 * seconds),
    }
    for done, name in enumerate(chosen_parts(only), 1):
        study.rows += parts[name]()
        if progress is not None:
            progress(done)
    return study
