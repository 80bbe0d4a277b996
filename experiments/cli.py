"""The command line ``impellab``: finds its subcommands, and turns errors into a line and a code.

Every module of :mod:`experiments.commands` is a subcommand of the module's name, and its function
``command`` is what runs; the commands of the other studies are made from their declarations, in the
table of :mod:`experiments.studies`. Only the module of the command asked for is imported.

Exit codes: 0 done, 1 done but a check failed (or a simulation that could not go on), 2 bad input,
130 interrupted.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import pkgutil
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TextIO

import typer
import typer.core
from pydantic import ValidationError

import experiments.commands
from experiments.runs import (
    DEBUG,
    RunError,
    as_typed,
    note,
    plain_streams,
    reserved_stdout,
    study_command,
)
from experiments.studies import STUDY_COMMANDS
from plants import InputError, PhysicsError
from plants.quantities import each_error

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
# Newer releases of Typer carry a click of their own: their usage errors have a common base, but no
# name for it that all releases share.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
# What is wanted of an option, by the first word of pydantic's kind of error.
_NUMBERS = {"float": "a number", "int": "a whole number", "bool": "true or false"}
_HELP = (
    "Models, controllers and environments for research on pump-speed control of percutaneous "
    "heart pumps. A research instrument, never a medical device."
)


class CommandFailure(Exception):
    """A command that ended with an exit code and what is said of it, a line for each mistake."""

    def __init__(self, code: int, *messages: str):
        super().__init__(*messages)
        self.code, self.messages = code, messages


class _Commands(typer.core.TyperGroup):
    """The subcommands; the error of an unknown one names the choices."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except _UsageError as error:
            text = f"{_usage_text(error)} Commands: {', '.join(command_names())}."
            raise CommandFailure(BAD_INPUT, text) from None


def command_names() -> tuple[str, ...]:
    """Names of the subcommands."""
    modules = pkgutil.iter_modules(experiments.commands.__path__)
    return tuple(sorted([*STUDY_COMMANDS, *(module.name for module in modules)]))


def application(only: str | None = None) -> typer.Typer:
    """The command line with all its subcommands, or with one.

    Parameters
    ----------
    only : str, optional
        The one subcommand to import.
    """
    app = typer.Typer(
        name="impellab",
        cls=_Commands,
        help=_HELP,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # Units stand in brackets, which markup would swallow.
    )
    app.callback()(_options)
    for name in command_names() if only is None else (only,):
        app.command(name)(_guarded(_command(name)))
    return app


def _command(name: str) -> Callable[..., int | None]:
    """What runs as the subcommand of that name."""
    if name in STUDY_COMMANDS:
        study = STUDY_COMMANDS[name]
        return study_command(study.load(), study.explanation)
    command: Callable[..., int | None] = importlib.import_module(
        f"experiments.commands.{name}"
    ).command
    return command


def _show_version(wanted: bool) -> None:
    if wanted:
        from experiments.runs import versions

        print(f"impellab {versions().get('impellab', '(not installed)')}")
        raise typer.Exit()


def _options(
    version: bool = typer.Option(
        False, "--version", help="Print the version.", is_eager=True, callback=_show_version
    ),
) -> None:
    pass


