"""The command of a study: its settings as options, and the options that all studies share."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import typer
from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from experiments.runs.folder import RUNS, RunsOption
from experiments.runs.output import JsonOption, emit, note, path_text, print_table, progress, say
from experiments.runs.results import ResultsOption
from experiments.runs.resumable_study import KNOWS_SETTINGS, StudyRun, run_study
from experiments.runs.settings import Settings, as_typed, option_fields, option_name, option_words
from experiments.runs.study import Findings, Study
from plants.quantities import ErrorCollector, InputError, load_toml, parse_json, unknown_name

WorkersOption = Annotated[
    int | None, typer.Option(help="Number of processes; by default one for each core.")
]
ClusterOption = Annotated[
    str | None, typer.Option(help="Address of a Dask scheduler to run on instead.")
]
ResumeOption = Annotated[
    Path | None, typer.Option(help="Folder of an interrupted run to go on with.")
]
SettingsOption = Annotated[
    Path | None, typer.Option("--settings", help="TOML file of settings; options go before it.")
]
_SHARED: dict[str, tuple[Any, Any]] = {
    "settings_file": (SettingsOption, None),
    "workers": (WorkersOption, None),
    "cluster": (ClusterOption, None),
    "resume": (ResumeOption, None),
    "results": (ResultsOption, False),
    "runs": (RunsOption, RUNS),
    "as_json": (JsonOption, False),
}


def study_command(study: Study[Any, Any, Any], explanation: str) -> Callable[..., int]:
    """The function of a study's subcommand.

    Parameters
    ----------
    study : Study
        What the command runs, with options for its settings.
    explanation : str
        Help of the command.

    Returns
    -------
    callable
        Takes every field of the settings and the shared options by name, and gives the exit code:
        1 if something that was expected does not hold.
    """

    def command(**options: Any) -> int:
        shared = {name: options.pop(name) for name in _SHARED}
        given = {name: value for name, value in options.items() if value not in (None, [])}
        return run_command_of(study, given, **shared)

    parameters = {
        name: (_option(name, info), None) for name, info in option_fields(study.settings).items()
    } | _SHARED
    command.__doc__ = explanation
    command.__annotations__ = {name: kind for name, (kind, _) in parameters.items()}
    command.__annotations__["return"] = int
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
            )
            for name, (kind, default) in parameters.items()
        ],
        return_annotation=int,
    )
    return command


def run_command_of(
    study: Study[Any, Any, Any],
    given: dict[str, Any],
    *,
    settings_file: Path | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    resume: Path | None = None,
    results: bool = False,
    runs: Path = RUNS,
    as_json: bool = False,
) -> int:
    """Run a study as its command does, and print what it shows; gives the exit code.

    Raises
    ------
    InputError
        A setting is refused, or `resume` comes with settings: the folder knows them.
    """
    # Those that are files of a user's own must be named again; see run_study.
    controllers = given.pop("controllers", ()) if resume is not None else ()
    if resume is not None and (given or settings_file is not None):
        fields = option_fields(study.settings)
        words = [] if settings_file is None else ["--settings", str(settings_file)]
        for name, value in given.items():
            words += option_words(option_name(name, fields[name]).name, value)
        raise InputError("resume", " ".join(words), KNOWS_SETTINGS)
    chosen = None if resume is not None else read_settings(study, given, settings_file)
    with progress(study.unit, 1.0) as done:
        run = run_study(
            study,
            chosen,
            runs=runs,
            resume=resume,
            controllers=controllers,
            workers=workers,
            cluster=cluster,
            results=results,
            progress=done,
        )
    return print_study(run, as_json=as_json)


def print_study(run: StudyRun[Any], *, as_json: bool) -> int:
    """Print what a study shows, as tables or as one JSON document; gives the exit code."""
    if as_json:
        emit(run.document())
    else:
        _print_tables(run.findings, run.folder)
    if run.findings.warning:
        note(f"impellab: {run.findings.warning}")
    return 1 if run.findings.held is False else 0


def read_settings(
    study: Study[Any, Any, Any], given: dict[str, Any], file: Path | None
) -> Settings:
    """Settings from a file and from options, which go before it.

    Raises
    ------
    InputError
        The file cannot be read, or a setting is refused.
    """
    collector = ErrorCollector()
    content, source = ({}, "") if file is None else _settings_table(study, file, collector)
    options = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }
    typed = {
        name: f"--{option_name(name, info).name}"
        for name, info in option_fields(study.settings).items()
        if file is None or name in options
    }

    def read() -> Settings:
        try:
            return study.settings.read(content | options, source="")
        except InputError as error:
            raise as_typed(error, typed, source) from None

    settings = collector.call(read)
    collector.tell()
    assert settings is not None  # Told otherwise.
    return settings


def _settings_table(
    study: Study[Any, Any, Any], file: Path, collector: ErrorCollector
) -> tuple[dict[str, Any], str]:
    """The table ``[settings]`` of a file, or all of it where there is no such table."""
    content, source = load_toml(file, "", "settings")
    named = content.pop("study", study.name)
    if named != study.name:
        raise InputError("study", named, study.name, source=source)
    settings = content
    if "settings" in content:
        settings = content.pop("settings")
        for name in content:
            collector.add(unknown_name(f"key {name}", name, ("study", "settings"), source=source))
    if not isinstance(settings, dict):
        collector.add(InputError("settings", settings, "a table", source=source))
        return {}, source
    known = option_fields(study.settings)
    hidden = [name for name in study.settings.model_fields if name not in known]
    for name in (name for name in hidden if name in settings):
        collector.add(unknown_name(f"key {name}", name, known, source=source))
        del settings[name]
    return settings, source


def _print_tables(findings: Findings, folder: Path) -> None:
    tables = findings.printed
    if not tables:
        name, table = next(iter(findings.tables.items()))
        print_table(name, list(table.columns), table.values.tolist())
    for title, columns, rows in tables:
        print_table(title, list(columns), [list(row) for row in rows])
    if text := findings.summary if findings.printed_text is None else findings.printed_text:
        say(text)
    say(f"tables, figures and report: {path_text(folder)}")


def _option(name: str, info: FieldInfo) -> Any:
    """The option of a setting: not given, it is None, so that a file may say it."""
    kind = _plain_kind(info.annotation)
    default = info.get_default(call_default_factory=True)
    flag = f"--{option_name(name, info).name}"
    if isinstance(default, tuple):
        default = ", ".join(map(str, default))
    # Typer is told of no default, so that a file may say what the command line does not.
    if kind is bool:  # A flag that is not given is off, which nobody needs to be told.
        default = flag[2:] if default else None
    shown = "" if default in (None, "") else f"[default: {default}]"
    names = [f"{flag}/--no-{flag[2:]}"] if kind is bool and default else [flag]
    option = typer.Option(
        *names, help=" ".join(filter(None, [info.description, _bounds(info), shown]))
    )
    return Annotated[kind | None, option]


def _bounds(info: FieldInfo) -> str:
    """The bounds of a number in words. The settings check them, so that all refusals are told."""
    words = []
    for limit in info.metadata:
        match limit:
            case Ge():
                words.append(f"{limit.ge:g} or more")
            case Gt():
                words.append(f"more than {limit.gt:g}")
            case Le():
                words.append(f"{limit.le:g} or less")
            case Lt():
                words.append(f"less than {limit.lt:g}")
    return f"({', '.join(words)})" if words else ""


def _plain_kind(annotation: Any) -> Any:
    """What Typer is told of the kind of a setting."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return _plain_kind(kinds[0])
    if origin is tuple:
        return list[_plain_kind(get_args(annotation)[0])]  # type: ignore[misc]
    if origin is Annotated:
        return _plain_kind(get_args(annotation)[0])
    if annotation in (int, float, bool, str, Path):
        return annotation
    return str


def json_object(field: str, text: str) -> dict[str, Any]:
    """What an option says that takes an object in JSON.

    Raises
    ------
    InputError
        It is no object in JSON.
    """
    try:
        value = parse_json(text)
    except ValueError as error:
        raise InputError(field, text, f"a JSON object ({error})") from None
    if not isinstance(value, dict):
        raise InputError(field, text, "a JSON object")
    return value
