"""LQG: Kalman filter and LQR with integral action on the plant's linearised beat."""

from controllers.lqg.controller import LQG
from controllers.lqg.linearisation import LinearBeat, linearise
from controllers.lqg.synthesis import LQGSettings

__all__ = ["LQG", "LQGSettings", "LinearBeat", "linearise"]
