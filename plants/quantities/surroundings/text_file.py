"""Text that a user wrote: UTF-8 with or without a byte-order mark, not too long or deep, printable.

A few kilobytes of nested lists or of one dotted key can cost a parser minutes and all memory, so
both are measured before anything is parsed.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import tomllib
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any

#: Most bytes of a file that a user gives; those of patients have some ten thousand.
MOST_BYTES = 2**20
#: Most levels of tables and lists in one another, and most parts of a dotted key.
MOST_LEVELS = 32

#: What steers a terminal or has no place in UTF-8: control characters but line breaks and tabs,
#: marks that turn the direction of writing, half a pair.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_TOML_TEXT = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)'  # strings of several lines, then of one, then comments
    r"|'''.*?(?:'''|\Z)"
    r'|"(?:\\.|[^"\\\n])*"?'
    r"|'[^'\n]*'?"
    r"|#[^\n]*",
    re.DOTALL,
)
_JSON_TEXT = re.compile(r'"(?:\\.|[^"\\])*"?', re.DOTALL)
_DOTTED = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MOST_LEVELS}}}")


def read_text(path: str | PathLike[str], *, most: int | None = MOST_BYTES) -> str:
    """The text of a file in UTF-8, without a byte-order mark.

    Parameters
    ----------
    path : str or path
        The file.
    most : int, optional
        Most bytes it may have; None for any number, of files that the project wrote.

    Raises
    ------
    OSError
        It cannot be read.
    ValueError
        It is too large or not in UTF-8.
    """
    # One that never ends, or waits for somebody to write, is not opened.
    if not stat.S_ISREG(mode := os.stat(path).st_mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))
    with Path(path).open("rb") as stream:
        content = stream.read(-1 if most is None else most + 1)
    if most is not None and len(content) > most:
        raise ValueError(f"longer than {most} bytes")
    return content.decode("utf-8-sig")


def parse_toml(text: str) -> dict[str, Any]:
    """What a text in TOML says.

    Raises
    ------
    ValueError
        It is no TOML, or nested too deeply.

    Examples
    --------
    >>> from plants.quantities.surroundings.text_file import parse_toml
    >>> parse_toml("a.b = 1")
    {'a': {'b': 1}}
    >>> parse_toml("x = " + 1000 * "[")
    Traceback (most recent call last):
    ValueError: more than 32 levels in one another
    """
    bare = _TOML_TEXT.sub(lambda match: "" if match[0].startswith("#") else "text", text)
    _check_levels(re.findall(r"[\[\]{}]", bare))
    if _DOTTED.search(bare):
        raise ValueError(f"a key of more than {MOST_LEVELS} parts")
    return tomllib.loads(text)


def parse_json(text: str) -> Any:
    """What a text in JSON says.

    Raises
    ------
    ValueError
        It is no JSON, or nested too deeply.
    """
    _check_levels(re.findall(r"[\[\]{}]", _JSON_TEXT.sub("", text)))
    return json.loads(text)


def read_json(path: str | PathLike[str], *, most: int | None = MOST_BYTES) -> Any:
    """What a file in JSON says; see :func:`read_text` and :func:`parse_json`.

    Raises
    ------
    OSError
        It cannot be read.
    ValueError
        It is too large, not in UTF-8, no JSON or nested too deeply.
    """
    return parse_json(read_text(path, most=most))


def _check_levels(brackets: Iterable[str]) -> None:
    level = 0
    for bracket in brackets:
        level += 1 if bracket in "[{" else -1
        if level > MOST_LEVELS:
            raise ValueError(f"more than {MOST_LEVELS} levels in one another")


def printable(text: str) -> str:
    """The text with an escape for every character that would steer a terminal.

    Examples
    --------
    >>> from plants.quantities import printable
    >>> print(printable("red \\x1b[31m"))
    red \\x1b[31m
    """
    return UNPRINTABLE.sub(lambda character: ascii(character[0])[1:-1], text)
