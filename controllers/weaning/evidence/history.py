"""What is judged anew at every look, smoothed over the last ones."""

from __future__ import annotations

from statistics import fmean

#: As many looks are weighed together (a guess): one alone that is good by its noise ends no trial.
LOOKS = 3


class Looks:
    """Values of the last looks by name, since they were forgotten.

    Examples
    --------
    >>> from controllers.weaning.evidence import Looks
    >>> looks = Looks()
    >>> seen = ((0, 0.2), (1, 0.4), (1, 0.6))
    >>> [round(looks.mean("chance", hour, value), 2) for hour, value in seen]
    [0.2, 0.3, 0.4]
    >>> [looks.highest("leak", hour, value) for hour, value in enumerate((0.5, 0.1, 0.2, 0.1))]
    [0.5, 0.5, 0.5, 0.2]
    """

    def __init__(self) -> None:
        self._past: dict[str, list[tuple[float, float]]] = {}

    def mean(self, name: str, hours: float, value: float) -> float:
        """The mean of the last looks with this one; a look is known by its time (h)."""
        return fmean(self._taken(name, hours, value))

    def highest(self, name: str, hours: float, value: float) -> float:
        """The highest of the last looks with this one."""
        return max(self._taken(name, hours, value))

    def _taken(self, name: str, hours: float, value: float) -> list[float]:
        past = [one for one in self._past.get(name, []) if one[0] != hours]
        self._past[name] = [*past, (hours, value)][-LOOKS:]
        return [value for _, value in self._past[name]]

    def clear(self) -> None:
        """Forget: what was seen belongs to another trial."""
        self._past.clear()
