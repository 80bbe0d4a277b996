"""Gymnasium environments over the plants; importing this registers their ids."""

from envs.registration import register
from envs.support import SupportEnv

__all__ = ["SupportEnv", "register"]
