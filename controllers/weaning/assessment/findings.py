"""Conditions that forbid an explant, or that those at the bedside must know of, by name."""

from __future__ import annotations

import math

from controllers.weaning.decision import Reason
from controllers.weaning.evidence import joint_probability
from controllers.weaning.policies import WeaningState
from plants import echo_grade

#: A leak that full support had hidden, and one that was there under it too.
HIDDEN_REGURGITATION, REGURGITATION = "hidden-regurgitation", "regurgitation"
#: What may be recognised.
FINDINGS: tuple[str, ...] = (
    HIDDEN_REGURGITATION,
    REGURGITATION,
    "inotrope-masked",
    "rv-failure",
    "relapse",
    "hemolysis",
    "limb",
    "anemia",
    "no-recovery",
)
#: The signal by which a leak of the mitral valve is judged.
REGURGITANT_FRACTION = "mitral_regurgitant_fraction"
# As likely as not.
_LIKELY = 0.5
#: Criteria that tell how the ventricle contracts, and that an inotrope may mask: a pressure is held
#: by a vasopressor as well.
CONTRACTILITY_CRITERIA: tuple[str, ...] = ("cardiac_index", "pcwp")


def mitral_regurgitation(now: WeaningState, at_support: float) -> tuple[str, Reason] | None:
    """Mitral regurgitation of moderate grade or worse, present at this level or expected below.

    Parameters
    ----------
    now : WeaningState
        The present.
    at_support : float
        Regurgitant fraction that was measured at the level of support; NaN where it was not.
    """
    limit = now.criteria.number("moderate_regurgitation")
    present = now.values.get(REGURGITANT_FRACTION, math.nan)
    lowest = now.forecasts.at_level(now.levels[0]) if now.forecasts.trusted else None
    expected = lowest[REGURGITANT_FRACTION].median if lowest is not None else math.nan
    worst = max((x for x in (present, expected) if math.isfinite(x)), default=math.nan)
    if not worst >= limit:
        return None
    # The fraction alone is measured; a volume of 0 leaves the grade to it.
    grade = echo_grade(min(worst, 1.0), 0.0)
    where = f"at {now.level}" if present >= limit else f"expected at {now.levels[0]}"
    before = f", {at_support:.2f} at full support" if math.isfinite(at_support) else ""
    hidden = at_support < limit
    kind = "hidden " if hidden else ""
    text = f"{kind}{grade} mitral regurgitation: fraction {worst:.2f} {where}{before}"
    name = HIDDEN_REGURGITATION if hidden else REGURGITATION
    return name, Reason(text, REGURGITANT_FRACTION, worst, limit)


def continued_inotrope(now: WeaningState) -> Reason | None:
    """An inotrope that is still given."""
    limit = now.criteria.number("negligible_inotrope")
    dose = now.values.get("inotrope_effect", math.nan)
    return _inotrope_reason(dose, limit) if dose > limit else None


def masking_inotrope(now: WeaningState, highest: float) -> Reason | None:
    """An inotrope by which alone the heart holds, or held before the dose was lowered.

    Parameters
    ----------
    now : WeaningState
        The present.
    highest : float
        The highest dose of late, ug/kg/min.
    """
    limit = now.criteria.number("negligible_inotrope")
    present = now.values.get("inotrope_effect", math.nan)
    ready = now.criteria["ready"]
    dose = highest if highest > ready["inotrope_effect"].high else present
    if not dose > limit:
        return None
    good = all(
        ready[name].holds(now.values.get(name, math.nan))
        for name in ("map", "cardiac_index", "pcwp", "cvp", "cardiac_power_output")
    )
    moderate = present > ready["inotrope_effect"].high
    reason = _inotrope_reason(dose, limit)
    if now.forecasts.tracker is None:
        return reason if good and moderate else None
    if not now.forecasts.trusted:
        return None
    needed = [now.criteria["without_pump"][name] for name in CONTRACTILITY_CRITERIA]
    without = joint_probability(needed, now.forecasts.without_pump())
    with_it = joint_probability(needed, now.forecasts.without_pump(inotrope=dose))
    if without >= _LIKELY or not (with_it >= _LIKELY or (good and moderate)):
        return None
    text = f"chance to hold without pump {with_it:.2f} with it and {without:.2f} without"
    return Reason(f"{reason.text}: {text}", "inotrope_effect", dose, limit)


