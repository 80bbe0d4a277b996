"""A course of weaning: run, recorded, scored, told and drawn."""

from experiments.weaning.course.cormpo_measures import cormpo
from experiments.weaning.course.figure import course_figure
from experiments.weaning.course.job import run_course
from experiments.weaning.course.labels import (
    PHASE_WORDS,
    main_decisions,
    reason_texts,
    short_reason,
)
from experiments.weaning.course.live_view import live
from experiments.weaning.course.parts import (
    AFTER_EXPLANT_COLOR,
    LEGEND,
    SMALL,
    annotate_decisions,
    limit_line,
    numbered,
    stacked_panels,
    titled,
)
from experiments.weaning.course.record import OUTCOMES, Course, plain_reasons
from experiments.weaning.course.score import (
    contractility,
    hours_below,
    largest_step,
    lowest_level,
    relapse,
    suction_seconds,
)
from experiments.weaning.course.single import wean
from experiments.weaning.course.tables import finding_rows, main_decision_rows, outcome_rows
from experiments.weaning.course.trial import WeaningTrial, briefing, trial_bedside

__all__ = [
    "AFTER_EXPLANT_COLOR",
    "LEGEND",
    "OUTCOMES",
    "PHASE_WORDS",
    "SMALL",
    "Course",
    "WeaningTrial",
    "annotate_decisions",
    "briefing",
    "contractility",
    "cormpo",
    "course_figure",
    "finding_rows",
    "hours_below",
    "largest_step",
    "limit_line",
    "live",
    "lowest_level",
    "main_decision_rows",
    "main_decisions",
    "numbered",
    "outcome_rows",
    "plain_reasons",
    "reason_texts",
    "relapse",
    "run_course",
    "short_reason",
    "stacked_panels",
    "suction_seconds",
    "titled",
    "trial_bedside",
    "wean",
]
