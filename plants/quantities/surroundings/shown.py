"""How an object shows itself: one line at the prompt, a small table in a notebook."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping

from plants.quantities.surroundings.text_file import printable

# A text of a user's file may be of any length.
_WIDTH = 60


class Shown:
    """Base of what shows itself by a few words and numbers, not by all that it holds.

    A subclass says which in :meth:`_shown`.

    Examples
    --------
    >>> from plants import Pump
    >>> Pump.load("CP")
    <Pump name='CP' side='left' levels='P-0 to P-9' max_rpm=46000>
    """

    def _shown(self) -> Mapping[str, object]:
        """The parts shown, by name."""
        raise NotImplementedError

    def __repr__(self) -> str:
        parts = [f"{name}={_line(value, quoted=True)}" for name, value in self._shown().items()]
        return f"<{' '.join([type(self).__name__, *parts])}>"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{html.escape(name)}</th><td>{html.escape(_line(value))}</td></tr>"
            for name, value in self._shown().items()
        )
        return f"<table><caption>{type(self).__name__}</caption>{rows}</table>"


def _line(value: object, *, quoted: bool = False) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if not isinstance(value, str):
        return str(value)
    text = textwrap.shorten(value, _WIDTH, placeholder=" ...")
    return repr(text) if quoted else printable(text)
