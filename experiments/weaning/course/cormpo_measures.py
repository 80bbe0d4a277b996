"""The metrics of CORMPO 2025 (arXiv 2511.06111) for a course, on its hourly grid."""

from __future__ import annotations

from typing import NamedTuple

from envs import STABLE, stable
from experiments.weaning.course.score import Decisions, Rows, level_at
from plants.quantities import HOUR_SLACK

#: Levels beyond which a change within an hour is penalised.
JUMP = 2


class Cormpo(NamedTuple):
    """Metrics of a course.

    Attributes
    ----------
    weaning_score : int
        1 or 2 for each drop of as many levels after a stable hour, -1 for each rise.
    change_penalty : int
        Sum of the changes of more than two levels within an hour, either way.
    hours, unstable, raised : int
        Whole hours, those that were not stable, and those of them that a rise followed.
    """

    weaning_score: int
    change_penalty: int
    hours: int
    unstable: int
    raised: int


def cormpo(records: Rows, decisions: Decisions) -> Cormpo:
    """Score a course.

    A stable hour has a least mean pressure of 60 mmHg, heart rate of 50 / min and pulse pressure of
    20 mmHg. Its action is the change of level from its begin to its end: a ramp of several levels
    within an hour is one large change, which earns nothing beyond two levels and is penalised.

    Parameters
    ----------
    records, decisions : sequence of mappings
        Of a :class:`~experiments.weaning.course.Course`.

    Examples
    --------
    >>> from experiments.weaning.course import cormpo
    >>> good = {"map": 70.0, "heart_rate": 80.0, "pulse_pressure": 30.0, "lasting": 1.0}
    >>> rows = [good | {"hours": 0.0}, good | {"hours": 1.0, "map": 50.0}]
    >>> cormpo(rows, [{"hours": 0.0, "level": "P-8"}, {"hours": 1.0, "level": "P-6"},
    ...               {"hours": 2.0, "level": "P-8"}])
    Cormpo(weaning_score=1, change_penalty=0, hours=2, unstable=1, raised=1)
    """
    if not records:
        return Cormpo(0, 0, 0, 0, 0)
    end = records[-1]["hours"] + records[-1]["lasting"]
    score = penalty = unstable = raised = 0
    whole = int(end + HOUR_SLACK)
    for hour in range(whole):
        change = level_at(decisions, hour + 1.0) - level_at(decisions, float(hour))
        calm = stable(_least(records, hour))
        if change > 0:
            score -= 1
        elif calm and -change <= JUMP:
            score -= change
        if abs(change) > JUMP:
            penalty += abs(change)
        if not calm:
            unstable += 1
            raised += change > 0
    return Cormpo(score, penalty, whole, unstable, raised)


def _least(records: Rows, hour: int) -> dict[str, float]:
    """The least values of an hour, what was in force at its begin included."""
    rows = [
        row
        for row in records
        if row["hours"] < hour + 1.0 - HOUR_SLACK
        and row["hours"] + row["lasting"] > hour + HOUR_SLACK
    ]
    rows = rows or [records[-1]]
    return {name: min(row[name] for row in rows) for name in STABLE}
