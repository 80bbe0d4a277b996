"""C in template files: text with ``$name`` where a size or generated lines go."""

from __future__ import annotations

import functools
import string
from pathlib import Path

_FOLDER = Path(__file__).parent / "templates"


def filled(template: str | Path, **values: object) -> str:
    """A template with its placeholders filled in, set off by an empty line before it.

    Parameters
    ----------
    template : str or Path
        Name of a file in the folder ``templates``, or the path of another one.
    **values
        What stands for each ``$name``; what the template does not name is left out.

    Raises
    ------
    KeyError
        A placeholder has no value; its name is the message.
    """
    return "\n" + _template(_FOLDER / template).substitute(values)


@functools.cache
def _template(path: Path) -> string.Template:
    return string.Template(path.read_text(encoding="utf-8"))