def _guarded(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """The command with standard output kept for its JSON document where it is asked for one."""

    @functools.wraps(function)
    def run(*args: Any, **options: Any) -> int | None:
        # Raised again in run_command: what passes through Typer would be printed its way.
        try:
            with reserved_stdout() if options.get("as_json") else contextlib.nullcontext():
                code = function(*args, **options)
                sys.stdout.flush()
                return code
        except (typer.Exit, typer.Abort, _UsageError):
            raise
        except InputError as error:
            raise _failure(as_typed(error, _option_names(function))) from error
        except BaseException as error:
            raise _failure(error) from error

    return run


def _option_names(function: Callable[..., int | None]) -> dict[str, str]:
    """What is typed for an option of a command, by the argument and by the option's own name."""
    app = typer.Typer(add_completion=False)
    app.command()(function)
    names: dict[str, str] = {}
    for parameter in typer.main.get_command(app).params:
        for typed in (option for option in parameter.opts if option.startswith("--")):
            names |= {str(parameter.name): typed, typed[2:].replace("-", "_"): typed}
    return names


def _failure(error: BaseException) -> CommandFailure:
    """The exit code of an error and the lines that tell it."""
    if isinstance(error, InputError):
        return CommandFailure(BAD_INPUT, *(str(refusal) for refusal in each_error(error)))
    if isinstance(error, PhysicsError | RunError):
        return CommandFailure(FAILED, str(error))
    if isinstance(error, KeyboardInterrupt):
        return CommandFailure(INTERRUPTED, f"interrupted {error}")
    if isinstance(error, BrokenPipeError):  # The reader has seen enough.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CommandFailure(FAILED)
    if isinstance(error, OSError):
        about = f" ({error.filename})" if error.filename else ""
        return CommandFailure(BAD_INPUT, f"{error.strerror or error}{about}")
    if isinstance(error, SystemExit):
        return CommandFailure(error.code if isinstance(error.code, int) else FAILED)
    if os.environ.get(DEBUG):
        raise error
    text = f"{type(error).__name__}: {error}"
    hint = f"this is a defect; {DEBUG}=1 prints where it happened"
    return CommandFailure(FAILED, f"{text} ({hint})")


def run_command(arguments: Sequence[str]) -> int:
    """Run a command line; print an error, if any, in a line, several mistakes in as many.

    Parameters
    ----------
    arguments : sequence of str
        What follows the program's name.

    Returns
    -------
    int
        The exit code.

    Examples
    --------
    >>> from experiments.cli import run_command
    >>> run_command(["list", "nonsense"])
    2
    """
    given = list(arguments)
    only = given[0] if given and given[0] in command_names() else None
    if not given:
        given = ["--help"]
    try:
        group = typer.main.get_command(application(only))
        result = group.main(given, prog_name="impellab", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except CommandFailure as failure:
        return _reported(failure)
    except _UsageError as error:
        return _reported(CommandFailure(BAD_INPUT, _usage(error)))
    except typer.Abort:
        return _reported(CommandFailure(INTERRUPTED, "interrupted"))
    except typer.Exit as error:
        return int(error.exit_code)
    except BaseException as error:
        return _reported(_failure(error))


def _one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning as a user of the command line should see it: what it says, not where."""
    _tell_once(str(message))


@functools.cache
def _tell_once(warning: str) -> None:
    """A worker may be warned of what this process was warned of already."""
    note(f"impellab: {warning}")


def _usage(error: Exception) -> str:
    """A usage error in one line."""
    text = _usage_text(error)
    if isinstance(error.__cause__, ValidationError):
        refused = error.__cause__.errors()[0]
        wanted = _NUMBERS.get(refused["type"].partition("_")[0], refused["msg"])
        text = str(InputError(error.param.opts[0], refused["input"], wanted))  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    where = getattr(context, "command_path", "impellab")
    return f"{text} (try '{where} --help')"


def _usage_text(error: Exception) -> str:
    return str(error.format_message()) if hasattr(error, "format_message") else str(error)


def _reported(failure: CommandFailure) -> int:
    with contextlib.suppress(OSError, ValueError):
        for message in failure.messages:
            note(f"impellab: {message}")
    return failure.code


def _interrupt(*_: object) -> None:
    """Ctrl-C: the first unwinds the program, which another must not break off."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    """The program: runs what its arguments say and returns the exit code."""
    # A plain kill unwinds like Ctrl-C does, so that no temporary folder is left.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        # In the background of a shell the program is deaf to it, and stays so.
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _interrupt)
    warnings.showwarning = _one_line
    plain_streams()
    code = run_command(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError:  # Reported already; the interpreter would complain once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


if __name__ == "__main__":
    sys.exit(main())
