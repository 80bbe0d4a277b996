"""Courses by hand, and a real patient whose courses are changed."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from experiments.weaning.course import Course, WeaningTrial
from experiments.weaning.course.record import ESTIMATED, RECORDED_SIGNALS
from experiments.weaning.study.patient import PatientResult, Task, run_patient

#: A circulation with nothing wrong.
CALM = dict.fromkeys(RECORDED_SIGNALS, 1.0) | {
    "map": 72.0,
    "heart_rate": 80.0,
    "pulse_pressure": 35.0,
    "suction": 0.0,
    "lv_ees_true": 1.0,
    "consistent": math.nan,
    "leaking": math.nan,
    **dict.fromkeys(ESTIMATED, math.nan),
}


def decision(hours, level, action="hold"):
    """What is kept of a decision."""
    return {
        "hours": float(hours),
        "level": level,
        "phase": "support",
        "action": action,
        "words": action,
        "findings": [],
        "reasons": [],
        "texts": [],
        "met": [],
    }


def made(outcome="well", hours=40.0, *, seed=1, case="full", policy="fast-protocol", **changes):
    """A course of hourly looks at P-8 to its end."""
    records = [CALM | {"hours": float(k), "level": 8.0, "lasting": 1.0} for k in range(int(hours))]
    given = {
        "trial": WeaningTrial(seed, policy),
        "case": case,
        "phenotype": "shock-d",
        "patient": f"shock-d/{seed}",
        "access": "femoral percutaneous",
        "outcome": outcome,
        "reason": "",
        "hours": hours,
        "bridge_hours": 84.0 if outcome == "bridge" else math.nan,
        "label_hours": 96.0,
        "records": records,
        "decisions": [decision(0.0, "P-8")],
        "findings": {},
        "true_events": {},
        "alarms": [],
        "seconds": {"plant": 1.0, "controller": 0.5},
    }
    return Course(**given | changes)


@pytest.fixture(scope="session")
def real():
    """A patient who recovers, under two protocols."""
    return run_patient(Task(11, ("fast-protocol", "ramp-test"), case="full"))


@pytest.fixture
def quick(monkeypatch, real):
    """A study whose patients are all the real one, so that it takes no time.

    Gives the seeds that were run, and a dictionary whose ``at`` is the seed that is interrupted
    when it is first run.
    """
    from experiments.weaning import study

    ran: list[int] = []
    stop: dict[str, int] = {}

    def run(task):
        ran.append(task.seed)
        if ran.count(task.seed) == 1 and task.seed == stop.get("at"):
            raise KeyboardInterrupt
        return copied(real, task)

    monkeypatch.setattr(study, "STUDY", replace(study.STUDY, work=run))
    return ran, stop


def copied(real: PatientResult, task: Task) -> PatientResult:
    """The real patient under another seed and the policies of a task."""
    courses = {
        policy: replace(course, trial=task.trial(policy))
        for policy, course in zip(task.policies, real.courses.values(), strict=False)
    }
    return replace(real, key=task.key, seed=task.seed, courses=courses)
