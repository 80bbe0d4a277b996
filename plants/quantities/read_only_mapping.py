"""Read-only mappings, which copy and pickle like any other value.

Python itself refuses to: what holds one, as a virtual patient does, could be neither copied in
mid-course nor sent to another process.
"""

from __future__ import annotations

import copyreg
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


def read_only(content: Mapping[Key, Value]) -> MappingProxyType[Key, Value]:
    """A read-only mapping of a copy of the content.

    Examples
    --------
    >>> import pickle
    >>> from plants.quantities import read_only
    >>> pickle.loads(pickle.dumps(read_only({"map": 65.0})))["map"]
    65.0
    """
    return MappingProxyType(dict(content))


def _parts(mapping: MappingProxyType[Key, Value]) -> tuple[object, ...]:
    return read_only, (dict(mapping),)


copyreg.pickle(MappingProxyType, _parts)  # type: ignore[arg-type]  # the stub knows no generics
