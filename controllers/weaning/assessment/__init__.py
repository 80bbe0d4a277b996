"""Assessment of evidence: deterioration, findings, sustained recovery, the label's end, orders."""

from controllers.weaning.assessment.deadline import in_time
from controllers.weaning.assessment.deterioration import falls
from controllers.weaning.assessment.findings import BY_CONTRACTION, FINDINGS
from controllers.weaning.assessment.orders import fewer_drugs, position_check, rescue
from controllers.weaning.assessment.recognition import present_findings, recognise, refusal
from controllers.weaning.assessment.sustained_recovery import lasts

__all__ = [
    "BY_CONTRACTION",
    "FINDINGS",
    "falls",
    "fewer_drugs",
    "in_time",
    "lasts",
    "position_check",
    "present_findings",
    "recognise",
    "refusal",
    "rescue",
]
