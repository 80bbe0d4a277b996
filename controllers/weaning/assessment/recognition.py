"""What is recognised over a course, and what of it forbids a level or the explant."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from controllers.weaning.assessment import findings
from controllers.weaning.assessment.findings import (
    HIDDEN_REGURGITATION,
    REGURGITANT_FRACTION,
    REGURGITATION,
)
from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.criterion import Criterion
from controllers.weaning.decision import Reason
from controllers.weaning.evidence import joint_probability
from controllers.weaning.policies import WeaningState
from controllers.weaning.progress import Progress
from plants.quantities import HOUR_SLACK

_LEAKS = (REGURGITATION, HIDDEN_REGURGITATION)
# As likely as not: from here on a tracker knows that the valve leaks when it is stretched.
_KNOWN = 0.5


def update_findings(now: WeaningState, progress: Progress) -> None:
    """Note in `progress` what is present now, and since when it was named."""
    if not progress.weaning:
        # Measured by echo, not believed: the tracker may know already what is still hidden.
        echo = now.measurements.values.get(REGURGITANT_FRACTION, math.nan)
        if math.isfinite(echo):
            progress.regurgitation_at_support = echo
    measured = now.measurements.latest.get(REGURGITANT_FRACTION, math.nan)
    if measured >= now.criteria.number("moderate_regurgitation"):
        progress.leak_found_at = now.level
    dose = now.values.get("inotrope_effect", 0.0)
    progress.record_inotrope(now.hours, dose, now.criteria)
    if dose > now.criteria.number("negligible_inotrope"):
        progress.inotrope_at = now.hours
    present = _present(now, progress)
    progress.present_since = {
        name: progress.present_since.get(name, now.hours) for name in sorted(present)
    }
    for name in progress.present_for(_naming_times(now.criteria)):
        progress.findings.setdefault(name, now.hours)
    believed = {HIDDEN_REGURGITATION: now.criteria.number("leak_belief_time")}
    if HIDDEN_REGURGITATION in progress.present_for(believed):
        # A leak that is believed for so long is not forgotten because a stronger heart hides it.
        progress.leak_found_at = progress.leak_found_at or now.levels[0]


def _present(now: WeaningState, progress: Progress) -> set[str]:
    """Names of the conditions that are present now."""
    leak = findings.mitral_regurgitation(now, progress.regurgitation_at_support)
    present = {name for name, _ in findings.device_harm(now)}
    if leak is not None:
        present.add(leak[0])
    if findings.masking_inotrope(now, progress.highest_recent_inotrope) is not None:
        present.add("inotrope-masked")
    known = "rv-failure" in progress.present_since
    if findings.right_ventricular_failure(now, known=known) is not None:
        present.add("rv-failure")
    return present


def _naming_times(criteria: WeaningCriteria) -> Mapping[str, float]:
    """How long (h) a condition must be present before it is named; at once where it is not here."""
    soon = dict.fromkeys(("inotrope-masked", *_LEAKS), criteria.number("finding_time"))
    return soon | {"rv-failure": criteria.number("rv_failure_time")}


def contraindications(
    now: WeaningState, progress: Progress, level_index: int, *, explant: bool = False
) -> tuple[Reason, ...]:
    """What forbids a level, or the explant, whatever a step policy says."""
    reasons = list(findings.right_ventricle_criteria(now, max(level_index, 0)))
    valve = _valve_contraindication(now, progress, explant=explant)
    if valve is not None:
        reasons.append(valve)
    if explant:
        reasons += _inotrope_contraindications(now, progress)
    return tuple(reasons)


def _valve_contraindication(
    now: WeaningState, progress: Progress, *, explant: bool
) -> Reason | None:
    """Why the mitral valve forbids the step or the explant; None where it does not."""
    leak = findings.mitral_regurgitation(now, progress.regurgitation_at_support)
    present = now.values.get(REGURGITANT_FRACTION, math.nan)
    limit = now.criteria.number("moderate_regurgitation")
    known_leak = _leak_without_pump(now, progress) if explant and progress.leak_found_at else None
    if leak is not None and (explant or (progress.weaning and present >= limit)):
        return leak[1]
    if known_leak is not None:
        return known_leak
    if any(name in progress.findings for name in _LEAKS) and not _tight_by_echo(now, progress):
        text = (
            f"mitral regurgitation was named and no echo at {now.level} shows less than {limit:g}"
        )
        return Reason(text, REGURGITANT_FRACTION, present, limit)
    return None


def _inotrope_contraindications(now: WeaningState, progress: Progress) -> list[Reason]:
    """Why the inotrope forbids the explant: it is given, or was until lately."""
    dose = findings.continued_inotrope(now)
    if dose is not None:
        reason = findings.masking_inotrope(now, dose.value) or dose
        return [replace(reason, met_by_waiting=math.isfinite(progress.remaining_inotrope))]
    since, least = now.hours - progress.inotrope_at, now.criteria.number("inotrope_free_time")
    if since < least - HOUR_SLACK:
        text = f"no inotrope for {since:.3g} h, at least {least:g}"
        return [Reason(text, "inotrope_effect", since, least, met_by_waiting=True)]
    return []


def _tight_by_echo(now: WeaningState, progress: Progress) -> bool:
    """Whether an echo at the present level shows that the mitral valve holds."""
    echoes = now.measurements.values_since(REGURGITANT_FRACTION, progress.level_since)
    return bool(echoes) and echoes[-1] < now.criteria.number("moderate_regurgitation")


def _leak_without_pump(now: WeaningState, progress: Progress) -> Reason | None:
    """Why a mitral valve that has leaked may do so without the pump; None where it will not.

    A ventricle that recovers grows small again, and what leaked by its stretch closes: here by
    echo, and by forecast without the pump. A tracker that believes the valve to be tight for good
    is not asked: it has leaked. Where a tight and a leaking beat may both be, a removal may lead to
    either: it is waited for until there is no leaking one.
    """
    text = f"the mitral valve was found to leak at {progress.leak_found_at}"
    limit = now.criteria.number("moderate_regurgitation")
    known = now.forecasts.trusted and now.forecasts.leak_probability >= _KNOWN
    if not (known and _tight_by_echo(now, progress)):
        present = now.values.get(REGURGITANT_FRACTION, math.nan)
        return Reason(f"{text}: to be dealt with first", REGURGITANT_FRACTION, present, limit)
    estimates = now.forecasts.without_pump()
    expected = math.nan if estimates is None else estimates[REGURGITANT_FRACTION].median
    tight = joint_probability([Criterion(REGURGITANT_FRACTION, high=limit)], estimates)
    if tight < now.criteria.number("step_chance"):
        _highest_leak(now, expected)  # counts at the next assessments
        text = f"{text}: fraction {expected:.2f} expected without the pump"
        return Reason(text, REGURGITANT_FRACTION, expected, limit)
    fraction = _highest_leak(now, now.forecasts.leaking_beat_without_pump())
    most = now.criteria.number("persistent_leak")
    if fraction < most:
        return None
    text = (
        f"{text}: once it leaks without the pump it goes on, "
        f"fraction {fraction:.2f}, below {most:g}"
    )
    return Reason(text, REGURGITANT_FRACTION, fraction, most)


def _highest_leak(now: WeaningState, leak: float) -> float:
    """The highest leak of the last assessments; what is not known is as bad as any."""
    return now.history.highest("leak", now.hours, leak if math.isfinite(leak) else 1.0)


def current_findings(progress: Progress, criteria: WeaningCriteria) -> tuple[str, ...]:
    """Names of what is present and was named, and of what happened."""
    happened = [name for name in progress.findings if name in ("relapse", "no-recovery")]
    return (*progress.present_for(_naming_times(criteria)), *happened)
