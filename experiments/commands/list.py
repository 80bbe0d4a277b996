"""``impellab list``: what there is to choose from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from experiments.runs import JsonOption, emit, print_table
from plants.pumps import level_number
from plants.quantities import HOURS_PER_DAY


def command(
    what: Annotated[
        str,
        typer.Argument(
            help="patients, devices, scenarios, rhythms, valve-diseases, controllers, "
            "step-policies, environments."
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """List patients, devices, scenarios, rhythms, valve diseases, controllers, environments ..."""
    from experiments.trials import listing

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
    hours = row["label_hours"]
    return [
        row["name"],
        row["side"],
        _levels([level["name"] for level in levels]),
        row["max_rpm"],
        row["french"]["pump"],
        ", ".join(f"{indication} {_span(limit)}" for indication, limit in hours.items()),
        ", ".join(row["access"]),
        row["description"],
    ]


def _levels(names: list[str]) -> str:
    """From the first to the last; a gap after the first, as the RP has, is shown."""
    numbers = [level_number(name) for name in names]
    if len(numbers) > 1 and numbers[1] != numbers[0] + 1:
        return f"{names[0]}, {names[1]} to {names[-1]}"
    return f"{names[0]} to {names[-1]}"


def _span(hours: float) -> str:
    return f"{hours / HOURS_PER_DAY:g} d" if hours >= HOURS_PER_DAY else f"{hours:g} h"


def _scenario(row: dict[str, Any]) -> list[object]:
    acting = dict.fromkeys(event["disturbance"] for event in row["events"])
    return [row["name"], ", ".join(acting), row["description"]]


def _disease(row: dict[str, Any]) -> list[object]:
    grades = (f"{name} {grade['area_cm2']:g}" for name, grade in row["grades"].items())
    return [row["name"], ", ".join(grades), row["description"]]


_COLUMNS: dict[str, tuple[tuple[str, ...], Callable[[dict[str, Any]], list[object]]]] = {
    "patients": (
        ("name", "MAP [mmHg]", "total flow [L/min]", "PCWP [mmHg]", "description"),
        _patient,
    ),
    "devices": (
        (
            *("name", "side", "levels", "highest speed [rpm]", "size [Fr]"),
            *("label", "access", "description"),
        ),
        _device,
    ),
    "scenarios": (("name", "acts on", "description"), _scenario),
    "valve-diseases": (("name", "orifice by grade [cm2]", "description"), _disease),
}
