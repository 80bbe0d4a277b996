"""A suite: the trials of a benchmark, from a file."""

from __future__ import annotations

import importlib.util
import itertools
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import Self

from pydantic import model_validator

from experiments.runs import check_all
from experiments.trials import Trial, load_device
from plants import InputError, Patient, Pump, Scenario
from plants.quantities import CheckedModel, load_toml, nearest_hint
from plants.simulation import whole_periods

_FOLDER = Path(__file__).parents[1] / "data" / "suites"
#: Where trained reference policies lie, a folder each: in a checkout, not in an installed package.
POLICIES = Path(__file__).resolve().parents[2] / "results" / "policies"


class Suite(CheckedModel):
    """Every patient meets every scenario under every controller, for each seed.

    Parameters
    ----------
    name, description : str
        For tables.
    device, tier, level, therapy : str
        As in :class:`experiments.trials.Trial`.
    duration, period : float
        Length and control period of each trial, s; the one is a whole number of the other.
    spread : float
        How far individuals differ from their profile; see :func:`plants.individual`.
    seeds : tuple of int
        One individual, and one course of the noise, each.
    patients, scenarios, controllers : tuple of str
        Names or paths.
    level_sweep : bool
        Whether every P-level but the first is held as well, to find the best of each patient.
    reference_policies : bool
        Whether the trained policies of the checkout take part.

    Raises
    ------
    InputError
        Something is unknown, empty or listed twice.

    Examples
    --------
    >>> from experiments.benchmark import Suite
    >>> suite = Suite.load("quick")
    >>> len(suite.trials(suite.controllers)) == (
    ...     len(suite.patients) * len(suite.scenarios) * len(suite.controllers) * len(suite.seeds)
    ... )
    True
    """

    name: str
    device: str
    tier: str
    duration: float
    period: float
    level: str
    seeds: tuple[int, ...]
    patients: tuple[str, ...]
    scenarios: tuple[str, ...]
    controllers: tuple[str, ...]
    description: str = ""
    spread: float = 0.0
    therapy: str = "default"
    level_sweep: bool = False
    reference_policies: bool = False

    @model_validator(mode="after")
    def _trials_can_be_run(self) -> Self:
        lists = ("patients", "scenarios", "controllers", "seeds")
        check_all(
            [
                *(partial(_check_entries, name, getattr(self, name)) for name in lists),
                *(partial(Patient.load, name) for name in self.patients),
                *(partial(Scenario.load, name) for name in self.scenarios),
                lambda: self.pump.speed(self.level),
                self._check_trials,
            ]
        )
        return self

    def _check_trials(self) -> None:
        self.trials(self.controllers[:1])
        whole_periods(self.duration, self.period)

    @classmethod
    def load(cls, name_or_path: str | PathLike[str]) -> Self:
        """The suite of that name, or the one in a file.

        Raises
        ------
        InputError
            No suite has that name, the file cannot be read, or it is refused.
        """
        text = fspath(name_or_path)
        path: str | PathLike[str] = text
        if not text.endswith(".toml"):
            if text not in cls.names():
                hint = nearest_hint(text, cls.names())
                choices = f"one of {', '.join(cls.names())}, or a path that ends in .toml{hint}"
                raise InputError("suite", text, choices)
            path = _FOLDER / f"{text}.toml"
        content, _ = load_toml(path, "", "suite")
        return cls.read(content, source=text)

    @staticmethod
    def names() -> tuple[str, ...]:
        """Names of the suites that come with the package."""
        return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))

    @property
    def pump(self) -> Pump:
        """The device; raises InputError for none: there would be nothing to control."""
        pump = load_device(self.device)
        if pump is None:
            raise InputError("device", self.device, "a pump")
        return pump

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that the sweep holds: all but the first, at which the pump stands still."""
        return tuple(level.name for level in self.pump.levels[1:]) if self.level_sweep else ()

    def trials(self, controllers: tuple[str, ...]) -> list[Trial]:
        """The trials of some controllers, patient by patient."""
        names = {"device", "tier", "duration", "period", "level", "spread", "therapy"}
        shared = self.model_dump(include=names)
        return [
            Trial(patient=patient, scenario=scenario, controller=controller, seed=seed, **shared)
            for patient, scenario, seed, controller in itertools.product(
                self.patients, self.scenarios, self.seeds, controllers
            )
        ]


def _check_entries(name: str, entries: tuple[object, ...]) -> None:
    if not entries or len(set(entries)) < len(entries):
        raise InputError(name, list(entries), "at least one entry, and none twice")


def reference_policies(folder: Path = POLICIES) -> tuple[tuple[str, ...], str]:
    """Names of the trained reference policies as controllers, and why there are none.

    Returns
    -------
    controllers : tuple of str
        ``policy:FOLDER`` for each.
    why : str
        Empty if there are some.
    """
    folders = sorted(path for path in folder.glob("*") if path.is_dir())
    if not folders:
        return (), "no trained policy takes part: there is none in results/policies"
    if importlib.util.find_spec("torch") is None:
        return (), "no trained policy takes part: torch is not installed (impellab[rl])"
    return tuple(f"policy:{path}" for path in folders), ""
