"""A course of weaning: run, recorded, scored, told and drawn."""

from experiments.weaning.course.cormpo_measures import cormpo as cormpo
from experiments.weaning.course.figure import course_figure as course_figure
from experiments.weaning.course.job import run_course as run_course
from experiments.weaning.course.labels import (
    PHASE_WORDS as PHASE_WORDS,
    main_decisions as main_decisions,
    reason_texts as reason_texts,
    short_reason as short_reason,
)
from experiments.weaning.course.live_view import live as live
from experiments.weaning.course.parts import (
    AFTER_EXPLANT_COLOR as AFTER_EXPLANT_COLOR,
    LEGEND as LEGEND,
    SMALL as SMALL,
    annotate_decisions as annotate_decisions,
    limit_line as limit_line,
    numbered as numbered,
    stacked_panels as stacked_panels,
    titled as titled,
)
from experiments.weaning.course.record import (
    OUTCOMES as OUTCOMES,
    Course as Course,
    plain_reasons as plain_reasons,
)
from experiments.weaning.course.score import (
    contractility as contractility,
    hours_below as hours_below,
    largest_step as largest_step,
    lowest_level as lowest_level,
    relapse as relapse,
    suction_seconds as suction_seconds,
)
from experiments.weaning.course.single import wean as wean
from experiments.weaning.course.tables import (
    finding_rows as finding_rows,
    main_decision_rows as main_decision_rows,
    outcome_rows as outcome_rows,
)
from experiments.weaning.course.trial import (
    WeaningTrial as WeaningTrial,
    briefing as briefing,
    trial_bedside as trial_bedside,
)
