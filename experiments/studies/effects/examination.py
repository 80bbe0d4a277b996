"""Each physical effect switched off one by one: it changes what it should, and nothing else.

An effect is looked at in a case in which it is at work, with it and without it, everything else the
same. Physiology says which signals it must move, in which direction and how far at least, and which
it must leave alone; the cases, the expectations and their reasons are in the file that
:mod:`experiments.studies.effects.catalogue` reads. Where an effect is off, what shapes it must have
no influence at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.statistics import DataFrame, data_frame
from experiments.studies.effects.effect import EVERYTHING, Effect, Expectation, Finding
from plants import SIGNALS

# What two calculations of the same thing may differ by: one beat, and hours that an adaptive
# solver follows, whose steps answer to rounding.
_ROUNDING, _FOLLOWED = 1e-12, 1e-7


@dataclass(frozen=True)
class Examined:
    """An effect with what was measured of it.

    Attributes
    ----------
    name, case : str
        The effect, and where and how it was looked at, in words.
    findings, reshaped : tuple of Finding
        One for each expectation, and one for each case in which what shapes it is different.
    off, on : dict of float
        Every signal without and with it.
    """

    name: str
    case: str
    findings: tuple[Finding, ...]
    reshaped: tuple[Finding, ...]
    off: dict[str, float]
    on: dict[str, float]

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Those of the expectations, then those of the cases shaped otherwise."""
        return (*self.findings, *self.reshaped)

    @property
    def not_as_expected(self) -> list[Finding]:
        """What does not hold."""
        return [finding for finding in self.all_findings if not finding.holds]

    @property
    def holds(self) -> bool:
        """Whether everything is as expected."""
        return not self.not_as_expected


def examine(effect: Effect) -> Examined:
    """Measure an effect.

    Examples
    --------
    >>> from experiments.studies.effects.catalogue import EFFECTS
    >>> from experiments.studies.effects.examination import examine
    >>> examine(EFFECTS["septum"]).holds
    True
    """
    off, on = effect.off.measured(), effect.on.measured()
    findings = tuple(expectation.check(off, on) for expectation in effect.expectations)
    reason = "an effect that is off cannot be shaped: its parameters have no influence"
    least = _FOLLOWED if effect.off.hours > 0 else _ROUNDING
    nothing = Expectation(EVERYTHING, "stays", least, reason, effect.reshaped_may_move)
    reshaped = tuple(nothing.check(off, condition.measured()) for condition in effect.reshaped)
    return Examined(effect.name, effect.case, findings, reshaped, off, on)


def effects_table(effects: Sequence[Examined]) -> DataFrame:
    """A row for each expectation of each effect."""
    rows: list[dict[str, Any]] = []
    for effect in effects:
        for number, finding in enumerate(effect.all_findings):
            expected = finding.expectation
            group = "" if finding.signal == expected.signal else f"{expected.signal}: "
            if number >= len(effect.findings):
                group = f"off, shaped otherwise, {group}"
            unit = SIGNALS[finding.signal].unit if finding.signal in SIGNALS else "mmHg"
            rows.append(
                {
                    "effect": effect.name,
                    "case": effect.case,
                    "signal": f"{group}{finding.signal}",
                    "unit": unit,
                    "expected": expected.in_words(),
                    "without": finding.off,
                    "with": finding.on,
                    "change": finding.on - finding.off,
                    "holds": finding.holds,
                    "reason": expected.reason,
                }
            )
    return data_frame(rows)
