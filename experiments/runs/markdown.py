"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


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
