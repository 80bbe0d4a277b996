"""``impellab export``: a policy learned elsewhere as a policy folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.runs import JsonOption, emit, json_object, path_text, print_table, say


def command(
    model: Annotated[
        Path,
        typer.Option(
            help="File of stable-baselines3, sb3-contrib or CleanRL, or folder of rl-zoo."
        ),
    ],
    folder: Annotated[Path, typer.Option(help="Where to; must not be there.")],
    environment: Annotated[
        str, typer.Option(help="A Gymnasium id: where it was learned.")
    ] = "impellab/Support-v1",
    arguments: Annotated[
        str, typer.Option(help="JSON object of arguments of the environment.")
    ] = "{}",
    normalisation: Annotated[
        Path | None, typer.Option(help="File of a VecNormalize that scaled the observations.")
    ] = None,
    activation: Annotated[
        str | None, typer.Option(help="Between the layers; default: what the model says.")
    ] = None,
    evaluation_episodes: Annotated[int, typer.Option(help="Episodes of the evaluation.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Write a policy learned elsewhere as a policy folder, and evaluate it."""
    from controllers.policy import check_libraries, read_policy
    from experiments.training import export_policy

    check_libraries("model", str(model))
    made = export_policy(
        model,
        folder,
        environment=environment,
        arguments=json_object("arguments", arguments),
        normalisation=normalisation,
        activation=activation,
        evaluation_episodes=evaluation_episodes,
    )
    metrics = read_policy(made).metrics
    if as_json:
        emit({"policy": made.absolute(), "metrics": metrics})
        return
    print_table("evaluation", ("metric", "value"), list(metrics.items()))
    say(f"policy: {path_text(made)} (controller policy:{path_text(made)})")
