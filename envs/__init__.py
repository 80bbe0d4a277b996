"""Gymnasium environments over the plants; importing this registers their ids."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from envs.registration import make, make_vec, register

if TYPE_CHECKING:
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

# Imported when they are used: registering the ids costs no more than Gymnasium itself.
_HOMES = {
    "envs.support": ("SupportEnv",),
    "envs.vector_support": ("SupportVectorEnv",),
    "envs.vector_weaning": ("WeaningVectorEnv",),
    "envs.weaning": ("WeaningEnv",),
    "envs.weaning_reward": ("STABLE", "WeaningReward", "stable"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'envs' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
