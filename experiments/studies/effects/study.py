"""Each physical effect switched off one by one: it changes what it should, and nothing else.

An effect is looked at in a case in which it is at work, with it and without it, everything else the
same. Physiology says which signals it must move, in which direction and how far at least, and which
it must leave alone; the cases, the expectations and their reasons are in
:mod:`experiments.studies.effects.heart`, :mod:`experiments.studies.effects.device`,
:mod:`experiments.studies.effects.slow` and :mod:`experiments.studies.effects.body`. Where an effect
is off, what shapes it must have no influence at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from experiments.runs import run_each
from experiments.studies.effects.body import body_effects
from experiments.studies.effects.device import device_effects
from experiments.studies.effects.effect import EVERYTHING, Effect, Expectation, Finding
from experiments.studies.effects.heart import heart_effects
from experiments.studies.effects.slow import slow_effects
from plants import SIGNALS, unknown_name

if TYPE_CHECKING:
    import pandas

#: Every effect by name.
EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        effect.name: effect
        for make in (heart_effects, device_effects, slow_effects, body_effects)
        for effect in make()
    }
)

# What two calculations of the same thing may differ by.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Studied:
    """An effect with what was found.

    Attributes
    ----------
    effect : Effect
        The effect.
    findings, silent : tuple of Finding
        One for each expectation, and one for each silent case.
    off, on : dict of float
        Every signal without and with it.
    """

    effect: Effect
    findings: tuple[Finding, ...]
    silent: tuple[Finding, ...]
    off: dict[str, float]
    on: dict[str, float]

    @property
    def holds(self) -> bool:
        """Whether everything is as expected."""
        return all(one.holds for one in (*self.findings, *self.silent))


def examine(effect: Effect) -> Studied:
    """Measure an effect.

    Examples
    --------
    >>> from experiments.studies.effects.study import EFFECTS, examine
    >>> examine(EFFECTS["septum"]).holds
    True
    """
    off, on = effect.off.measured(), effect.on.measured()
    findings = tuple(one.check(off, on) for one in effect.expectations)
    reason = "an effect that is off cannot be shaped: its parameters have no influence"
    nothing = Expectation(EVERYTHING, "stays", _ROUNDING, reason, but=effect.heard)
    silent = tuple(nothing.check(off, condition.measured()) for condition in effect.silent)
    return Studied(effect, findings, silent, off, on)


def _by_name(name: str) -> Studied:
    return examine(EFFECTS[name])


def study(
    names: Sequence[str] | None = None,
    *,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[Studied]:
    """Measure effects, on all cores.

    Parameters
    ----------
    names : sequence of str, optional
        Which; by default all.
    workers : int, optional
        Processes at once; by default one for each core.
    progress : callable, optional
        Called with the number of effects done.

    Raises
    ------
    InputError
        There is no effect of a name.
    """
    wanted = list(EFFECTS) if names is None else list(names)
    for name in wanted:
        if name not in EFFECTS:
            raise unknown_name("effect", name, EFFECTS)
    found: dict[str, Studied] = {}
    for one in run_each(_by_name, wanted, workers=workers):
        found[one.effect.name] = one
        if progress is not None:
            progress(len(found))
    return [found[name] for name in wanted]


def table(found: Sequence[Studied]) -> pandas.DataFrame:
    """A row for each expectation of each effect."""
    import pandas

    rows: list[dict[str, Any]] = []
    for one in found:
        for number, finding in enumerate((*one.findings, *one.silent)):
            expected = finding.expectation
            group = "" if finding.signal == expected.signal else f"{expected.signal}: "
            if number >= len(one.findings):
                group = f"off, shaped otherwise, {group}"
            unit = SIGNALS[finding.signal].unit if finding.signal in SIGNALS else "mmHg"
            rows.append(
                {
                    "effect": one.effect.name,
                    "case": one.effect.case,
                    "signal": f"{group}{finding.signal}",
                    "unit": unit,
                    "expected": expected.words(),
                    "without": finding.off,
                    "with": finding.on,
                    "change": finding.on - finding.off,
                    "holds": finding.holds,
                    "reason": expected.reason,
                }
            )
    return pandas.DataFrame(rows)
