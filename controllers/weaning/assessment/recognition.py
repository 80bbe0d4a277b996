"""What is recognised over a course, and what of it forbids a level or the explant."""

from __future__ import annotations

import math
from dataclasses import replace

from controllers.weaning.assessment import findings
from controllers.weaning.criteria import Criterion
from controllers.weaning.decision import Reason
from controllers.weaning.evidence import chance
from controllers.weaning.policies import Situation
from controllers.weaning.progress import Progress

_FRACTION = "mitral_regurgitant_fraction"
# A hidden leak that has been believed for this long is to be dealt with, h (a guess).
_SETTLED = 24.0
_LEAKS = ("regurgitation", "hidden-regurgitation")
# As likely as not: from here on a tracker knows that the valve leaks when it is stretched.
_KNOWN = 0.5
# How long a condition must stand before it is named, h (guesses): in the first hours of support
# nearly everybody's right ventricle looks bad. What is not here is named at once.
_STANDING = {
    "rv-failure": 12.0,
    "inotrope-masked": 2.0,
    "regurgitation": 2.0,
    "hidden-regurgitation": 2.0,
}


def recognise(now: Situation, state: Progress) -> None:
    """Note in `state` what stands now, and since when it was named."""
    if not state.weaning:
        # Seen by echo, not believed: the tracker may know already what is still hidden.
        echo = now.seen.values.get(_FRACTION, math.nan)
        if math.isfinite(echo):
            state.regurgitation_at_support = echo
    if now.seen.raw.get(_FRACTION, math.nan) >= now.criteria.number("moderate_regurgitation"):
        state.leak_shown = now.level
    state.given(now.hours, now.values.get("inotrope_effect", 0.0))
    if now.values.get("inotrope_effect", 0.0) > now.criteria.number("no_inotrope"):
        state.inotrope_at = now.hours
    named = [findings.regurgitation(now, state.regurgitation_at_support), *findings.harm(now)]
    standing = {one[0] for one in named if one is not None}
    if findings.mask(now, state.inotrope_most) is not None:
        standing.add("inotrope-masked")
    if findings.right_failure(now) is not None:
        standing.add("rv-failure")
    state.standing = {name: state.standing.get(name, now.hours) for name in sorted(standing)}
    for name in state.standing_for(_STANDING):
        state.findings.setdefault(name, now.hours)
    if "hidden-regurgitation" in state.standing_for({"hidden-regurgitation": _SETTLED}):
        # A leak that is believed for so long is not forgotten because a stronger heart hides it.
        state.leak_shown = state.leak_shown or now.levels[0]


def refusal(
    now: Situation, state: Progress, place: int, *, explant: bool = False
) -> tuple[Reason, ...]:
    """What forbids the level at a place, or the explant, whatever a step policy says."""
    found = list(findings.right_heart(now, max(place, 0)))
    leak = findings.regurgitation(now, state.regurgitation_at_support)
    present = now.values.get(_FRACTION, math.nan)
    limit = now.criteria.number("moderate_regurgitation")
    shown = _leak_without(now, state) if explant and state.leak_shown else None
    if leak is not None and (explant or (state.weaning and present >= limit)):
        found.append(leak[1])
    elif shown is not None:
        found.append(shown)
    elif any(name in state.findings for name in _LEAKS) and not _cleared(now, state):
        said = (
            f"mitral regurgitation was named and no echo at {now.level} shows less than {limit:g}"
        )
        found.append(Reason(said, _FRACTION, present, limit))
    drug = findings.inotrope(now) if explant else None
    if drug is not None:
        told = findings.mask(now, drug.value) or drug
        found.append(replace(told, waits=math.isfinite(state.inotrope_left)))
    free, least = now.hours - state.inotrope_at, now.criteria.number("inotrope_free")
    if explant and drug is None and free < least - 1e-6:
        said = f"no inotrope for {free:.3g} h, at least {least:g}"
        found.append(Reason(said, "inotrope_effect", free, least, waits=True))
    return tuple(found)


def _cleared(now: Situation, state: Progress) -> bool:
    """Whether an echo at the present level shows that the mitral valve holds."""
    seen = now.seen.history(_FRACTION, state.since)
    return bool(seen) and seen[-1] < now.criteria.number("moderate_regurgitation")


def _leak_without(now: Situation, state: Progress) -> Reason | None:
    """Why a mitral valve that has leaked may do so without the pump; None where it will not.

    A ventricle that recovers grows small again, and what leaked by its stretch closes: here by
    echo, and by forecast without the pump. A tracker that believes the valve to be tight for good
    is not asked: it has leaked. Where a tight and a leaking beat may both be, a removal may lead to
    either: it is waited for until there is no leaking one.
    """
    said = f"the mitral valve was found to leak at {state.leak_shown}"
    limit = now.criteria.number("moderate_regurgitation")
    if not (now.outlook.trusted and now.outlook.leaking >= _KNOWN and _cleared(now, state)):
        present = now.values.get(_FRACTION, math.nan)
        return Reason(f"{said}: to be dealt with first", _FRACTION, present, limit)
    free = now.outlook.free()
    expected = math.nan if free is None else free[_FRACTION].median
    if chance([Criterion(_FRACTION, high=limit)], free) < now.criteria.number("chance"):
        _highest(now, expected)  # counts at the next looks
        said = f"{said}: fraction {expected:.2f} expected without the pump"
        return Reason(said, _FRACTION, expected, limit)
    led = now.outlook.stretched()
    if led is None:
        return None
    led, most = _highest(now, led), now.criteria.number("led_regurgitation")
    if led < most:
        return None
    said = f"{said}: once it leaks without the pump it goes on, fraction {led:.2f}, below {most:g}"
    return Reason(said, _FRACTION, led, most)


def _highest(now: Situation, leak: float) -> float:
    """The highest leak without the pump by the last looks; what is not known is as bad as any."""
    leak = leak if math.isfinite(leak) else 1.0
    return leak if now.looks is None else now.looks.highest("leak", now.hours, leak)


def present_findings(state: Progress) -> tuple[str, ...]:
    """Names of what stands now and was named, and of what happened."""
    happened = [name for name in state.findings if name in ("relapse", "no-recovery")]
    return (*state.standing_for(_STANDING), *happened)
