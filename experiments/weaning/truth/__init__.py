"""What could have been known: the oracle of weaning, the explant gate and true alarms."""

from experiments.weaning.truth.alarm_truth import (
    EVALUATED_FINDINGS as EVALUATED_FINDINGS,
    WASHOUT_HOURS as WASHOUT_HOURS,
    AlarmTruth as AlarmTruth,
)
from experiments.weaning.truth.gate import (
    Probe as Probe,
    evaluate_explant_gate as evaluate_explant_gate,
)
from experiments.weaning.truth.oracle import Oracle as Oracle, find_oracle as find_oracle
