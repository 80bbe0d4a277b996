"""Results of a study on the disk, read when they are asked for."""

from __future__ import annotations

import contextlib
import enum
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter

from experiments.runs.study import Study
from experiments.runs.work_folder import WorkFolder

_Result = TypeVar("_Result")


class KeptResults(Sequence[_Result]):
    """The results of a study in the order of its cases, read from the disk when they are asked for.

    All results together may be more than needs to be held at once.

    Attributes
    ----------
    before : int
        How many were done when the job went on.
    """

    def __init__(self, study: Study[Any, Any, _Result], work: WorkFolder, keys: Sequence[str]):
        self._work, self._keys = work, keys
        self._adapter = TypeAdapter(study.result)
        self.before = 0

    def done(self) -> Iterator[str]:
        """Keys of what is done; a file that cannot be read counts as not done."""
        wanted = set(self._keys)
        for key in self._work.kept_keys():
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                if key in wanted:
                    self.read(key)
                    yield key

    def read(self, key: str) -> _Result:
        """The result of a case."""
        result: _Result = self._adapter.validate_python(self._work.read(key)["result"])
        return result

    def write(self, key: str, result: _Result) -> None:
        """Keep the result of a case."""
        plain = self._adapter.dump_python(result)
        self._work.keep(key, json.dumps({"result": plain}, default=_plain))

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self.read(key) for key in self._keys[index]]
        return self.read(self._keys[index])


def _plain(value: Any) -> Any:
    """What json.dumps does not know: numbers and arrays of NumPy, members of enums, and paths."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} cannot be kept")
