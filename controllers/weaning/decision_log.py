"""The record of all decisions, for whoever asks afterwards why."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path

from controllers.weaning.decision import Decision


class DecisionLog:
    """Decisions in their order; also as lines of JSON in a file.

    Parameters
    ----------
    path : str or path, optional
        File that gets a line for each decision as soon as it is made; begun anew.

    Examples
    --------
    >>> from controllers import Decision
    >>> from controllers import DecisionLog
    >>> log = DecisionLog()
    >>> log.add(Decision(0.0, "P-8", "support", "hold"))
    >>> len(log), log[0].level
    (1, 'P-8')
    """

    def __init__(self, path: str | PathLike[str] | None = None):
        self._path = None if path is None else Path(path)
        self.clear()

    def add(self, decision: Decision) -> None:
        """Record a decision."""
        self._decisions.append(decision)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(decision.to_json() + "\n")

    def clear(self) -> None:
        """Begin anew."""
        self._decisions: list[Decision] = []
        if self._path is not None:
            self._path.write_text("", encoding="utf-8")

    def changes(self) -> list[Decision]:
        """The decisions that changed something: level, phase or what was recognised."""
        changes: list[Decision] = []
        for decision in self._decisions:
            if not changes or _outcome(decision) != _outcome(changes[-1]):
                changes.append(decision)
        return changes

    def __len__(self) -> int:
        return len(self._decisions)

    def __getitem__(self, place: int) -> Decision:
        return self._decisions[place]

    def __iter__(self) -> Iterator[Decision]:
        return iter(self._decisions)


def _outcome(decision: Decision) -> tuple[str, str, tuple[str, ...]]:
    """What a decision may change."""
    return decision.level, decision.phase, decision.findings
