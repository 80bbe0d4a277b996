"""The convergence study: how accurate the integration is, and which step that asks for."""

from experiments.studies.convergence.right_hand_side import RightHandSide as RightHandSide
from experiments.studies.convergence.study import STUDY as STUDY
