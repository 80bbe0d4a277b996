"""What is judged anew at every assessment, averaged over the last ones."""

from __future__ import annotations

from statistics import fmean

#: As many assessments are weighed together (a guess): one alone that is good by its noise ends no
#: trial.
ASSESSMENTS_AVERAGED = 3


class AssessmentHistory:
    """Values of the last assessments by name, since they were cleared.

    Examples
    --------
    >>> from controllers.weaning.evidence import AssessmentHistory
    >>> history = AssessmentHistory()
    >>> values = ((0, 0.2), (1, 0.4), (1, 0.6))
    >>> [round(history.mean("chance", hour, value), 2) for hour, value in values]
    [0.2, 0.3, 0.4]
    >>> [history.highest("leak", hour, value) for hour, value in enumerate((0.5, 0.1, 0.2, 0.1))]
    [0.5, 0.5, 0.5, 0.2]
    """

    def __init__(self) -> None:
        self._past: dict[str, list[tuple[float, float]]] = {}

    def mean(self, name: str, hours: float, value: float) -> float:
        """Mean of the last assessments with this one; an assessment is known by its time (h)."""
        return fmean(self._with(name, hours, value))

    def highest(self, name: str, hours: float, value: float) -> float:
        """The highest of the last assessments with this one."""
        return max(self._with(name, hours, value))

    def _with(self, name: str, hours: float, value: float) -> list[float]:
        earlier = [entry for entry in self._past.get(name, []) if entry[0] != hours]
        self._past[name] = [*earlier, (hours, value)][-ASSESSMENTS_AVERAGED:]
        return [value for _, value in self._past[name]]

    def clear(self) -> None:
        """Forget: what was judged belongs to another trial."""
        self._past.clear()
