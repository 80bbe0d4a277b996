"""The convergence study: how accurate the integration is, and which step that asks for."""

from experiments.studies.convergence import report, study
from experiments.studies.convergence.right_hand_side import RightHandSide

__all__ = [
    "RightHandSide",
    "report",
    "study",
]
