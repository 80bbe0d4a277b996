"""A coronary intervention under support: its course, figure and report."""

from experiments.weaning.pci.report import (
    decision_rows as decision_rows,
    outcome_rows as outcome_rows,
    record_pci as record_pci,
)
from experiments.weaning.pci.trial import PciTrial as PciTrial
