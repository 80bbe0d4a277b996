"""Criteria of weaning, each with its source: when to begin, go on, go back and explant."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

from controllers.weaning.criteria_file import CRITERIA_GROUPS, read_criteria
from controllers.weaning.criterion import Criterion
from controllers.weaning.decision import Reason
from plants import Quantity, Therapy, unknown_name
from plants.quantities import MINUTES_PER_HOUR

_DATA = Path(__file__).parents[1] / "data" / "weaning.toml"
_SOURCE = "controllers/data/weaning.toml"


@dataclass(frozen=True)
class WeaningCriteria:
    """All criteria, by part and signal, and the numbers beside them.

    Parameters
    ----------
    parts : Mapping of str to Mapping of str to Criterion
        By the names of :data:`CRITERIA_GROUPS`.
    entries : Mapping of str to Quantity
        Times, chances and margins with their sources.

    Examples
    --------
    >>> from controllers import WeaningCriteria
    >>> criteria = WeaningCriteria.load()
    >>> criteria["ready"]["map"].low, criteria.number("step_chance")
    (65.0, 0.9)
    >>> criteria.replace("ready", "map", low=70.0)["ready"]["map"].low
    70.0
    """

    parts: Mapping[str, Mapping[str, Criterion]]
    entries: Mapping[str, Quantity]

    @classmethod
    def load(cls, path: str | PathLike[str] | None = None) -> WeaningCriteria:
        """The criteria that come with the package, or those of a file of the same form.

        Raises
        ------
        InputError
            The file cannot be read, or a criterion is refused; the message names the key.
        """
        return _shipped() if path is None else cls(*read_criteria(path, str(path)))

    @classmethod
    def of(cls, therapy: Therapy) -> WeaningCriteria:
        """The criteria that come with the package, and a therapy's own in their place.

        Raises
        ------
        InputError
            The therapy names a part of weaning that there is not.
        """
        criteria = cls.load()
        for index, (part, limit) in enumerate(therapy.weaning):
            if part not in CRITERIA_GROUPS:
                raise unknown_name(
                    f"weaning[{index}].part", part, CRITERIA_GROUPS, source=therapy.name
                )
            sides = {"low": limit.low, "high": limit.high}
            bounds = {key: value for key, value in sides.items() if value is not None}
            origin = next((quantity for _, quantity in limit.entries), None)
            basis = {"source": origin.source, "tag": origin.tag} if origin else {}
            criteria = criteria.replace(part, limit.signal, **bounds, **basis)
        return criteria

    def __getitem__(self, part: str) -> Mapping[str, Criterion]:
        if part not in self.parts:
            raise unknown_name("part", part, self.parts)
        return self.parts[part]

    def number(self, name: str) -> float:
        """A time, chance or margin by name."""
        return self.entries[name].value

    @property
    def ramp_interval(self) -> float:
        """Time between two levels of a ramp, h."""
        return self.number("ramp_interval") / MINUTES_PER_HOUR

    def needed(self, part: str) -> tuple[Criterion, ...]:
        """The criteria of a part that refuse."""
        return tuple(criterion for criterion in self[part].values() if criterion.needed)

    def replace(self, part: str, signal: str, **changes: Any) -> WeaningCriteria:
        """The same with a criterion changed."""
        changed = dict(self[part])
        changed[signal] = replace(changed.get(signal, Criterion(signal)), **changes)
        return WeaningCriteria(MappingProxyType({**self.parts, part: changed}), self.entries)

    def judge(self, part: str, values: Mapping[str, float], where: str = "") -> tuple[Reason, ...]:
        """What the values say to every needed criterion of a part."""
        return tuple(
            criterion.judge(values.get(criterion.signal, math.nan), where)
            for criterion in self.needed(part)
        )

    def remarks(self, part: str, values: Mapping[str, float]) -> tuple[Reason, ...]:
        """What the values say to criteria that do not refuse, where they are known."""
        judged = (
            criterion.judge(values[name])
            for name, criterion in self[part].items()
            if not criterion.needed and math.isfinite(values.get(name, math.nan))
        )
        return tuple(
            replace(reason, text=f"{reason.text} (shown only)", needed=False) for reason in judged
        )

    def violated(self, part: str, values: Mapping[str, float]) -> tuple[Reason, ...]:
        """The criteria of a part that known values break."""
        return tuple(r for r in self.judge(part, values) if not r.met and math.isfinite(r.value))


@functools.cache
def _shipped() -> WeaningCriteria:
    return WeaningCriteria(*read_criteria(_DATA, _SOURCE))
