"""A decision about support, with its reasons in words and numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from plants import unknown_name

#: What a course of weaning goes through; ``inflation`` in a coronary intervention only.
PHASES: tuple[str, ...] = (
    "support",
    "ready",
    "step",
    "hold",
    "ramp",
    "hold_p2",
    "explant",
    "step_up",
    "refused",
    "reassess",
    "inflation",
)
#: What may be asked of those at the bedside.
ACTIONS: tuple[str, ...] = ("hold", "down", "up", "explant", "reassess")


@dataclass(frozen=True)
class Reason:
    """Why.

    Attributes
    ----------
    text : str
        In words.
    signal : str
        What it is about; "" where it is no signal.
    value, limit : float
        The value and what it is held against, in the signal's unit; NaN where there is none.
    met : bool
        Whether it speaks for going on with weaning.
    met_by_waiting : bool
        Whether time alone will meet it.
    needed : bool
        Whether it must be met; otherwise it is a remark, shown only.

    Examples
    --------
    >>> from controllers import Reason
    >>> print(Reason("cvp 14 mmHg, at most 12", "cvp", 14.0, 12.0, met=False))
    against: cvp 14 mmHg, at most 12
    """

    text: str
    signal: str = ""
    value: float = math.nan
    limit: float = math.nan
    met: bool = False
    met_by_waiting: bool = False
    needed: bool = True

    @property
    def opposes(self) -> bool:
        """Whether it keeps weaning from going on: needed and not met."""
        return self.needed and not self.met

    def __str__(self) -> str:
        return f"{'for' if self.met else 'against'}: {self.text}"


@dataclass(frozen=True)
class Decision:
    """What is to be done now.

    Attributes
    ----------
    hours : float
        When it was made, h.
    level : str
        P-level to run at until the next assessment.
    phase : str
        One of :data:`PHASES`.
    action : str
        One of :data:`ACTIONS`. ``explant`` and ``reassess`` are recommendations.
    reasons : tuple of Reason
        Why.
    forecast : Mapping of str to (float, float)
        Mean and standard deviation of what is expected at the level, by signal; empty without a
        tracker.
    hours_to_next_assessment : float
        Time until the next assessment, h.
    echo : bool
        Whether an echo is ordered for it.
    labs : bool
        Whether the laboratory is asked for it.
    orders : Mapping of str to float
        Doses that are asked for in place of the clinicians' rule.
    findings : tuple of str
        Conditions recognised so far, each named once.

    Raises
    ------
    InputError
        There is no such phase or action.
    """

    hours: float
    level: str
    phase: str
    action: str
    reasons: tuple[Reason, ...] = ()
    forecast: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    hours_to_next_assessment: float = 1.0
    echo: bool = False
    labs: bool = False
    orders: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, known in (("phase", PHASES), ("action", ACTIONS)):
            if getattr(self, name) not in known:
                raise unknown_name(name, getattr(self, name), known)

    @property
    def words(self) -> str:
        """The decision in a sentence.

        Examples
        --------
        >>> from controllers import Decision
        >>> Decision(5.0, "P-6", "step", "down").words
        '5.00 h: step, down at P-6'
        """
        summary = f"{self.hours:.2f} h: {self.phase}, {self.action} at {self.level}"
        reasons = "; ".join(str(reason) for reason in self.reasons)
        return f"{summary} ({reasons})" if reasons else summary

    def to_json(self) -> str:
        """One line of JSON; what is not known is null."""
        return json.dumps(_plain(asdict(self) | {"words": self.words}), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
