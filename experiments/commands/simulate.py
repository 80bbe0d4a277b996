"""``impellab simulate``: one patient on one pump."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.output import (
    JsonOption,
    SeedOption,
    emit,
    note,
    path_text,
    print_table,
    progress,
    say,
)
from experiments.run_folder import RUNS, RunsOption


def command(
    patient: Annotated[str, typer.Option(help="Name of a patient, or path of a TOML file.")],
    device: Annotated[
        str, typer.Option(help="Name of a pump, path of a TOML file, or none.")
    ] = "none",
    level: Annotated[
        str | None, typer.Option(help="P-level; with a controller, where it takes over.")
    ] = None,
    speed: Annotated[float | None, typer.Option(help="Speed [rpm] in place of a level.")] = None,
    scenario: Annotated[
        str, typer.Option(help="Name of a scenario, or path of a TOML file.")
    ] = "none",
    controller: Annotated[
        str | None,
        typer.Option(help="Closes the loop: a name from `list controllers`, or FILE.py:CLASS."),
    ] = None,
    duration: Annotated[float, typer.Option(help="Simulated time [s].")] = 30.0,
    period: Annotated[float, typer.Option(help="Control period [s].")] = 1.0,
    tier: Annotated[str, typer.Option(help="Sensors: console, icu or full.")] = "icu",
    spread: Annotated[
        float, typer.Option(help="How far the individual differs from the patient; 0: not at all.")
    ] = 0.0,
    therapy: Annotated[
        str, typer.Option(help="Name of a therapy, or path of a TOML file.")
    ] = "default",
    seed: SeedOption = 0,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> None:
    """Simulate a patient on a pump, at a held level or under a controller."""
    from experiments.simulation import simulation

    with progress(f"{patient} on {device}", duration) as done:
        result = simulation(
            patient=patient, device=device, level=level, speed=speed, scenario=scenario,
            controller=controller, duration=duration, period=period, tier=tier, spread=spread,
            therapy=therapy, seed=seed, runs=runs, progress=done,
        )  # fmt: skip
    for text in result.notes:
        note(f"note: {text}")
    if as_json:
        emit(result.document())
        return
    print_table(
        f"{result.title}: mean of the last beats", ("signal", "value", "unit", "meaning"),
        result.metric_rows(),
    )  # fmt: skip
    if controller is not None:
        print_table(
            f"the whole course ({result.outcome})", ("measure", "value", "unit", "meaning"),
            result.course_rows(),
        )  # fmt: skip
    say(f"figures, data and report: {path_text(result.folder)}")
