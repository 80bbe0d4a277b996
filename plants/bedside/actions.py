"""What is decided at a bedside: a change of the P-level, or the end of the course."""

from __future__ import annotations

from typing import Any

from plants.console import action_index

#: Changes of level, in the order of their actions.
CHANGES = (-2, -1, 0, 1, 2)
#: The actions by their numbers; the changes come first.
ACTIONS = ("down 2", "down 1", "stay", "up 1", "up 2", "explant", "bridge")
EXPLANT, BRIDGE = ACTIONS.index("explant"), ACTIONS.index("bridge")


def action_number(action: Any) -> int:
    """The number of an action.

    Parameters
    ----------
    action : int or array of one integer
        What an agent gives.

    Raises
    ------
    InputError
        It is no integer, or there is no such action.

    Examples
    --------
    >>> import numpy as np
    >>> from plants.bedside import ACTIONS, action_number
    >>> ACTIONS[action_number(np.array(5))]
    'explant'
    """
    return action_index(action, len(ACTIONS))
