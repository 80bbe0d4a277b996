"""Assessment of evidence: deterioration, findings, sustained recovery, the label's end, orders."""

from controllers.weaning.assessment.deadline import (
    reassess_before_label_end as reassess_before_label_end,
)
from controllers.weaning.assessment.deterioration import (
    deterioration_reasons as deterioration_reasons,
    low_reading_limit as low_reading_limit,
)
from controllers.weaning.assessment.findings import (
    CONTRACTILITY_CRITERIA as CONTRACTILITY_CRITERIA,
    FINDINGS as FINDINGS,
    HIDDEN_REGURGITATION as HIDDEN_REGURGITATION,
    REGURGITANT_FRACTION as REGURGITANT_FRACTION,
    REGURGITATION as REGURGITATION,
)
from controllers.weaning.assessment.orders import (
    drug_reduction_orders as drug_reduction_orders,
    position_check_orders as position_check_orders,
    rescue_orders as rescue_orders,
)
from controllers.weaning.assessment.recognition import (
    contraindications as contraindications,
    current_findings as current_findings,
    update_findings as update_findings,
)
from controllers.weaning.assessment.sustained_recovery import (
    sustained_recovery_reason as sustained_recovery_reason,
)
