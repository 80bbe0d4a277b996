"""Gymnasium environments over the plants; importing this registers their ids."""

from envs.registration import make, make_vec, register
from envs.support import SupportEnv
from envs.vector_support import SupportVectorEnv
from envs.vector_weaning import WeaningVectorEnv
from envs.weaning import WeaningEnv
from envs.weaning_reward import STABLE, WeaningReward, stable

__all__ = [
    "STABLE",
    "SupportEnv",
    "SupportVectorEnv",
    "WeaningEnv",
    "WeaningReward",
    "WeaningVectorEnv",
    "make",
    "make_vec",
    "register",
    "stable",
]
