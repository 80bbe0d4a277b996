"""Registration of the environments with Gymnasium."""

from __future__ import annotations

import gymnasium

#: Episodes of ``impellab/Support-v0`` are cut off after this many control periods.
SUPPORT_STEPS = 300
#: Episodes of ``impellab/Weaning-v0`` end with the label's duration; this is that of a 5.5, h.
WEANING_STEPS = 336


def register() -> None:
    """Make the ids of this package known to Gymnasium; doing it again changes nothing.

    Examples
    --------
    >>> from envs import register
    >>> register()
    >>> import gymnasium
    >>> gymnasium.spec("impellab/Support-v0").max_episode_steps
    300
    """
    if "impellab/Support-v0" not in gymnasium.registry:
        gymnasium.register(
            "impellab/Support-v0",
            entry_point="envs.support:SupportEnv",
            vector_entry_point="envs.vector_support:SupportVectorEnv",
            max_episode_steps=SUPPORT_STEPS,
        )
    if "impellab/Weaning-v0" not in gymnasium.registry:
        gymnasium.register(
            "impellab/Weaning-v0",
            entry_point="envs.weaning:WeaningEnv",
            vector_entry_point="envs.vector_weaning:WeaningVectorEnv",
            max_episode_steps=WEANING_STEPS,
        )


# Gymnasium does not look for installed environments: `import envs` makes the ids known.
register()
