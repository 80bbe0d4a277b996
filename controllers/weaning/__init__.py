"""Weaning from a left pump: criteria, step policies and the state machine that uses them."""

from controllers.weaning.controller import WeaningController
from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.criterion import Criterion
from controllers.weaning.decision import Decision, Reason
from controllers.weaning.decision_log import DecisionLog
from controllers.weaning.pci import PciController
from controllers.weaning.pci_limits import pci_numbers

__all__ = [
    "Criterion",
    "Decision",
    "DecisionLog",
    "PciController",
    "Reason",
    "WeaningController",
    "WeaningCriteria",
    "pci_numbers",
]
