"""A therapy: what is wanted, what must not happen and what it is worth, declared once.

Costs of predictive controllers, rewards of environments, safety filters and tables of results all
read the same therapy.
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any, Self, TypeVar

import numpy as np
from pydantic import Field, model_validator

from plants.quantities import (
    KRPM_PER_RPM,
    SIGNALS,
    Declared,
    InputError,
    Parameter,
    check_keys,
    check_tag,
    check_text,
    load_toml,
    preset_names,
    read_quantity,
    unknown_name,
)
from plants.therapies.goals import Death, Entries, Goal, Limit, TherapyPart, metric

_FOLDER = "therapies"
_EFFORT = "effort"

_WEIGHT = Parameter("weight", "1", "weight of a goal", 0.0, 1e6)
_EFFORT_WEIGHT = Parameter("effort_weight", "1/krpm2", "weight of a speed change", 0.0, 1e6)
_SECONDS = Parameter("seconds", "s", "how long", 0.0, 86_400.0)


class Therapy(TherapyPart):
    """Goals, limits and weights.

    Parameters
    ----------
    name, description : str
        For tables.
    goals : tuple of Goal
        At most one for a signal.
    effort_weight : float
        Price of a change of speed, 1/krpm^2.
    fallback_level : str
        P-level that a controller falls back to when it cannot decide.
    death : Death
        When an episode ends.
    limits : tuple of Limit
        Ranges never to be left; at most one for a signal.
    weaning : tuple of (str, Limit)
        Criteria of weaning that replace those of the weaning controller, each with the part of
        weaning that it belongs to; at most one for a part and signal.
    entries : tuple of (str, Quantity)
        Where the numbers came from, by field.

    Raises
    ------
    InputError
        A part is refused; the message names the key.

    Examples
    --------
    >>> from plants import Therapy
    >>> therapy = Therapy.default()
    >>> metrics = {goal.signal: goal.low or goal.high for goal in therapy.goals}
    >>> therapy.cost(metrics)
    0.0
    >>> therapy.terms(metrics, speed_change_rpm=0.0)["map"]
    1.0
    >>> therapy.in_range(metrics | {"map": 40.0})["map"]
    False
    """

    name: str = Field(min_length=1)
    description: str = ""
    goals: tuple[Goal, ...]
    effort_weight: float = Field(ge=0.0)
    fallback_level: str = Field(min_length=1)
    death: Death
    limits: tuple[Limit, ...] = ()
    weaning: tuple[tuple[str, Limit], ...] = ()
    entries: Entries = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        for field, parts in (("goals", self.goals), ("limits", self.limits)):
            seen: set[str] = set()
            for index, part in enumerate(parts):
                if part.signal in seen:
                    raise InputError(f"{field}[{index}].signal", part.signal, "each signal once")
                seen.add(part.signal)
        named = [(part, one.signal) for part, one in self.weaning]
        for index, pair in enumerate(named):
            if pair in named[:index]:
                allowed = f"each signal once for the part {pair[0]!r}"
                raise InputError(f"weaning[{index}].signal", pair[1], allowed)
        return self

    @classmethod
    def default(cls) -> Therapy:
        """The therapy that comes with the package."""
        return cls.load("default")

    @classmethod
    def load(cls, name_or_path: str | PathLike[str]) -> Therapy:
        """The preset of that name, or the therapy in a file.

        Parameters
        ----------
        name_or_path : str or path
            A name from :meth:`names`, or a path that ends in ``.toml``.

        Raises
        ------
        InputError
            No preset has that name, the file cannot be read, or it is refused; the message names
            file, key, value and what is allowed.

        Examples
        --------
        >>> from plants import Therapy
        >>> Therapy.load("default").fallback_level
        'P-6'
        """
        content, source = load_toml(name_or_path, _FOLDER, "therapy")
        try:
            return _read_therapy(content, source)
        except InputError as error:
            if error.source is not None:
                raise
            raise InputError(error.field, error.value, error.allowed, source=source) from None

    @staticmethod
    def names() -> tuple[str, ...]:
        """Names of the presets."""
        return preset_names(_FOLDER)

    @property
    def signals(self) -> tuple[str, ...]:
        """The signals that the goals look at."""
        return tuple(goal.signal for goal in self.goals)

    def terms(self, metrics: Mapping[str, Any], speed_change_rpm: Any) -> dict[str, Any]:
        """Reward by named terms.

        Parameters
        ----------
        metrics : mapping of str to float or numpy.ndarray
            True values by signal name, at least of :attr:`signals`; arrays for a batch.
        speed_change_rpm : float or numpy.ndarray
            Change of the speed since the last command, rpm.

        Returns
        -------
        dict of str to float or numpy.ndarray
            For each goal its signal, between 0 and its weight; and ``"effort"``, at most 0.

        Raises
        ------
        InputError
            A metric is missing or not finite.
        """
        terms = {goal.signal: goal.reward(_finite(metrics, goal.signal)) for goal in self.goals}
        terms[_EFFORT] = -self.effort_weight * (speed_change_rpm * KRPM_PER_RPM) ** 2
        return terms

    def reward(self, metrics: Mapping[str, Any], speed_change_rpm: Any) -> Any:
        """Sum of :meth:`terms`."""
        return sum(self.terms(metrics, speed_change_rpm).values())

    def residuals(self, metrics: Mapping[str, Any]) -> dict[str, Any]:
        """Weighted distances from the goals, whose squares sum to :meth:`cost`.

        Parameters
        ----------
        metrics : mapping of str to float, numpy.ndarray or CasADi expression
            Values by signal name, at least of :attr:`signals`.

        Returns
        -------
        dict of str to float, numpy.ndarray or CasADi expression
            ``sqrt(weight) * hinge / scale`` by signal.

        Raises
        ------
        InputError
            A metric is missing.
        """
        return {goal.signal: goal.residual(metric(metrics, goal.signal)) for goal in self.goals}

    def cost(self, metrics: Mapping[str, Any]) -> Any:
        """Sum of ``weight * (hinge / scale)**2`` over the goals; see :meth:`residuals`."""
        return sum(residual**2 for residual in self.residuals(metrics).values())

    def in_range(self, metrics: Mapping[str, Any]) -> dict[str, Any]:
        """For each goal's signal, whether it is where it is wanted."""
        return {goal.signal: goal.holds(metric(metrics, goal.signal)) for goal in self.goals}

    def within_limits(self, metrics: Mapping[str, Any]) -> dict[str, Any]:
        """For each limit's signal, whether the limit is kept."""
        return {limit.signal: limit.holds(metric(metrics, limit.signal)) for limit in self.limits}


