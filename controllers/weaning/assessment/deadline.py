"""The label's end: a pump is a bridge, and who does not recover needs another plan in time."""

from __future__ import annotations

from dataclasses import replace

from controllers.weaning.assessment.recognition import current_findings
from controllers.weaning.decision import Decision, Reason
from controllers.weaning.policies import WeaningState, probability_without_pump
from controllers.weaning.progress import Progress

# Phases of a trial that goes on.
_TRIAL_PHASES = ("hold_p2", "ramp", "step", "ready", "step_up")


def reassess_before_label_end(
    now: WeaningState, decision: Decision, label_hours: float, progress: Progress
) -> Decision:
    """The decision, turned into the advice to reassess where the label's end is near.

    Parameters
    ----------
    now : WeaningState
        The present.
    decision : Decision
        What would be decided otherwise; its level stays.
    label_hours : float
        Longest use by the label, h.
    progress : Progress
        Where the course stands.
    """
    left, lead = label_hours - now.hours, now.criteria.number("reassess_lead")
    undisturbed = decision.phase in _TRIAL_PHASES and left > now.criteria.number("undisturbed_lead")
    if decision.phase == "explant" or left > lead or undisturbed:
        return decision
    left = max(left, 0.0)
    why = [Reason(f"{left:.3g} h left of the label's {label_hours:g} h", "", left, lead)]
    if now.forecasts.trusted:
        why.append(probability_without_pump(now, now.criteria.number("late_start_chance"), left))
    progress.findings.setdefault("no-recovery", now.hours)
    why.append(Reason("evaluate for a durable pump or transplant; the pump is a bridge"))
    return replace(
        decision,
        phase="reassess",
        action="reassess",
        reasons=(*why, *decision.reasons),
        findings=current_findings(progress, now.criteria),
    )
