"""Controllers by name: the built-in ones, and a user's own class in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType

from controllers.fixed import FixedLevel
from controllers.literature import LITERATURE, literature_controller, literature_forms
from controllers.lqg import LQG
from controllers.nmpc import NmpcController
from controllers.pi import PI
from controllers.policy import PolicyController
from controllers.protocol import Controller
from controllers.user_errors import ends_the_program, error_text, user_code
from controllers.user_files import run_user_file
from plants import InputError, unknown_name

#: Every form that :func:`load_controller` takes, and what it means.
CONTROLLER_FORMS: Mapping[str, str] = MappingProxyType(
    {
        "fixed": "holds the speed at which the pump runs when the run begins",
        "fixed:LEVEL": "holds a P-level, for example fixed:P-6",
        "pi": "the same as pi:map",
        "pi:map": "PI control of the mean arterial pressure",
        "pi:displayed_flow": "PI control of the pump flow that the console displays",
        "pi:cardiac_output": "PI control of the measured cardiac output",
        "lqg": "LQR with integral action and a Kalman filter, on the linearised beat",
        "nmpc": "nonlinear model-predictive control on the plant's own beat",
        **literature_forms(),
        "policy:FOLDER": "a policy that impellab train has written into a folder",
        "FILE.py:CLASS": "your own class with a name, reset and act, made without arguments",
    }
)
# By what stands before a colon; what stands behind it is the argument.
_BUILT_IN: Mapping[str, Callable[..., Controller]] = MappingProxyType(
    {"fixed": FixedLevel, "pi": PI, "lqg": LQG, "nmpc": NmpcController, "policy": PolicyController}
)
_INTERFACE = ("name", "reset", "act")


def controller_names() -> tuple[str, ...]:
    """Names that :func:`load_controller` takes as they stand.

    Examples
    --------
    >>> from controllers import controller_names
    >>> "pi:map" in controller_names()
    True
    """
    return tuple(form for form in CONTROLLER_FORMS if not any(map(str.isupper, form)))


def load_controller(spec: str) -> Controller:
    """A new controller from its name.

    Parameters
    ----------
    spec : str
        One of the forms of :data:`CONTROLLER_FORMS`. The file of a user's own class is run as a
        module of its own each time; modules that it imports must be importable. Its controllers
        can be pickled: another process loads them from the file.

    Returns
    -------
    Controller
        Not yet reset.

    Raises
    ------
    InputError
        The name is unknown, or the file or class behind it cannot be used; the message says why.

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("fixed:P-6").name
    'fixed:P-6'
    """
    file = user_file(spec) if isinstance(spec, str) else None
    if file is not None:
        return _from_file(_existing(file), spec.rpartition(":")[2])
    return _built_in(spec)


def check_controller_name(spec: str) -> None:
    """Refuse what :func:`load_controller` would, as far as can be told without running a file.

    What was read from a folder is checked by this: it runs no code.

    Raises
    ------
    InputError
        The name is unknown, or there is no such file.

    Examples
    --------
    >>> from controllers import check_controller_name
    >>> check_controller_name("fixed:P-6")
    """
    file = user_file(spec) if isinstance(spec, str) else None
    if file is None:
        _built_in(spec)
    else:
        _existing(file)


def _built_in(spec: str) -> Controller:
    if not isinstance(spec, str):
        raise InputError("controller", spec, "a name, as text")
    if spec.endswith(".py"):
        raise InputError("controller", spec, f"the class as well: {spec}:CLASS")
    kind, separator, detail = spec.partition(":")
    if spec in CONTROLLER_FORMS and kind in LITERATURE:
        return literature_controller(spec)
    if spec in _BUILT_IN and spec != "policy":
        return _BUILT_IN[spec]()
    if (kind in ("fixed", "pi") and separator) or (kind == "policy" and detail):
        return _BUILT_IN[kind](detail)
    raise unknown_name("controller", spec, CONTROLLER_FORMS)


def user_file(spec: str) -> str | None:
    """The user's file of a controller by its name; None for a built-in one.

    Examples
    --------
    >>> from controllers import user_file
    >>> user_file("mine.py:Mine"), user_file("pi:map")
    ('mine.py', None)
    """
    path, separator, _ = spec.rpartition(":")
    return path if separator and path.endswith(".py") else None


def _existing(file: str) -> Path:
    path = Path(file)
    if not path.is_file():
        raise InputError("controller", str(path), "a Python file that exists")
    return path


def _from_file(path: Path, class_name: str) -> Controller:
    """An instance of a class in a user's file."""

    def refusal(allowed: str) -> InputError:
        return InputError("controller", class_name, allowed, source=str(path))

    module = _run_file(path)
    controller_class = getattr(module, class_name, None)
    if not isinstance(controller_class, type):
        classes = [
            name
            for name, value in vars(module).items()
            if isinstance(value, type) and value.__module__ == module.__name__
        ]
        raise refusal("a class in the file: " + (", ".join(classes) or "it defines none"))
    try:
        with user_code():
            controller = controller_class()
    except BaseException as error:
        if ends_the_program(error):
            raise
        raised = error_text(error, str(path))
        raise refusal(f"a class that can be made without arguments; it raised {raised}") from error
    if not isinstance(controller, Controller):
        missing = ", ".join(part for part in _INTERFACE if not hasattr(controller, part))
        raise refusal(f"a controller, with {', '.join(_INTERFACE)}; it lacks {missing}")
    for part in _INTERFACE[1:]:
        if not callable(getattr(controller, part)):
            raise refusal(f"a controller whose {part} is a method")
    return controller


def _run_file(path: Path) -> ModuleType:
    """The module made by running a file."""
    try:
        return run_user_file(path)
    except BaseException as error:  # A script that exits must not end the program.
        if ends_the_program(error):
            raise
        allowed = f"a file that can be loaded; it raised {error_text(error, str(path))}"
        raise InputError("controller", str(path), allowed) from error