def _finite(metrics: Mapping[str, Any], name: str) -> Any:
    value = metric(metrics, name)
    if not np.all(np.isfinite(value)):
        raise InputError(f"metrics[{name!r}]", value, "finite numbers")
    return value


def _read_therapy(content: dict[str, Any], source: str) -> Therapy:
    needed = ("name", "goals", "effort_weight", "fallback_level", "death")
    keys = check_keys(
        content, (*needed, "description", "limits", "weaning"), "", source, required=needed
    )
    effort = read_quantity(keys["effort_weight"], _EFFORT_WEIGHT, "effort_weight", source)
    fallback = check_keys(
        keys["fallback_level"],
        ("value", "source", "tag"),
        "fallback_level",
        source,
        required=("value", "source", "tag"),
    )
    check_text(fallback["source"], "fallback_level.source", source, what="a source")
    check_tag(fallback["tag"], "fallback_level.tag", source)
    return Therapy(
        name=check_text(keys["name"], "name", source, what="a name"),
        description=keys.get("description", ""),
        goals=_read_list(keys["goals"], "goals", source, Goal, ("weight", "scale")),
        effort_weight=effort.value,
        fallback_level=check_text(fallback["value"], "fallback_level.value", source),
        death=_read_part(keys["death"], "death", source, Death, ("low", "seconds")),
        limits=_read_list(keys.get("limits", []), "limits", source, Limit, ()),
        weaning=_read_weaning(keys.get("weaning", []), source),
        entries=(("effort_weight", effort),),
    )


_Part = TypeVar("_Part", bound=TherapyPart)


def _read_list(
    tables: Any, field: str, source: str, kind: type[_Part], needed: tuple[str, ...]
) -> tuple[_Part, ...]:
    if not isinstance(tables, list):
        raise InputError(field, tables, f"tables [[{field}]]", source=source)
    return tuple(
        _read_part(table, f"{field}[{index}]", source, kind, needed, ("low", "high"))
        for index, table in enumerate(tables)
    )


def _read_weaning(tables: Any, source: str) -> tuple[tuple[str, Limit], ...]:
    """Limits, each with the part of weaning that it belongs to."""
    if not (isinstance(tables, list) and all(isinstance(one, dict) for one in tables)):
        raise InputError("weaning", tables, "tables [[weaning]]", source=source)
    parts = [
        check_text(one.get("part"), f"weaning[{index}].part", source, what="a part of weaning")
        for index, one in enumerate(tables)
    ]
    bare = [{key: value for key, value in one.items() if key != "part"} for one in tables]
    return tuple(zip(parts, _read_list(bare, "weaning", source, Limit, ()), strict=True))


def _read_part(
    table: Any,
    field: str,
    source: str,
    kind: type[_Part],
    needed: tuple[str, ...],
    optional: tuple[str, ...] = (),
) -> _Part:
    """A goal, limit or death from its table: a signal, and numbers with unit, source and tag."""
    required = ("signal", *needed)
    keys = check_keys(table, (*required, *optional), field, source, required=required)
    name = keys.pop("signal")
    if not isinstance(name, str) or name not in SIGNALS:
        raise unknown_name(f"{field}.signal", name, SIGNALS, source=source)
    signal = SIGNALS[name]
    scale = Parameter("scale", signal.unit, "scale", 1e-9, signal.high - signal.low)
    declared: dict[str, Declared] = {
        "low": signal,
        "high": signal,
        "scale": scale,
        "weight": _WEIGHT,
        "seconds": _SECONDS,
    }
    numbers = {
        key: read_quantity(value, declared[key], f"{field}.{key}", source)
        for key, value in keys.items()
    }
    try:
        values = {key: quantity.value for key, quantity in numbers.items()}
        return kind(signal=name, entries=tuple(numbers.items()), **values)
    except InputError as error:
        key = f"{field}.{error.field}"
        raise InputError(key, error.value, error.allowed, source=source) from None
