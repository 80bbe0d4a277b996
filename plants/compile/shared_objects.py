"""What is made once in a process, shared by all copies of its users, and made again in another.

Compiled code has an address in one process only. Whatever runs on it, a simulator or an environment
in mid-course, can be copied and sent to another process all the same, because a copy refers to how
the code was made and not to the code.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

Arguments = ParamSpec("Arguments")
Product = TypeVar("Product")


class Shared:
    """What a function under :func:`shared` makes; copied and pickled as a call of that function."""

    _made_by: tuple[Callable[[], Any], tuple[()]]

    def __reduce__(self) -> tuple[Any, ...]:
        return self._made_by


def shared(maker: Callable[Arguments, Product]) -> Callable[Arguments, Product]:
    """A function of a module that makes a :class:`Shared` for the same arguments only once."""

    @functools.cache
    @functools.wraps(maker)
    def made(*values: Any, **named: Any) -> Any:
        product: Any = maker(*values, **named)
        product._made_by = functools.partial(made, *values, **named), ()
        return product

    return cast(Callable[Arguments, Product], made)
