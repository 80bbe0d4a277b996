"""The label's end: a pump is a bridge, and who does not recover needs another plan in time."""

from __future__ import annotations

from dataclasses import replace

from controllers.weaning.assessment.recognition import present_findings
from controllers.weaning.decision import Decision, Reason
from controllers.weaning.policies import Situation, out_chance
from controllers.weaning.progress import Progress

# A trial that goes well is not disturbed before this long before the label's end, h (a guess).
_LAST = 1.5
_GOING = ("hold_p2", "ramp", "step", "ready", "step_up")


def in_time(now: Situation, decision: Decision, label_hours: float, state: Progress) -> Decision:
    """The decision, turned into the advice to reassess where the label's end is near.

    Parameters
    ----------
    now : Situation
        The present.
    decision : Decision
        What would be decided otherwise; its level stays.
    label_hours : float
        Longest use by the label, h.
    state : Progress
        Where the course stands.
    """
    left, lead = label_hours - now.hours, now.criteria.number("reassess_lead")
    if decision.phase == "explant" or left > lead or (decision.phase in _GOING and left > _LAST):
        return decision
    left = max(left, 0.0)
    why = [Reason(f"{left:.3g} h left of the label's {label_hours:g} h", "", left, lead)]
    if now.outlook.trusted:
        why.append(out_chance(now, now.criteria.number("last_begin_chance"), left))
    state.findings.setdefault("no-recovery", now.hours)
    why.append(Reason("evaluate for a durable pump or transplant; the pump is a bridge"))
    return replace(
        decision,
        phase="reassess",
        action="reassess",
        reasons=(*why, *decision.reasons),
        findings=present_findings(state),
    )
