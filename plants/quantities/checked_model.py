"""Checked models: frozen settings and file contents whose refusals are told all at once.

Files and settings of the project are pydantic models of this kind, so that a wrong key, a wrong
kind of value and a value out of its range are refused in one way, with the nearest known name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self, dataclass_transform, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from plants.quantities.checks import MISSING
from plants.quantities.errors import FrozenError, InputError, all_errors, each_error, unknown_name

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
_Place = tuple[int | str, ...]
_KINDS: dict[Any, str] = {
    float: "a number",
    int: "a whole number",
    str: "text",
    bool: "true or false",
}


@dataclass_transform(kw_only_default=False, field_specifiers=(Field,))
class CheckedModel(BaseModel):
    """A frozen pydantic model that raises :class:`~plants.InputError` for what it refuses.

    Numbers are not made out of text, nor text out of numbers; a whole number serves as a number.
    Fields may be given by name or in their order. A field that is excluded (``exclude=True``) is
    no key of a file; a field with an alias has that name in files and in messages.

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
    >>> Gains(proportional=2).proportional, Gains(2.0, 0.1).integral
    (2.0, 0.1)
    >>> try:
    ...     Gains.read({"proportionl": 2.0}, source="mine.toml")
    ... except InputError as error:
    ...     print(error)
    mine.toml: proportional = (missing) is not allowed; allowed: a number
    mine.toml: key proportionl = 'proportionl' is not allowed; allowed: one of proportional,
    integral (did you mean proportional?)
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        arbitrary_types_allowed=True,
        populate_by_name=True,
        # A model is built when it is first used, not when the package is imported.
        defer_build=True,
    )

    def __init__(self, /, *values: Any, **data: Any):
        named = dict(zip(type(self).model_fields, values, strict=False))
        if len(named) < len(values) or not named.keys().isdisjoint(data):
            raise TypeError(f"{type(self).__name__}: too many values, or one given twice")
        named |= data
        try:
            super().__init__(**named)
        except ValidationError as error:
            raise refusals(error, type(self), source=self._source_of(named)) from None

    # Tells pydantic that models inside other ones need not go through this method.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def _source_of(cls, data: Mapping[str, Any]) -> str | None:
        """Where the values came from, when the values themselves tell it."""
        return None

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
        known = keys(cls)
        unknown = [name for name in content if name not in known]
        given = {name: value for name, value in content.items() if name in known}
        refused: list[InputError] = []
        try:
            made = cls.model_validate(_with_tuples(given))
        except ValidationError as error:
            refused.append(refusals(error, cls, source=source))
        refused += [unknown_name(f"key {name}", name, known, source=source) for name in unknown]
        refused += [
            unknown_name(f"key {location(place)}", place[-1], keys(inner), source=source)
            for place, inner in _excluded_in(cls, given)
        ]
        if refused:
            raise _as_in_file(all_errors(refused))
        return made

    def changed(self, **fields: Any) -> Self:
        """A copy with other fields, checked like a new one.

        Raises
        ------
        InputError
            Something is refused.
        """
        own = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**own | fields)

    def __setattr__(self, name: str, value: Any) -> None:
        raise FrozenError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise FrozenError(f"{type(self).__name__} is frozen: {name} cannot be deleted")


def keys(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys that a file may give a model."""
    fields = model.model_fields.items()
    return tuple(_key(name, field) for name, field in fields if not field.exclude)


def _excluded_in(
    model: type[BaseModel], content: Any, place: _Place = (), *, table: bool = False
) -> Iterator[tuple[_Place, type[BaseModel]]]:
    """Where a content gives an excluded field, and of which model; `table`: of models by name."""
    if isinstance(content, list | tuple):
        for number, each in enumerate(content):
            yield from _excluded_in(model, each, (*place, number), table=table)
    elif isinstance(content, Mapping):
        for name, value in content.items():
            here = (*place, name)
            field = _field_at(model, name)
            if table:
                yield from _excluded_in(model, value, here)
            elif field is not None and field.exclude:
                yield here, model
            elif field is not None and (inner := _model_in(field.annotation)) is not None:
                in_table = _is_table(field.annotation)
                yield from _excluded_in(inner, value, here, table=in_table)


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
    wanted = _WANTED.get(kind)
    allowed = part["msg"] if wanted is None else wanted.format(**part.get("ctx", {}))
    return InputError(path, value, allowed, source=source)


def _inside(path: str, error: InputError, source: str | None) -> InputError:
    inner = error.field if error.field.startswith("[") else f".{error.field}"
    field = f"{path}{inner}".strip(".")
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


def _key(name: str, field: FieldInfo) -> str:
    """What a field is called in a file."""
    alias = field.validation_alias
    return alias if isinstance(alias, str) else name


def _field_at(model: type[BaseModel] | None, key: int | str) -> FieldInfo | None:
    if model is None:
        return None
    fields = model.model_fields.items()
    return next((field for name, field in fields if key in (name, _key(name, field))), None)


def _keys_at(model: type[BaseModel], parts: _Place) -> _Place:
    """A place as the file has it, where the names of fields may differ from those of keys."""
    place: list[int | str] = []
    for part in parts:
        field = _field_at(_model_at(model, place), part)
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
        field = _field_at(here, part)
        here = None if field is None else _model_in(field.annotation)
        in_table = field is not None and _is_table(field.annotation)
    return here


def _is_table(annotation: Any) -> bool:
    origin = getattr(annotation, "__origin__", None)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in models if model is not None), None)


def _kind_at(model: type[BaseModel], parts: _Place) -> str:
    """What is wanted of a field, in words."""
    field = _field_at(_model_at(model, parts[:-1]), parts[-1])
    if field is None:
        return "a value"
    kind: Any = field.annotation
    told = (getattr(mark, "wanted", None) for mark in field.metadata)
    return next((wanted for wanted in told if wanted), _KINDS.get(kind, "a value"))


def _with_tuples(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {key: _with_tuples(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return tuple(_with_tuples(value) for value in content)
    return content


def _with_lists(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_lists(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_with_lists(each) for each in value]
    return value


def _as_in_file(error: InputError) -> InputError:
    """The same refusals with the values as the file has them."""
    return all_errors(
        [
            InputError(part.field, _with_lists(part.value), part.allowed, source=part.source)
            for part in each_error(error)
        ]
    )
