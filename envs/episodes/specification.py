"""Arguments of environments in a form that JSON takes, for Gymnasium's specifications.

``env.spec.to_json()`` writes the arguments that an environment was made with. What is no JSON
there, a patient for example, becomes its preset's name where it is a preset, and else a table of
its fields with its type; an environment takes both, so that a specification makes an equal one.
"""

from __future__ import annotations

import copy
import dataclasses
import enum
from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from typing import Any

import numpy as np
from gymnasium.envs.registration import EnvSpec

from envs.weaning_reward import WeaningReward
from plants import Event, InputError, Patient, Pump, Quantity, Scenario, Therapy
from plants.pumps import Boost, HeadFlow, Level
from plants.quantities import CheckedModel, Preset, unknown_name
from plants.therapies import Death, Goal, Limit

_TYPE = "type"
_TYPES: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        *(Patient, Pump, Scenario, Therapy, WeaningReward),
        *(Boost, Death, Event, Goal, HeadFlow, Level, Limit, Quantity),
    )
}


class SpecifiedInJson:
    """An environment whose specification can be written as JSON."""

    _spec: EnvSpec | None = None

    @property
    def spec(self) -> EnvSpec | None:
        """What the environment was made with, in a form that JSON takes."""
        return self._spec

    @spec.setter
    def spec(self, spec: EnvSpec | None) -> None:
        self._spec = with_json_arguments(spec)


def json_form(value: Any) -> Any:
    """The value as JSON takes it; what is unknown stays as it is.

    Examples
    --------
    >>> from envs.episodes import from_json_form, json_form
    >>> from plants import Patient
    >>> json_form([Patient.load("shock-d"), "shock-e"])
    ['shock-d', 'shock-e']
    >>> mine = Patient.load("shock-d").replace("mine", heart_rate=95.0)
    >>> from_json_form(json_form(mine)) == mine
    True
    """
    if preset := _preset_name(value):
        return preset
    kind = type(value)
    if _TYPES.get(kind.__name__) is kind:
        return {_TYPE: kind.__name__} | {x: json_form(getattr(value, x)) for x in _fields(kind)}
    if isinstance(value, enum.Enum):
        return json_form(value.value)
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, PathLike):
        return fspath(value)
    if isinstance(value, Mapping):
        return {name: json_form(each) for name, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [json_form(each) for each in value]
    return value


def from_json_form(value: Any) -> Any:
    """The value that :func:`json_form` wrote; any other value stays as it is.

    Raises
    ------
    InputError
        A table has an unknown type, or its fields are refused.
    """
    if isinstance(value, list | tuple):
        return tuple(map(from_json_form, value))
    if not isinstance(value, dict):
        return value
    content = {name: from_json_form(each) for name, each in value.items()}
    if _TYPE not in value:
        return content
    kind = content.pop(_TYPE)
    if kind not in _TYPES:
        raise unknown_name(_TYPE, kind, _TYPES)
    try:
        return _TYPES[kind](**content)
    except TypeError as error:
        raise InputError(kind, sorted(content), f"its fields ({error})") from None


def with_json_arguments(spec: EnvSpec | None) -> EnvSpec | None:
    """A specification whose arguments are in the form that JSON takes."""
    if spec is None:
        return None
    changed = copy.deepcopy(spec)
    changed.kwargs = json_form(spec.kwargs)
    return changed


def _fields(kind: Any) -> tuple[str, ...]:
    if issubclass(kind, CheckedModel):
        return tuple(kind.model_fields)
    if issubclass(kind, tuple):
        return tuple(kind._fields)
    return tuple(field.name for field in dataclasses.fields(kind))


def _preset_name(value: Any) -> str:
    """The name by which the package has an equal preset; empty where it has none."""
    if not isinstance(value, Preset):
        return ""
    name = str(vars(value).get("name", ""))
    return name if name in value.names() and value.load(name) == value else ""
