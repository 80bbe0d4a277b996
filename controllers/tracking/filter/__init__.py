"""The tracker's filter: square-root sigma points, readings, corrections and estimates."""

from controllers.tracking.filter.consistency import (
    Consistency as Consistency,
    Innovation as Innovation,
)
from controllers.tracking.filter.correction import (
    Corrector as Corrector,
    MeasurementUpdate as MeasurementUpdate,
)
from controllers.tracking.filter.estimate import (
    CREDIBLE as CREDIBLE,
    Estimate as Estimate,
    JointEstimate as JointEstimate,
    joint as joint,
    patient_estimate as patient_estimate,
)
from controllers.tracking.filter.predicted_outputs import (
    PredictedOutputs as PredictedOutputs,
    SigmaPointRegression as SigmaPointRegression,
)
from controllers.tracking.filter.readings import (
    READ_SIGNALS as READ_SIGNALS,
    Readings as Readings,
    ReadingTable as ReadingTable,
    model_sd as model_sd,
    output_rows as output_rows,
)
from controllers.tracking.filter.settings import TrackerSettings as TrackerSettings
from controllers.tracking.filter.square_root_filter import (
    Gaussian as Gaussian,
    Linearised as Linearised,
    mixture_moments as mixture_moments,
    sigma_points as sigma_points,
    triangular as triangular,
)
