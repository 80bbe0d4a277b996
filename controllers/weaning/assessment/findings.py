"""Conditions that forbid an explant, or that those at the bedside must know of, by name."""

from __future__ import annotations

import math

from controllers.weaning.decision import Reason
from controllers.weaning.evidence import chance
from controllers.weaning.policies import Situation
from plants import echo_grade
from plants.quantities import HOURS_PER_DAY

#: What may be recognised.
FINDINGS: tuple[str, ...] = (
    "hidden-regurgitation",
    "regurgitation",
    "inotrope-masked",
    "rv-failure",
    "relapse",
    "hemolysis",
    "limb",
    "anemia",
    "no-recovery",
)
_FRACTION = "mitral_regurgitant_fraction"
# As likely as not.
_LIKELY = 0.5
#: What an inotrope may mask: a pressure is held by a vasopressor as well.
BY_CONTRACTION: tuple[str, ...] = ("cardiac_index", "pcwp")


def regurgitation(now: Situation, at_support: float) -> tuple[str, Reason] | None:
    """Mitral regurgitation of moderate grade or worse, present at this level or expected below.

    Parameters
    ----------
    now : Situation
        The present.
    at_support : float
        Regurgitant fraction that was seen at the level of support; NaN where it was not.
    """
    limit = now.criteria.number("moderate_regurgitation")
    present = now.values.get(_FRACTION, math.nan)
    lowest = now.outlook.at(now.levels[0]) if now.outlook.trusted else None
    expected = lowest[_FRACTION].median if lowest is not None else math.nan
    worst = max((x for x in (present, expected) if math.isfinite(x)), default=math.nan)
    if not worst >= limit:
        return None
    # The fraction alone is measured; a volume of 0 leaves the grade to it.
    grade = echo_grade(min(worst, 1.0), 0.0)
    where = f"at {now.level}" if present >= limit else f"expected at {now.levels[0]}"
    before = f", {at_support:.2f} at full support" if math.isfinite(at_support) else ""
    hidden = at_support < limit
    kind = "hidden " if hidden else ""
    said = f"{kind}{grade} mitral regurgitation: fraction {worst:.2f} {where}{before}"
    name = "hidden-regurgitation" if hidden else "regurgitation"
    return name, Reason(said, _FRACTION, worst, limit)


def inotrope(now: Situation) -> Reason | None:
    """An inotrope that is still given."""
    limit, dose = now.criteria.number("no_inotrope"), now.values.get("inotrope_effect", math.nan)
    if not dose > limit:
        return None
    said = f"inotrope {dose:.2g} ug/kg/min, at most {limit:g}"
    return Reason(said, "inotrope_effect", dose, limit)


def mask(now: Situation, most: float) -> Reason | None:
    """An inotrope by which alone the heart holds, or held before it was taken down.

    Parameters
    ----------
    now : Situation
        The present.
    most : float
        The highest dose of late, ug/kg/min.
    """
    limit, present = now.criteria.number("no_inotrope"), now.values.get("inotrope_effect", math.nan)
    ready = now.criteria["ready"]
    dose = most if most > ready["inotrope_effect"].high else present
    if not dose > limit:
        return None
    good = all(
        ready[name].holds(now.values.get(name, math.nan))
        for name in ("map", "cardiac_index", "pcwp", "cvp", "cardiac_power_output")
    )
    moderate = present > ready["inotrope_effect"].high
    said = f"inotrope {dose:.2g} ug/kg/min, at most {limit:g}"
    if now.outlook.tracker is None:
        return Reason(said, "inotrope_effect", dose, limit) if good and moderate else None
    if not now.outlook.trusted:
        return None
    needed = [now.criteria["out"][name] for name in BY_CONTRACTION]
    without = chance(needed, now.outlook.free())
    with_it = chance(needed, now.outlook.free(inotrope=dose))
    if without >= _LIKELY or not (with_it >= _LIKELY or (good and moderate)):
        return None
    said = f"{said}: chance to hold without pump {with_it:.2f} with it and {without:.2f} without"
    return Reason(said, "inotrope_effect", dose, limit)


def right_heart(now: Situation, place: int) -> tuple[Reason, ...]:
    """The criteria of the right ventricle, at a level by forecast where there is one."""
    beliefs = now.outlook.at(now.levels[place]) if now.outlook.trusted else None
    if beliefs is None:
        return now.criteria.judge("right", now.values, f" at {now.level}")
    values = {name: beliefs[name].median for name in now.criteria["right"]}
    return now.criteria.judge("right", values, f" at {now.levels[place]}")


def right_failure(now: Situation) -> Reason | None:
    """A right ventricle that fails: little pulsatility, and a pressure out of proportion.

    Beside a pulsatility index below its limit and a central venous over wedge pressure above its
    own, the veins are congested, or, where diuretics have relieved them, the flow is low. By
    forecast at the lowest level where there is one: a pump at full speed empties the left side,
    which makes every right one look bad beside it, so that by measurements alone all must speak.
    """
    beliefs = now.outlook.at(now.levels[0]) if now.outlook.trusted else None
    names = ("cvp", "papi", "pcwp", "cardiac_index")
    told = now.values if beliefs is None else {name: beliefs[name].median for name in names}
    where = f" at {now.level if beliefs is None else now.levels[0]}"
    right, index = now.criteria["right"], now.criteria["ready"]["cardiac_index"]
    pulse, veins, flow = (
        one.judge(told.get(one.signal, math.nan), where)
        for one in (right["papi"], right["cvp"], index)
    )
    ratio = told.get("cvp", math.nan) / max(told.get("pcwp", math.nan), 1.0)
    limit = now.criteria.number("right_ratio")
    beyond = [one for one in (veins, flow) if not one.met and math.isfinite(one.value)]
    if beliefs is None:
        beyond = [one for one in beyond if one is veins]
    if pulse.met or not math.isfinite(pulse.value) or not ratio > limit or not beyond:
        return None
    said = "; ".join(one.text for one in (pulse, *beyond))
    said = f"{said}; central venous over wedge pressure {ratio:.2f}, at most {limit:g}"
    first = beyond[0]
    return Reason(f"right-ventricular failure: {said}", first.signal, first.value, first.limit)


def harm(now: Situation) -> list[tuple[str, Reason]]:
    """Hemolysis (two samples within a day), a starved limb, anemia."""
    found = []
    for name, signal in (("limb", "limb_perfusion"), ("anemia", "hemoglobin")):
        reason = now.criteria["harm"][signal].judge(now.values.get(signal, math.nan))
        if math.isfinite(reason.value) and not reason.met:
            found.append((name, reason))
    one = now.criteria["harm"]["pfhb"]
    high = [x for x in now.seen.history("pfhb", now.hours - HOURS_PER_DAY) if not one.holds(x)]
    if len(high) > 1:
        found.append(("hemolysis", one.judge(high[-1], ", twice within 24 h")))
    return found
