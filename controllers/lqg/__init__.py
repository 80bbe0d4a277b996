"""LQG: Kalman filter and LQR with integral action on the plant's linearised beat."""

from controllers.lqg.controller import LQG as LQG
from controllers.lqg.linearisation import LinearBeat as LinearBeat, linearise as linearise
from controllers.lqg.synthesis import LQGSettings as LQGSettings
