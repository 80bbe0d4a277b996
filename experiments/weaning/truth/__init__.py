"""What could have been known: the oracle of weaning, the explant gate and true alarms."""

from experiments.weaning.truth.alarm_truth import EVALUATED_FINDINGS, WASHOUT_HOURS, AlarmTruth
from experiments.weaning.truth.gate import Probe, evaluate_explant_gate
from experiments.weaning.truth.oracle import Oracle, find_oracle

__all__ = [
    "EVALUATED_FINDINGS",
    "WASHOUT_HOURS",
    "AlarmTruth",
    "Oracle",
    "Probe",
    "evaluate_explant_gate",
    "find_oracle",
]
