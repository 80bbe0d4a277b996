"""Assessment of evidence: deterioration, findings, sustained recovery, the label's end, orders."""

from controllers.weaning.assessment.deadline import reassess_before_label_end
from controllers.weaning.assessment.deterioration import deterioration_reasons, low_reading_limit
from controllers.weaning.assessment.findings import (
    CONTRACTILITY_CRITERIA,
    FINDINGS,
    HIDDEN_REGURGITATION,
    REGURGITANT_FRACTION,
    REGURGITATION,
)
from controllers.weaning.assessment.orders import (
    drug_reduction_orders,
    position_check_orders,
    rescue_orders,
)
from controllers.weaning.assessment.recognition import (
    contraindications,
    current_findings,
    update_findings,
)
from controllers.weaning.assessment.sustained_recovery import sustained_recovery_reason

__all__ = [
    "CONTRACTILITY_CRITERIA",
    "FINDINGS",
    "HIDDEN_REGURGITATION",
    "REGURGITANT_FRACTION",
    "REGURGITATION",
    "contraindications",
    "current_findings",
    "deterioration_reasons",
    "drug_reduction_orders",
    "low_reading_limit",
    "position_check_orders",
    "reassess_before_label_end",
    "rescue_orders",
    "sustained_recovery_reason",
    "update_findings",
]
