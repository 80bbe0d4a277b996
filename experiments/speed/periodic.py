"""The periodic beat from a heart at standstill: Newton's method against marching."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.speed.case import CASE, case_name
from experiments.speed.row import Contestant, SpeedRow, in_turns
from plants import STATES, BeatMap, PhysicsError, Plant, steady_state
from plants.beat import FIRST_BEATS, TOLERANCE
from plants.plant import PHASE
from plants.quantities import FailureKind

PART = "periodic"
#: Whose periodic beat is found.
CASES: tuple[tuple[str, str | None, str | None], ...] = (
    CASE,
    ("healthy", None, None),
    ("rv-failure", "5.0", "P-7"),  # from P-8 on suction leaves no periodic beat
    ("shock-e", "CP", "P-6"),
    ("hfref", None, None),
)
_TARGET = 3.0


def periodic_rows(
    repeats: int, cases: Sequence[tuple[str, str | None, str | None]] = CASES
) -> list[SpeedRow]:
    """A row for each patient, and one for all together.

    Parameters
    ----------
    repeats : int
        Turns.
    cases : sequence of tuple
        Patient, device and level.
    """
    rows = []
    for patient, device, level in cases:
        plant = Plant(patient, device)
        speed = plant.level_speed(level)
        rows.append(_row(plant, speed, case_name(patient, device, level), repeats))
    return [*rows, _together(rows)] if len(rows) > 1 else rows


def _together(rows: Sequence[SpeedRow]) -> SpeedRow:
    """All patients one after the other."""
    ours, other = (
        len(rows) / sum(1 / (value or 1.0) for value in values)
        for values in ([row.ours for row in rows], [row.other for row in rows])
    )
    row = SpeedRow(
        PART,
        f"periodic beats of these {len(rows)} together, against marching",
        ours,
        other,
        ours / other,
        unit=rows[0].unit,
        ours_by="their times added",
        other_by="the same",
    )
    return row.with_target("ratio", ">=", _TARGET)


def _row(plant: Plant, speed: float, name: str, repeats: int) -> SpeedRow:
    beats = BeatMap(plant)

    def newton() -> object:
        return steady_state(plant, speed, beats=beats)

    def march() -> int:
        return beats_until_periodic(beats, speed)

    iterations = steady_state(plant, speed, beats=beats).iterations
    by = f"{FIRST_BEATS} beats, then {iterations} Newton iterations, change below {TOLERANCE:g}"
    other_by = f"{march()} beats on the same kernel, change below {TOLERANCE:g}"
    return in_turns(
        PART,
        f"periodic beat of {name}, against marching",
        Contestant(newton, 1.0, by),
        Contestant(march, 1.0, other_by),
        repeats,
        unit="periodic beats per CPU s",
        target=_TARGET,
    )


def beats_until_periodic(beats: BeatMap, speed: float, *, most: int = 5000) -> int:
    """Beats to march from standstill until no state changes by more than the tolerance.

    Raises
    ------
    PhysicsError
        They are more than `most`.
    """
    values = beats.values(speed)
    state = beats.plant.rest()
    state[STATES.index["pump_speed"]] = values[0] * 1e-3
    for count in range(1, most + 1):
        after = beats.beat(state, values).state
        change = abs(after - state)
        change[PHASE] = 0.0
        state = after
        if change.max() < TOLERANCE:
            return count
    text = f"no periodic beat after marching {most} beats"
    raise PhysicsError(text, kind=FailureKind.NO_PERIODIC_BEAT)
