"""``impellab train``: learn a policy."""

from __future__ import annotations

import dataclasses
import itertools
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.runs import (
    RUNS,
    JsonOption,
    RunsOption,
    SeedOption,
    configuration,
    emit,
    json_object,
    path_text,
    print_table,
    progress,
    run_name,
    say,
)

if TYPE_CHECKING:
    from experiments.training import TrainingSettings

_REPEAT = "May be given more than once: one is drawn for each episode."


def command(
    algorithm: Annotated[
        str, typer.Option(help="ppo, sac (action speed) or dqn (action level, weaning).")
    ] = "ppo",
    environment: Annotated[str, typer.Option(help="A Gymnasium id.")] = "impellab/Support-v1",
    steps: Annotated[int, typer.Option(help="Control periods to learn from.")] = 100_000,
    seed: SeedOption = 0,
    patient: Annotated[list[str] | None, typer.Option(help=f"Name or TOML file. {_REPEAT}")] = None,
    spread: Annotated[
        float | None, typer.Option(help="Spread of individuals around the patient.")
    ] = None,
    cohort_size: Annotated[
        int | None, typer.Option(help="Different individuals of each patient; default: no end.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="Name or TOML file.")] = None,
    scenario: Annotated[
        list[str] | None, typer.Option(help=f"Name or TOML file. {_REPEAT}")
    ] = None,
    start: Annotated[
        list[str] | None, typer.Option(help=f"P-level at the beginning. {_REPEAT}")
    ] = None,
    case: Annotated[
        list[str] | None, typer.Option(help=f"Weaning: what becomes of the patient. {_REPEAT}")
    ] = None,
    events: Annotated[
        list[str] | None, typer.Option(help=f"Weaning: preset of what happens besides. {_REPEAT}")
    ] = None,
    begin: Annotated[
        list[int] | None, typer.Option(help=f"Weaning: hours before the first decision. {_REPEAT}")
    ] = None,
    tier: Annotated[str | None, typer.Option(help="console, icu or full.")] = None,
    action: Annotated[str | None, typer.Option(help="speed or level.")] = None,
    environments: Annotated[
        int | None, typer.Option(help="Environments side by side; default: the algorithm's.")
    ] = None,
    hyperparameters: Annotated[
        str, typer.Option(help="JSON object of arguments of the algorithm.")
    ] = "{}",
    checkpoint_interval: Annotated[
        int, typer.Option(help="Steps between two checkpoints.")
    ] = 10_000,
    evaluation_episodes: Annotated[int, typer.Option(help="Episodes of the evaluation.")] = 20,
    resume: Annotated[
        Path | None,
        typer.Option(help="Run folder of a training to go on with; other options are its own."),
    ] = None,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> None:
    """Learn a policy in an environment, with checkpoints, TensorBoard logs and an evaluation."""
    from experiments.training import TrainingSettings, train

    given = {
        "patient": patient,
        "spread": spread,
        "cohort_size": cohort_size,
        "device": device,
        "scenario": scenario,
        "start": start,
        "tier": tier,
        "action": action,
        "case": case,
        "events": events,
        "begin": begin,
    }
    side_by_side = {} if environments is None else {"environments": environments}
    if resume is not None:
        folder, settings = resume, None
        total = TrainingSettings.load(resume).steps
    else:
        settings = TrainingSettings(
            algorithm,
            environment,
            steps,
            seed,
            arguments={name: _one_or_more(v) for name, v in given.items() if v is not None},
            hyperparameters=json_object("hyperparameters", hyperparameters) | side_by_side,
            checkpoint_interval=checkpoint_interval,
            evaluation_episodes=evaluation_episodes,
            command=shlex.join(["impellab", *sys.argv[1:]]),
        )
        folder, total = _unused(runs / run_name("train", _apart_from_command(settings))), steps
    try:
        with progress("training", total) as done:
            result = train(
                folder,
                settings,
                resume=resume is not None,
                progress=done,
                record=configuration("train", _apart_from_command(settings), {"seed": seed}),
            )
    except KeyboardInterrupt:
        hint = f"(go on with: impellab train --resume {path_text(folder)})"
        raise KeyboardInterrupt(hint if folder.is_dir() else "") from None
    if as_json:
        emit(
            {
                "run": result.folder.absolute(),
                "policy": result.policy.absolute(),
                "steps": result.steps,
                "metrics": result.metrics,
            }
        )
        return
    print_table("evaluation", ("metric", "value"), list(result.metrics.items()))
    say(f"policy: {path_text(result.policy)} (controller policy:{path_text(result.policy)})")


def _apart_from_command(settings: TrainingSettings | None) -> dict[str, Any]:
    """The settings as options; the same training by another command line has the same ones."""
    options = dataclasses.asdict(settings) if settings is not None else {}
    return {name: value for name, value in options.items() if name != "command"}


def _unused(folder: Path) -> Path:
    """The folder, or a numbered one beside it where it is there already."""
    numbered = (folder.with_name(f"{folder.name}-{number}") for number in itertools.count(2))
    return next(path for path in itertools.chain([folder], numbered) if not path.exists())


def _one_or_more(value: Any) -> Any:
    """A list of one as its only item: the environment then draws nothing."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value
