"""Checked models: frozen settings and file contents whose refusals are told all at once.

Files and settings of the project are pydantic models of this kind, so that a wrong key, a wrong
kind of value and a value out of its range are refused in one way, with the nearest known name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self, dataclass_transform

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from plants.quantities.errors import FrozenError, InputError, all_errors, each_error, unknown_name
from plants.quantities.model_refusals import (
    Place,
    field_at,
    is_table,
    keys,
    location,
    model_in,
    refusals,
)


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
    mine.toml: proportional is missing; allowed: a number
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

    #: Keys of a file besides the fields: those that a subclass reads itself, before :meth:`read`.
    FURTHER_KEYS: ClassVar[tuple[str, ...]] = ()

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

    def _contradictions(self) -> Iterable[InputError]:
        """What is wrong with the fields taken together; a subclass gives its own, or raises."""
        return ()

    @model_validator(mode="after")
    def _refuse_contradictions(self) -> Self:
        if refused := list(self._contradictions()):
            raise all_errors(refused)
        return self

    @classmethod
    def read(cls, content: Mapping[str, Any], *, source: str) -> Self:
        """The model that a file's content describes.

        Parameters
        ----------
        content : mapping
            As read from TOML; lists become tuples.
        source : str
            The file, for error messages; "" where there is none to tell.

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


def _excluded_in(
    model: type[BaseModel], content: Any, place: Place = (), *, table: bool = False
) -> Iterator[tuple[Place, type[BaseModel]]]:
    """Where a content gives an excluded field, and of which model; `table`: of models by name."""
    if isinstance(content, list | tuple):
        for number, each in enumerate(content):
            yield from _excluded_in(model, each, (*place, number), table=table)
    elif isinstance(content, Mapping):
        for name, value in content.items():
            here = (*place, name)
            field = field_at(model, name)
            if table:
                yield from _excluded_in(model, value, here)
            elif field is not None and field.exclude:
                yield here, model
            elif field is not None and (inner := model_in(field.annotation)) is not None:
                in_table = is_table(field.annotation)
                yield from _excluded_in(inner, value, here, table=in_table)


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
