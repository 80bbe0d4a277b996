"""Checked models: frozen settings and file contents whose refusals are told all at once.

Files and settings of the project are pydantic models of this kind, so that a wrong key, a wrong
kind of value and a value out of its range are refused in one way, with the nearest known name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from plants.quantities.errors import InputError, all_errors, each_error, unknown_name

_MISSING = "(missing)"
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
    "literal_error": "one of {expected}",
}


class CheckedModel(BaseModel):
    """A frozen pydantic model that raises :class:`~plants.InputError` for what it refuses.

    Numbers are not made out of text, nor text out of numbers; a whole number serves as a number.

    Raises
    ------
    InputError
        Something is refused. All refusals are told at once; the first gives field and value.

    Examples
    --------
    >>> from plants import InputError
    >>> from plants.quantities import CheckedModel
    >>> class Gains(CheckedModel):
    ...     proportional: float
    ...     integral: float = 0.0
    >>> Gains(proportional=2).proportional
    2.0
    >>> try:
    ...     Gains.read({"proportionl": 2.0}, source="mine.toml")
    ... except InputError as error:
    ...     print(error)
    mine.toml: proportional = '(missing)' is not allowed; allowed: a number
    mine.toml: key = 'proportionl' is not allowed; allowed: one of proportional, integral (did you
    mean proportional?)
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, arbitrary_types_allowed=True
    )

    def __init__(self, **data: Any):
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise refusals(error, type(self)) from None

    @classmethod
    def read(cls, content: Mapping[str, Any], *, source: str) -> Self:
        """The model that a file's content describes.

        Parameters
        ----------
        content : mapping
            As read from TOML; lists become tuples.
        source : str
            The file, for error messages.

        Raises
        ------
        InputError
            Something is refused; see the class.
        """
        try:
            return cls.model_validate(_with_tuples(content))
        except ValidationError as error:
            raise refusals(error, cls, source=source) from None
        except InputError as error:
            raise error.located(source) from None


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
    path = location(part["loc"])
    if isinstance(inner, InputError):  # of a model inside this one, or of its validator
        return all_errors([_inside(path, each, source) for each in each_error(inner)])
    kind, value = part["type"], part["input"]
    if kind == "extra_forbidden":
        holder = location(part["loc"][:-1])
        known = _fields_at(model, part["loc"][:-1])
        return unknown_name(f"{holder}.key".lstrip("."), part["loc"][-1], known, source=source)
    if kind == "missing":
        return InputError(path, _MISSING, _kind_at(model, part["loc"]), source=source)
    wanted = _WANTED.get(kind)
    allowed = part["msg"] if wanted is None else wanted.format(**part.get("ctx", {}))
    return InputError(path, value, allowed, source=source)


def _inside(path: str, error: InputError, source: str | None) -> InputError:
    field = f"{path}.{error.field}".lstrip(".")
    return InputError(field, error.value, error.allowed, source=error.source or source)


def location(parts: Iterable[int | str]) -> str:
    """Where something stands in a file: ``goals[1].low``.

    Examples
    --------
    >>> from plants.quantities.checked_model import location
    >>> location(("goals", 1, "low"))
    'goals[1].low'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".")


def _model_at(model: type[BaseModel], parts: Iterable[int | str]) -> type[BaseModel] | None:
    """The model whose fields stand at a place in another one."""
    here: type[BaseModel] | None = model
    for part in parts:
        if here is None or not isinstance(part, str):
            continue
        field = here.model_fields.get(part)
        here = None if field is None else _model_in(field.annotation)
    return here


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in models if model is not None), None)


def _fields_at(model: type[BaseModel], parts: Iterable[int | str]) -> tuple[str, ...]:
    here = _model_at(model, parts)
    return () if here is None else tuple(here.model_fields)


def _kind_at(model: type[BaseModel], parts: tuple[int | str, ...]) -> str:
    here = _model_at(model, parts[:-1])
    field = None if here is None else here.model_fields.get(str(parts[-1]))
    kinds = {float: "a number", int: "a whole number", str: "text", bool: "true or false"}
    return "a value" if field is None else kinds.get(field.annotation, "a value")  # type: ignore[arg-type]


def _with_tuples(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {key: _with_tuples(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return tuple(_with_tuples(value) for value in content)
    return content
