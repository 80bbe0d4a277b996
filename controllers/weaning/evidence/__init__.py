"""Evidence for decisions about weaning: measurements, forecasts, lactate, and their history."""

from controllers.weaning.evidence.chances import (
    ExplainedEstimates as ExplainedEstimates,
    joint_probability as joint_probability,
)
from controllers.weaning.evidence.forecast import Forecasts as Forecasts
from controllers.weaning.evidence.history import AssessmentHistory as AssessmentHistory
from controllers.weaning.evidence.lactate import LactateBalance as LactateBalance
from controllers.weaning.evidence.measurements import (
    ECHO as ECHO,
    LABS as LABS,
    BedsideMeasurements as BedsideMeasurements,
)
from controllers.weaning.evidence.tracker import Estimates as Estimates, Tracker as Tracker
