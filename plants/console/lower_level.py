"""The level that a console falls to where suction lets the present one not be held."""

from __future__ import annotations

from collections.abc import Callable

from plants.pumps import level_name, level_number


def next_lower_level(level: str, lowest: int, holds: Callable[[str], bool]) -> str | None:
    """The next lower level, if the console can help by falling at all.

    Parameters
    ----------
    level : str
        P-level that cannot be held.
    lowest : int
        Number of the lowest level that may be run at.
    holds : callable
        Whether the circulation goes on at a level; asked of the lowest only, because the less is
        pumped, the less is sucked.

    Returns
    -------
    str or None
        None where the level is the lowest, or even that cannot be held.

    Examples
    --------
    >>> from plants.console import next_lower_level
    >>> next_lower_level("P-8", 2, lambda level: True)
    'P-7'
    """
    number = level_number(level) - 1
    return level_name(number) if number >= lowest and holds(level_name(lowest)) else None
