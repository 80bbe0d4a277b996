"""impellab: patients, percutaneous heart pumps and the controllers that set their speed.

The thin face of the packages ``plants`` (the physics), ``controllers`` (measurements to speed
commands), ``envs`` (Gymnasium environments) and ``experiments`` (the jobs behind the command
line). It holds their main nouns, and imports each only when it is used; the ids of the environments
are known to Gymnasium at once. Where a folder or another distribution hides one of those packages,
importing this says which, and what to do.

A research instrument, never a medical device.

Examples
--------
>>> import impellab
>>> rollout = impellab.simulate("shock-d", "CP", level="P-8", duration=5.0)
>>> 60 < impellab.steady_metrics(rollout)["map"] < 80  # mmHg
True
>>> env = impellab.make("Support-v1", patient="shock-d", device="CP")
>>> observation, info = env.reset(seed=1)
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

from impellab.hidden import refuse_hidden

if TYPE_CHECKING:
    from controllers import Briefing, Command, Controller, controller_names, load_controller
    from envs import SupportEnv, SupportVectorEnv, WeaningEnv, WeaningVectorEnv, make, make_vec
    from experiments.benchmark import Suite
    from experiments.runs import load_run
    from experiments.trials import Trial, run_trial
    from plants import (
        SIGNALS,
        BatchSimulator,
        BeatMap,
        Bedside,
        InputError,
        Measurement,
        Patient,
        PhysicsError,
        Plant,
        Population,
        Pump,
        Scenario,
        Sensors,
        Signal,
        Simulator,
        SlowClock,
        Therapy,
        VirtualPatient,
        plant_model,
        simulate,
        steady_metrics,
        steady_state,
    )

try:
    __version__ = metadata.version("impellab")
except metadata.PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0+unknown"

#: Where each name comes from.
_HOMES = {
    "plants": (
        "SIGNALS",
        "BatchSimulator",
        "BeatMap",
        "Bedside",
        "InputError",
        "Measurement",
        "Patient",
        "PhysicsError",
        "Plant",
        "Population",
        "Pump",
        "Scenario",
        "Sensors",
        "Signal",
        "Simulator",
        "SlowClock",
        "Therapy",
        "VirtualPatient",
        "plant_model",
        "simulate",
        "steady_metrics",
        "steady_state",
    ),
    "controllers": ("Briefing", "Command", "Controller", "controller_names", "load_controller"),
    "envs": (
        "SupportEnv",
        "SupportVectorEnv",
        "WeaningEnv",
        "WeaningVectorEnv",
        "make",
        "make_vec",
    ),
    "experiments.benchmark": ("Suite",),
    "experiments.runs": ("load_run",),
    "experiments.trials": ("Trial", "run_trial"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
refuse_hidden({name: names for name, names in _HOMES.items() if "." not in name})
import_module("envs.registration")  # makes the ids known

__all__ = [
    "SIGNALS",
    "BatchSimulator",
    "BeatMap",
    "Bedside",
    "Briefing",
    "Command",
    "Controller",
    "InputError",
    "Measurement",
    "Patient",
    "PhysicsError",
    "Plant",
    "Population",
    "Pump",
    "Scenario",
    "Sensors",
    "Signal",
    "Simulator",
    "SlowClock",
    "Suite",
    "SupportEnv",
    "SupportVectorEnv",
    "Therapy",
    "Trial",
    "VirtualPatient",
    "WeaningEnv",
    "WeaningVectorEnv",
    "__version__",
    "controller_names",
    "load_controller",
    "load_run",
    "make",
    "make_vec",
    "plant_model",
    "run_trial",
    "simulate",
    "steady_metrics",
    "steady_state",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'impellab' has no attribute {name!r}; see dir(impellab)")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
