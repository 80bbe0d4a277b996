"""Labels that share a time axis without lying over one another, and words that are short enough."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plants import SIGNALS
from plants.quantities import MINUTES_PER_HOUR

#: What a phase is called in a figure or a table.
PHASE_WORDS = {
    "support": "full support",
    "ready": "ready",
    "step": "step down",
    "hold": "hold",
    "ramp": "ramp test",
    "hold_p2": "hold at the lowest level",
    "explant": "explant",
    "step_up": "more support",
    "refused": "refused",
    "reassess": "reassess",
    "inflation": "balloon up",
}
# Abbreviations that a reader of these courses knows, by signal.
_SHORT = {
    "map": "MAP",
    "pcwp": "PCWP",
    "cvp": "CVP",
    "cardiac_power_output": "CPO",
    "papi": "PAPi",
    "cardiac_index": "CI",
    "mpap": "mPAP",
    "lactate": "lactate",
    "ejection_fraction": "LVEF",
    "inotrope_effect": "inotrope",
    "vasopressor_effect": "vasopressor",
}


@dataclass(frozen=True)
class PlacedLabel:
    """A label with its place.

    Attributes
    ----------
    text : str
        What it says.
    at : float
        What it belongs to, on the axis.
    left : float
        Where it begins, on the axis.
    row : int
        In which row it stands, 0 nearest to the axis.
    """

    text: str
    at: float
    left: float
    row: int


def pack_labels(
    labels: Sequence[tuple[float, str]], *, start: float, end: float, width: float
) -> list[PlacedLabel]:
    """Place labels in as few rows as keep them apart and within the axis.

    Of two that would meet the earlier one stands higher, so that the line from it down to the axis
    crosses no text.

    Parameters
    ----------
    labels : sequence of (float, str)
        Where each belongs, and its text.
    start, end : float
        Of the axis.
    width : float
        Of a character, on the axis.

    Examples
    --------
    >>> from experiments.weaning.course.labels import pack_labels
    >>> placed = pack_labels([(0.0, "one"), (1.0, "two"), (50.0, "six")], start=0, end=100, width=1)
    >>> [(label.text, label.row) for label in placed]
    [('one', 1), ('two', 0), ('six', 0)]
    """
    begins: list[float] = []  # of the texts furthest to the left, by row
    placed: list[PlacedLabel] = []
    for at, text in sorted(labels, reverse=True):
        long = width * (len(text) + 2)
        left = max(min(at, end - long), start)
        # Above all whose line would run through this text.
        row = 1 + max((label.row for label in placed if label.at < left + long), default=-1)
        while row < len(begins) and left + long > begins[row]:
            row += 1
        begins += [end] * (row + 1 - len(begins))
        begins[row] = left
        placed.append(PlacedLabel(text, at, left, row))
    return placed[::-1]


def merge_close_labels(times: Sequence[float], width: float) -> list[tuple[float, str]]:
    """Numbers from 1 on at their times; those too close together become one label such as 3-5.

    Parameters
    ----------
    times : sequence of float
        In their order.
    width : float
        Of a character, on the axis.

    Examples
    --------
    >>> from experiments.weaning.course.labels import merge_close_labels
    >>> merge_close_labels([0.0, 10.0, 10.1, 10.2], width=0.5)
    [(0.0, '1'), (10.1, '2-4')]
    """
    groups: list[list[int]] = []
    for number in range(1, len(times) + 1):
        groups.append([number])
        while len(groups) > 1 and _too_close(times, groups[-2], groups[-1], width):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [(_middle(times, group), _span(group)) for group in groups]


def _too_close(times: Sequence[float], a: list[int], b: list[int], width: float) -> bool:
    needed = width * (0.5 * (len(_span(a)) + len(_span(b))) + 1.5)
    return _middle(times, b) - _middle(times, a) < needed


def _span(numbers: list[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"


def _middle(times: Sequence[float], numbers: Sequence[int]) -> float:
    return 0.5 * (times[numbers[0] - 1] + times[numbers[-1] - 1])


def short_reason(text: str) -> str:
    """A reason with names of signals abbreviated.

    Examples
    --------
    >>> from experiments.weaning.course import short_reason
    >>> short_reason("mean arterial pressure 55.3 mmHg, at least 60")
    'MAP 55.3 mmHg, at least 60'
    """
    for name, short in _SHORT.items():
        text = re.sub(rf"\b{name}\b", short, text.replace(SIGNALS[name].meaning, short))
    return text


def reason_texts(decision: Mapping[str, Any], *, met: bool) -> list[str]:
    """The reasons of a decision for going on (met), or those against it, shortened.

    Examples
    --------
    >>> from experiments.weaning.course import reason_texts
    >>> decision = {"texts": ["map 55 mmHg", "cvp 9 mmHg"], "met": [False, True]}
    >>> reason_texts(decision, met=False)
    ['MAP 55 mmHg']
    """
    pairs = zip(decision["texts"], decision["met"], strict=True)
    return [short_reason(text) for text, is_met in pairs if is_met is met]


def main_decisions(decisions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a reader wants to see: each new level, the first refusal there, explant, reassessment.

    Each gets ``number``, from 1 on, and ``before``, the level until then ("" at first).
    """
    changes: list[dict[str, Any]] = []
    level, kinds_shown = "", set[str]()
    for decision in decisions:
        if decision["level"] != level:
            kinds_shown = set()
        kind = decision["action"] if decision["action"] != "hold" else decision["phase"]
        new_level = decision["level"] != level
        notable = kind in ("explant", "reassess", "refused") and kind not in kinds_shown
        if new_level or notable:
            changes.append({**decision, "before": level, "number": len(changes) + 1})
        kinds_shown.add(kind)
        level = decision["level"]
    return changes


def decision_lines(
    decision: dict[str, Any], *, width: int, most: int, minutes: bool = False
) -> tuple[str, list[str]]:
    """A decision as a headline and at most so many lines of reasons.

    Parameters
    ----------
    decision : dict
        One of :func:`main_decisions`.
    width : int
        Characters of a line.
    most : int
        Lines of reasons.
    minutes : bool
        Whether the time is told in minutes.
    """
    before, level = decision["before"], decision["level"]
    moved = f"{before} to {level}" if before not in ("", level) else level
    hours = decision["hours"]
    when = f"{MINUTES_PER_HOUR * hours:.1f} min" if minutes else f"{hours:.1f} h"
    head = f"{decision['number']}  {when}  {moved}: "
    head += PHASE_WORDS[decision["phase"]]
    against, favour = (reason_texts(decision, met=met) for met in (False, True))
    reasons = against + favour
    if decision["action"] not in ("down", "explant"):
        reasons = against or favour
    lines = textwrap.wrap("; ".join(reasons), width) if most else []
    if len(lines) > most:
        lines = lines[:most]
        lines[-1] = textwrap.shorten(lines[-1], width - 4, placeholder="") + " ..."
    return head, lines
