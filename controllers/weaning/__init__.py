"""Weaning from a left pump: criteria, step policies and the state machine that uses them."""

from controllers.weaning.controller import WeaningController as WeaningController
from controllers.weaning.criteria import WeaningCriteria as WeaningCriteria
from controllers.weaning.criterion import Criterion as Criterion
from controllers.weaning.decision import Decision as Decision, Reason as Reason
from controllers.weaning.decision_log import DecisionLog as DecisionLog
from controllers.weaning.pci import PciController as PciController
from controllers.weaning.pci_limits import pci_numbers as pci_numbers