def _inotrope_reason(dose: float, limit: float) -> Reason:
    text = f"inotrope {dose:.2g} ug/kg/min, at most {limit:g}"
    return Reason(text, "inotrope_effect", dose, limit)


def right_ventricle_criteria(now: WeaningState, level_index: int) -> tuple[Reason, ...]:
    """The criteria of the right ventricle, at a level by forecast where there is one."""
    level = now.levels[level_index]
    estimates = now.forecasts.at_level(level) if now.forecasts.trusted else None
    if estimates is None:
        return now.criteria.judge("right_ventricle", now.values, f" at {now.level}")
    values = {name: estimates[name].median for name in now.criteria["right_ventricle"]}
    return now.criteria.judge("right_ventricle", values, f" at {level}")


def right_ventricular_failure(now: WeaningState, *, known: bool = False) -> Reason | None:
    """A right ventricle that fails: a pressure out of proportion, and two signs of failure.

    Beside a central venous over wedge pressure above its limit, two of three must speak: little
    pulsatility, congested veins, low flow. One alone may be missing in a failing right ventricle:
    diuretics relieve the veins, and a fall of pulmonary resistance brings pulsatility back. (A
    pressure out of proportion with congestion and low flow is how trials of right pumps choose
    their patients: Anderson 2015 J Heart Lung Transplant, recalled.) By forecast at the lowest
    level where there is one: a pump at full speed empties the left side, which makes every right
    one look bad beside it, so that by measurements alone pulsatility and congestion must speak.

    Parameters
    ----------
    now : WeaningState
        The present.
    known : bool
        Whether it was present at the last look: where a tracker is at a loss since, one sign is
        enough to go on, because what is not known any more has not ended.
    """
    estimates = now.forecasts.at_level(now.levels[0]) if now.forecasts.trusted else None
    goes_on = known and estimates is None and now.forecasts.tracker is not None
    names = ("cvp", "papi", "pcwp", "cardiac_index")
    values = now.values if estimates is None else {name: estimates[name].median for name in names}
    where = f" at {now.level if estimates is None else now.levels[0]}"
    right, index = now.criteria["right_ventricle"], now.criteria["ready"]["cardiac_index"]
    signs = [right["papi"], right["cvp"]]
    if estimates is not None or goes_on:
        signs.append(index)
    ratio = values.get("cvp", math.nan) / max(values.get("pcwp", math.nan), 1.0)
    limit = now.criteria.number("cvp_pcwp_ratio")
    judged = [sign.judge(values.get(sign.signal, math.nan), where) for sign in signs]
    violated = [reason for reason in judged if not reason.met and math.isfinite(reason.value)]
    if not ratio > limit or len(violated) < (1 if goes_on else 2):
        return None
    text = "; ".join(reason.text for reason in violated)
    text = f"{text}; central venous over wedge pressure {ratio:.2f}, at most {limit:g}"
    first = violated[0]
    return Reason(f"right-ventricular failure: {text}", first.signal, first.value, first.limit)


def device_harm(now: WeaningState) -> list[tuple[str, Reason]]:
    """Hemolysis (two samples within a day), a starved limb, anemia."""
    harm = now.criteria["device_harm"]
    present = []
    for name, signal in (("limb", "limb_perfusion"), ("anemia", "hemoglobin")):
        reason = harm[signal].judge(now.values.get(signal, math.nan))
        if math.isfinite(reason.value) and not reason.met:
            present.append((name, reason))
    window = now.criteria.number("hemolysis_window")
    samples = now.measurements.values_since("pfhb", now.hours - window)
    high = [sample for sample in samples if not harm["pfhb"].holds(sample)]
    if len(high) > 1:
        where = f", twice within {window:g} h"
        present.append(("hemolysis", harm["pfhb"].judge(high[-1], where)))
    return present
