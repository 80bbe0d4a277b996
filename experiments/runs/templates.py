"""Texts of results: pages from templates, which are files and not strings in code; tables."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2

_FOLDER = Path(__file__).parents[1] / "templates"


def render(template_name: str, **values: object) -> str:
    """The text of a template with its values filled in.

    A line that only holds a statement of the template leaves no line behind, nor does the text end
    in empty lines. Values are escaped in HTML alone.

    Parameters
    ----------
    template_name : str
        A file of ``experiments/templates``, with its ending.
    **values : object
        What the template names; one that is missing is an error.

    Raises
    ------
    jinja2.UndefinedError
        The template names a value that is not given.

    Examples
    --------
    >>> from experiments.runs import render
    >>> page = render("results_page.md", body="# Speed", provenance="Made today.")
    >>> page.splitlines()[0]
    '# Speed'
    """
    return _environment().get_template(template_name).render(**values).rstrip()


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2  # Only where something is written.

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        undefined=jinja2.StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown; numbers are written as short as they can be told apart.

    Examples
    --------
    >>> from experiments.runs import markdown_table
    >>> print(markdown_table(("name", "low"), [("map", -50.0)]))
    | name | low |
    |---|---|
    | map | -50 |
    """
    lines = [columns, ["---"] * len(columns), *rows]
    head, rule, *body = ("| " + " | ".join(map(_cell, line)) + " |" for line in lines)
    return "\n".join([head, rule.replace(" ", ""), *body])


def _cell(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).replace("|", r"\|")
    return f"{value:.10g}"
