"""Snapshots of environments: where one stands, to go back to."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gymnasium import Space

from plants import InputError

# What an environment was made with; wrappers and learners hold on to it.
_FIXED = ("_spec", "metadata")


@dataclass(frozen=True)
class Snapshot:
    """Where an environment stands, its random generators included.

    Attributes
    ----------
    kind : type
        Class of the environment.
    content : mapping
        Copies of its attributes.
    """

    kind: type
    content: Mapping[str, Any]


class Snapshots:
    """An environment that can be brought back to where it stood."""

    def snapshot(self) -> Snapshot:
        """Where the environment stands now; :meth:`restore` goes back there, to the last bit.

        Wrappers keep what they count: of an environment in wrappers, as ``gymnasium.make`` gives
        it, ``copy.deepcopy`` copies the whole.

        Examples
        --------
        >>> from envs import SupportEnv
        >>> env = SupportEnv()
        >>> _ = env.reset(seed=1)
        >>> here = env.snapshot()
        >>> first = env.step([0.5])[1]
        >>> env.restore(here)
        >>> env.step([0.5])[1] == first
        True
        """
        moving = {
            name: value
            for name, value in vars(self).items()
            if name not in _FIXED and not isinstance(value, Space)
        }
        return Snapshot(type(self), copy.deepcopy(moving))

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot, of this environment or of another made with the same arguments.

        Raises
        ------
        InputError
            It is no snapshot of an environment of this kind.
        """
        kind = snapshot.kind if isinstance(snapshot, Snapshot) else type(snapshot)
        if not isinstance(snapshot, Snapshot) or kind is not type(self):
            allowed = f"a snapshot of {type(self).__name__}"
            raise InputError("snapshot", f"of {kind.__name__}", allowed)
        vars(self).update(copy.deepcopy(dict(snapshot.content)))
