"""``impellab list``: what there is to choose from."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from experiments.output import JsonOption, emit, print_table


def command(
    what: Annotated[
        str, typer.Argument(help="patients, devices, scenarios, controllers or environments.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """List patients, devices, scenarios, controllers or environments."""
    from experiments.catalogue import listing

    rows = listing(what)
    if as_json:
        emit({what: rows})
        return
    columns, cells = _COLUMNS.get(what, (("name", "description"), _described))
    print_table(what, columns, [cells(row) for row in rows])


def _described(row: dict[str, Any]) -> list[object]:
    return [row["name"], row["description"]]


def _patient(row: dict[str, Any]) -> list[object]:
    targets = row["targets"]
    shown = [targets.get(name) for name in ("map", "cardiac_output", "pcwp")]
    return [row["name"], *shown, row["description"]]


def _device(row: dict[str, Any]) -> list[object]:
    levels = row["levels"]
    return [
        row["name"],
        f"{levels[0]['name']} to {levels[-1]['name']}",
        row["max_rpm"],
        row["description"],
    ]


_COLUMNS = {
    "patients": (
        ("name", "MAP [mmHg]", "total flow [L/min]", "PCWP [mmHg]", "description"),
        _patient,
    ),
    "devices": (("name", "levels", "highest speed [rpm]", "description"), _device),
}
