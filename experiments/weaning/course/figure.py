"""The figure of a course of weaning: everything that was decided, and on what, over the hours."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import numpy as np

from controllers import WeaningCriteria
from experiments.figures import COLORS, Axes, Figure, new_figure, plain
from experiments.weaning.course.labels import PlacedLabel, main_decisions, pack_labels, short_reason
from experiments.weaning.course.panels import (
    contractility_panel,
    filling_panel,
    hemoglobin_panel,
    hemolysis_panel,
    lactate_panel,
    leak_panel,
    power_panel,
    pressure_panel,
    series,
)
from experiments.weaning.course.parts import (
    AFTER_EXPLANT_COLOR,
    CHARACTER,
    LEGEND,
    SMALL,
    TIMES_WIDTH,
    annotate_decisions,
    numbered,
    stacked_panels,
    titled,
)
from experiments.weaning.course.record import Course, event_key, happened_words

#: What an outcome is called in titles and tables.
OUTCOME_WORDS = {
    "well": "explanted and well for 48 h",
    "failed": "explanted, failed within 48 h",
    "died": "died on the pump",
    "bridge": "named for a durable pump or transplant",
    "label": "still supported at the end of the label's duration",
}
_PHASES = {
    ("support", "ready"): ("#ededed", "full support"),
    ("step", "hold", "ramp"): ("#d6e8f5", "stepping down"),
    ("hold_p2", "explant"): ("#cdebdd", "hold at the lowest level"),
    ("step_up",): ("#f6cfc0", "more support"),
    ("refused",): ("#fae7b5", "refused"),
    ("reassess",): ("#ead7e6", "reassess"),
}
_EVENTS = {
    event_key("lv_contractility"): "LV contractility",
    event_key("rv_contractility"): "RV contractility",
    event_key("restunned"): "stunned anew",
}
_SIZE = (12.0, 12.0)  # inches
_HAPPENED = COLORS[1]
_TOP_LEVEL = 9.0


def course_figure(course: Course, *, criteria: WeaningCriteria | None = None) -> Figure:
    """Levels, circulation, heart and blood on one time axis, with every decision and its reasons.

    Parameters
    ----------
    course : Course
        Of :func:`experiments.weaning.course.run_course`. Without a tracker there is no estimate.
    criteria : WeaningCriteria, optional
        Whose limits are drawn; by default those of the package.

    Examples
    --------
    >>> from experiments.weaning.course import run_course
    >>> from experiments.weaning.course import WeaningTrial
    >>> from experiments.weaning.course import course_figure
    >>> figure = course_figure(run_course(WeaningTrial(14, "fast-protocol", case="full")))
    >>> figure.get_suptitle().splitlines()[0]
    'shock-c/14 on a CP, fast-protocol: explanted and well for 48 h'
    """
    criteria = criteria or WeaningCriteria.load()
    figure = new_figure(*_SIZE)
    end = course_end(course)
    marks = _marks(course, end)
    rows = 1 + max((mark.row for mark, _ in marks), default=0)
    panels: list[tuple[float, Callable[[Axes], None]]] = [
        (0.3 + 0.2 * rows, lambda axes: _recognised(axes, marks)),
        (1.75, lambda axes: _levels(axes, course, end)),
        (1.0, lambda axes: pressure_panel(axes, course, criteria)),
        (0.9, lambda axes: power_panel(axes, course, criteria)),
        (1.0, lambda axes: filling_panel(axes, course, criteria)),
        (1.1, lambda axes: contractility_panel(axes, course)),
        (0.8, lambda axes: leak_panel(axes, course, criteria)),
        (0.8, lambda axes: lactate_panel(axes, course, criteria)),
        (0.7, lambda axes: hemoglobin_panel(axes, course, criteria)),
        (0.7, lambda axes: hemolysis_panel(axes, course, criteria)),
    ]
    beside = stacked_panels(
        figure, panels, over_time=lambda axes: _over_time(axes, course), end=end, unit="h"
    )
    annotate_decisions(beside, main_decisions(course.decisions), inches=_SIZE[1])
    figure.suptitle(_title(course), fontsize="medium", x=0.01, ha="left")
    return figure


def course_end(course: Course) -> float:
    """Where the time axis ends, h: after the follow-up, where there is one."""
    return max(course.hours + float(course.follow_up.get("ended", 0.0)), 0.1) * 1.005


def _title(course: Course) -> str:
    trial = course.trial
    who = f"{course.patient} on a {trial.device}, {trial.policy}: {OUTCOME_WORDS[course.outcome]}"
    support = f"case {course.case}; {course.access}; {course.hours:.1f} h on support"
    # The reason of a reassessment is among the decisions.
    reason = "" if course.outcome == "bridge" else f"; {short_reason(course.reason)}"
    return f"{who}\n{textwrap.shorten(support + reason, 150, placeholder=' ...')}"


def _over_time(axes: Axes, course: Course) -> None:
    """What all panels show: events, explant and follow-up."""
    for name, when in course.true_events.items():
        if when > 0.0 and name:
            axes.axvline(when, color=_HAPPENED, linewidth=0.8, linestyle=":", zorder=1)
    if course.follow_up:
        ended = course.hours + course.follow_up["ended"]
        axes.axvspan(course.hours, ended, color=AFTER_EXPLANT_COLOR, zorder=0)
        axes.axvline(course.hours, color="#333333", linewidth=0.8, zorder=1)


def _marks(course: Course, end: float) -> list[tuple[PlacedLabel, bool]]:
    """Labels of what was recognised and of what happened, packed into rows."""
    width = CHARACTER / TIMES_WIDTH * end
    names: dict[tuple[float, str], bool] = {}
    for name, when in course.findings.items():
        names[when, name.replace("-", " ").replace("rv ", "RV ")] = True
    for name, when in course.true_events.items():
        names[when, _EVENTS.get(name) or happened_words(name)] = False
    return [
        (mark, names[mark.at, mark.text])
        for mark in pack_labels(list(names), start=0.0, end=end, width=width)
    ]


def _recognised(axes: Axes, marks: list[tuple[PlacedLabel, bool]]) -> None:
    """A strip with what was recognised, and what truly happened, each at its time."""
    rows = 1 + max((mark.row for mark, _ in marks), default=0)
    axes.set_ylim(-0.6, rows - 0.3)
    axes.set_yticks([])
    axes.tick_params(length=0)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    for mark, seen in marks:
        color = COLORS[0] if seen else _HAPPENED
        axes.plot([mark.at, mark.at], [-0.6, mark.row], color=color, linewidth=0.8)
        axes.plot(
            [mark.at], [-0.6], marker="v" if seen else "^", color=color, markersize=5, clip_on=False
        )
        axes.text(mark.left, mark.row, f" {mark.text}", color=color, fontsize=SMALL, va="center")
    if not marks:
        axes.text(0.0, 0.0, " nothing", fontsize=SMALL, va="center", color="#666666")
    titled(axes, "Recognised")
    axes.set_title(
        "happened (hidden from the controller)", loc="right", fontsize=SMALL, color=_HAPPENED, pad=3
    )
    axes.title.set_color(COLORS[0])


def _levels(axes: Axes, course: Course, end: float) -> None:
    """P-level with its phases, and the numbers of the decisions."""

    from matplotlib.patches import Patch

    plain(axes)
    shown: dict[str, str] = {}
    ends = [decision["hours"] for decision in course.decisions[1:]] + [course.hours]
    for decision, until in zip(course.decisions, ends, strict=True):
        color, words = next(drawn for names, drawn in _PHASES.items() if decision["phase"] in names)
        shown[words] = color
        axes.axvspan(decision["hours"], until, ymax=0.82, color=color, linewidth=0, zorder=0.5)
    times, levels = series(course, "level")
    times, levels = np.append(times, course.hours), np.append(levels, levels[-1])
    axes.step(times, levels, where="post", color="#222222", linewidth=1.6)
    times_told = [decision["hours"] for decision in main_decisions(course.decisions)]
    numbered(axes, times_told, end, tick=_TOP_LEVEL, text=10.55)
    ended, label_text = course.follow_up.get("ended", 0.0), "without the pump"
    if ended > CHARACTER / TIMES_WIDTH * end * (len(label_text) + 2):
        axes.text(
            course.hours + 0.5 * ended,
            5.0,
            label_text,
            ha="center",
            va="center",
            fontsize=SMALL,
            color="#666666",
        )
    axes.set_ylim(1.0, 11.3)
    axes.set_yticks([2, 4, 6, 8], ["P-2", "P-4", "P-6", "P-8"])
    handles = [Patch(color=color, label=words) for words, color in shown.items()]
    axes.legend(handles=handles, **LEGEND)
    titled(axes, "P-level")
