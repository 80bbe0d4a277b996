"""A coronary intervention under support: its course, figure and report."""

from experiments.weaning.pci.report import decision_rows, outcome_rows, record_pci
from experiments.weaning.pci.trial import PciTrial

__all__ = ["PciTrial", "decision_rows", "outcome_rows", "record_pci"]
