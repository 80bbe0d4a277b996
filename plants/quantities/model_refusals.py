"""What pydantic refuses in a checked model, told as input errors with the place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from plants.quantities.errors import MISSING, InputError, all_errors, each_error, unknown_name

Place = tuple[int | str, ...]
#: What was wanted, in words, by pydantic's kind of error.
_WANTED = {
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "float_type": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "too_short": "at least {min_length} of them",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than": "less than {lt:g}",
    "less_than_equal": "{le:g} or less",
}
_KINDS: dict[Any, str] = {
    float: "a number",
    int: "a whole number",
    str: "text",
    bool: "true or false",
}


def refusals(
    error: ValidationError, model: type[BaseModel], *, source: str | None = None
) -> InputError:
    """Everything that pydantic refused, as one error.

    Parameters
    ----------
    error : ValidationError
        What pydantic raised.
    model : type of BaseModel
        The model that was to be made; tells which keys there are.
    source : str, optional
        Where the values came from.
    """
    return all_errors([_refusal(part, model, source) for part in error.errors(include_url=False)])


def _refusal(part: Any, model: type[BaseModel], source: str | None) -> InputError:
    inner = part.get("ctx", {}).get("error")
    place = _keys_at(model, part["loc"])
    path = location(place)
    if isinstance(inner, InputError):  # of a validator
        return all_errors([_inside(path, each, source) for each in each_error(inner)])
    kind, value = part["type"], part["input"]
    if kind == "extra_forbidden":
        holder = _model_at(model, place[:-1])
        known = () if holder is None else keys(holder)
        name = path if source is None else f"key {path}"
        return unknown_name(name, place[-1], known, source=source)
    if kind == "missing":
        return InputError(path, MISSING, _kind_at(model, place), source=source)
    if kind == "literal_error":
        names = re.split(", | or ", part["ctx"]["expected"].replace("'", ""))
        return unknown_name(path, value, names, source=source)
    wanted = _WANTED.get(kind)
    allowed = part["msg"] if wanted is None else wanted.format(**part.get("ctx", {}))
    return InputError(path, value, allowed, source=source)


def _inside(path: str, error: InputError, source: str | None) -> InputError:
    if error.source is not None:  # of a file that the value names
        return error
    inner = error.field if error.field.startswith("[") else f".{error.field}"
    if error.field == path.rpartition(".")[2]:  # the field itself
        inner = ""
    field = f"{path}{inner}".strip(".")
    return InputError(field, error.value, error.allowed, source=source)


def keys(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys that a file may give a model."""
    fields = model.model_fields.items()
    further: tuple[str, ...] = getattr(model, "FURTHER_KEYS", ())
    return (*(_key(name, field) for name, field in fields if not field.exclude), *further)


def location(parts: Iterable[int | str]) -> str:
    """Where something stands in a file: ``goals[1].low``.

    Examples
    --------
    >>> from plants.quantities.model_refusals import location
    >>> location(("goals", 1, "low"))
    'goals[1].low'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".")


def _key(name: str, field: FieldInfo) -> str:
    """What a field is called in a file."""
    alias = field.validation_alias
    return alias if isinstance(alias, str) else name


def field_at(model: type[BaseModel] | None, key: int | str) -> FieldInfo | None:
    """The field of a model that a file, or pydantic, calls so."""
    if model is None:
        return None
    fields = model.model_fields.items()
    return next((field for name, field in fields if key in (name, _key(name, field))), None)


def _keys_at(model: type[BaseModel], parts: Place) -> Place:
    """A place as the file has it, where the names of fields may differ from those of keys."""
    place: list[int | str] = []
    for part in parts:
        field = field_at(_model_at(model, place), part)
        place.append(part if field is None else _key(str(part), field))
    return tuple(place)


def _model_at(model: type[BaseModel], parts: Iterable[int | str]) -> type[BaseModel] | None:
    """The model whose fields stand at a place in another one."""
    here: type[BaseModel] | None = model
    in_table = False
    for part in parts:
        if in_table or isinstance(part, int):  # the name or the number of one of several
            in_table = False
            continue
        field = field_at(here, part)
        here = None if field is None else model_in(field.annotation)
        in_table = field is not None and is_table(field.annotation)
    return here


def is_table(annotation: Any) -> bool:
    """Whether a field is a table of things by name."""
    origin = getattr(annotation, "__origin__", None)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, alone or several of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = (model_in(argument) for argument in get_args(annotation))
    return next((model for model in models if model is not None), None)


def _kind_at(model: type[BaseModel], parts: Place) -> str:
    """What is wanted of a field, in words."""
    field = field_at(_model_at(model, parts[:-1]), parts[-1])
    if field is None:
        return "a value"
    kind: Any = field.annotation
    told = (getattr(mark, "wanted", None) for mark in field.metadata)
    return next((wanted for wanted in told if wanted), _KINDS.get(kind, "a value"))
