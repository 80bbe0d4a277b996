"""What could have been known: the oracle of weaning, the explant gate and true alarms."""

from experiments.weaning.truth.alarm_truth import JUDGED, AlarmTruth
from experiments.weaning.truth.gate import Probe, probe_gate
from experiments.weaning.truth.oracle import Oracle, find_oracle

__all__ = ["JUDGED", "AlarmTruth", "Oracle", "Probe", "find_oracle", "probe_gate"]
