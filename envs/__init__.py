"""Gymnasium environments over the plants; importing this registers their ids."""

from envs.registration import register
from envs.support import SupportEnv
from envs.vector_support import SupportVectorEnv

__all__ = ["SupportEnv", "SupportVectorEnv", "register"]
