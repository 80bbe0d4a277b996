"""Registration of the environments with Gymnasium."""

from __future__ import annotations

from typing import Any

import gymnasium

_NAMESPACE = "impellab/"
#: Episodes of ``impellab/Support-v1`` are cut off after this many control periods.
SUPPORT_STEPS = 240
#: The same of ``impellab/Support-v0``, which keeps its task and reward.
SUPPORT_V0_STEPS = 300
_SUPPORT_V0 = {
    "patient": "shock-d",
    "device": "CP",
    "scenario": None,
    "therapy": "v0",
    "reward": "goals",
    "horizon": SUPPORT_V0_STEPS,
}
#: Episodes of ``impellab/Weaning-v0`` end with the label's duration; this is that of a 5.5, h.
WEANING_STEPS = 336


def register() -> None:
    """Make the ids of this package known to Gymnasium; doing it again changes nothing.

    Examples
    --------
    >>> from envs import register
    >>> register()
    >>> import gymnasium
    >>> gymnasium.spec("impellab/Support-v1").max_episode_steps
    240
    """
    for known_as, name, steps, arguments in (
        ("Support-v0", "Support", SUPPORT_V0_STEPS, _SUPPORT_V0),
        ("Support-v1", "Support", SUPPORT_STEPS, {}),
        ("Weaning-v0", "Weaning", WEANING_STEPS, {}),
    ):
        if _NAMESPACE + known_as not in gymnasium.registry:
            gymnasium.register(
                _NAMESPACE + known_as,
                entry_point=f"envs:{name}Env",
                vector_entry_point=f"envs:{name}VectorEnv",
                max_episode_steps=steps,
                kwargs=dict(arguments),
            )


def make(name: str, **arguments: Any) -> gymnasium.Env[Any, Any]:
    """An environment of this package; :func:`gymnasium.make` with its ids known.

    Parameters
    ----------
    name : str
        An id, with or without ``impellab/``: ``"Support-v1"``.
    **arguments
        Arguments of the environment and of :func:`gymnasium.make`.

    Raises
    ------
    gymnasium.error.Error
        There is no such environment.
    InputError
        An argument is refused.

    Examples
    --------
    >>> from envs import make
    >>> make("Weaning-v0").spec.id
    'impellab/Weaning-v0'
    """
    return gymnasium.make(_with_namespace(name), **arguments)


def make_vec(
    name: str, num_envs: int = 1, **arguments: Any
) -> gymnasium.vector.VectorEnv[Any, Any, Any]:
    """Many environments at once; :func:`gymnasium.make_vec` with the ids of this package known.

    Parameters and errors as in :func:`make`, and the number of environments.

    Examples
    --------
    >>> from envs import make_vec
    >>> make_vec("Support-v1", num_envs=3).num_envs
    3
    """
    return gymnasium.make_vec(_with_namespace(name), num_envs=num_envs, **arguments)


def _with_namespace(name: str) -> str:
    return name if "/" in name else _NAMESPACE + name


# Gymnasium does not look for installed environments: `import envs`, or `import impellab`, makes the
# ids known.
register()
