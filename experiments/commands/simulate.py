"""``impellab simulate``: one patient on one pump."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from experiments.runs import (
    RUNS,
    JsonOption,
    RunsOption,
    SeedOption,
    emit,
    note,
    path_text,
    print_table,
    progress,
    say,
)


def command(
    patient: Annotated[str, typer.Option(help="Name of a patient, or path of a TOML file.")],
    device: Annotated[
        str, typer.Option(help="Name of a pump, path of a TOML file, two as in CP+RP, or none.")
    ] = "none",
    level: Annotated[
        str | None, typer.Option(help="P-level; with a controller, where it takes over.")
    ] = None,
    speed: Annotated[float | None, typer.Option(help="Speed [rpm] in place of a level.")] = None,
    right_level: Annotated[
        str | None, typer.Option(help="P-level of a right pump beside a left one.")
    ] = None,
    scenario: Annotated[
        str, typer.Option(help="Name of a scenario, or path of a TOML file.")
    ] = "none",
    rhythm: Annotated[
        str, typer.Option(help="A rhythm from `list rhythms`, seeded by --seed.")
    ] = "sinus",
    valve_disease: Annotated[
        list[str] | None,
        typer.Option(help="DISEASE:GRADE from `list valve-diseases`; may be given again."),
    ] = None,
    baroreflex: Annotated[
        bool, typer.Option("--baroreflex", help="Let the baroreflex work, beat by beat.")
    ] = False,
    slow: Annotated[
        bool, typer.Option("--slow", help="Run the slow clock beat by beat: blood, organs, limb.")
    ] = False,
    access: Annotated[
        str | None, typer.Option(help="The way in of the pump, from `list devices`.")
    ] = None,
    artery_diameter: Annotated[
        float | None, typer.Option(help="Inner diameter [mm] of that vessel: the pump must fit.")
    ] = None,
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
) -> int:
    """Simulate a patient on a pump, at a held level or under a controller."""
    from experiments.trials import HOLD, Trial, check_names, simulation
    from plants import Conditions
    from plants.quantities import ErrorCollector

    names = Trial(
        patient=patient,
        device=device,
        scenario=scenario,
        controller=controller or HOLD,
        seed=seed,
        tier=tier,
        level=level,
        speed=speed,
        spread=spread,
        therapy=therapy,
    )
    told = ErrorCollector()
    told.call(check_names, names)
    diseases = tuple(valve_disease or ())
    conditions = told.call(
        Conditions, right_level, rhythm, diseases, baroreflex, slow, access, artery_diameter
    )
    told.call(replace, names, duration=duration, period=period)
    told.tell()
    assert conditions is not None  # Told otherwise.
    trial = replace(names, duration=duration, period=period, conditions=conditions)
    with progress(f"{patient} on {device}", duration) as done:
        result = simulation(trial, runs=runs, controlled=controller is not None, progress=done)
    for text in result.notes:
        note(f"note: {text}")
    if not result.completed:
        note(f"impellab: {result.outcome}")
    code = 0 if result.completed else 1
    if as_json:
        emit(result.document())
        return code
    print_table(
        f"{result.title}: mean of the last beats",
        ("signal", "value", "unit", "meaning"),
        result.metric_rows(),
    )
    if controller is not None or not result.completed:
        print_table(
            f"the whole course ({result.outcome})",
            ("measure", "value", "unit", "meaning"),
            result.course_rows(),
        )
    say(f"figures, data and report: {path_text(result.folder)}")
    return code
