"""A suite: the trials of a benchmark, from a file."""

from __future__ import annotations

import importlib.util
import itertools
from os import PathLike, fspath
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from controllers import check_controller_name
from controllers.policy import is_weaning_policy, read_policy
from experiments.trials import Trial, load_device
from plants import TIERS, InputError, Patient, Pump, Scenario, Therapy
from plants.cohorts import LARGEST_SPREAD
from plants.quantities import CheckedModel, load_toml, nearest_hint, one_of, usable
from plants.simulation import whole_periods

_FOLDER = Path(__file__).parents[1] / "data" / "suites"
#: Where trained reference policies lie, a folder each: in a checkout, not in an installed package.
POLICIES = Path(__file__).resolve().parents[2] / "results" / "policies"


def _driven(device: str) -> Pump:
    """The pump of that name; raises InputError for none: there would be nothing to control."""
    pump = load_device(device)
    if pump is None:
        raise InputError("device", device, "a pump")
    return pump


def _each_once(entries: tuple[object, ...]) -> tuple[object, ...]:
    if not entries or len(set(entries)) < len(entries):
        raise InputError("", list(entries), "at least one entry, and none twice")
    return entries


_EACH_ONCE = AfterValidator(_each_once)


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

    # In an order in which each check has what it depends on.
    name: str
    device: Annotated[str, usable(_driven)]
    tier: Annotated[str, one_of(TIERS)]
    period: Annotated[float, usable(lambda period: Trial(duration=period, period=period))]
    duration: float
    level: str
    seeds: Annotated[tuple[Annotated[int, Field(ge=0)], ...], _EACH_ONCE]
    patients: Annotated[tuple[Annotated[str, usable(Patient.load)], ...], _EACH_ONCE]
    scenarios: Annotated[tuple[Annotated[str, usable(Scenario.load)], ...], _EACH_ONCE]
    controllers: Annotated[tuple[Annotated[str, usable(check_controller_name)], ...], _EACH_ONCE]
    description: str = ""
    spread: float = Field(default=0.0, ge=0, le=LARGEST_SPREAD)
    therapy: Annotated[str, usable(Therapy.load)] = "default"
    level_sweep: bool = False
    reference_policies: bool = False

    @field_validator("duration")
    @classmethod
    def _check_duration(cls, duration: float, info: ValidationInfo) -> float:
        if (period := info.data.get("period")) is not None:
            Trial(duration=duration, period=period)
            whole_periods(duration, period)
        return duration

    @field_validator("level")
    @classmethod
    def _check_level(cls, level: str, info: ValidationInfo) -> str:
        if (device := info.data.get("device")) is not None:
            _driven(device).speed(level)
        return level

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
        """The device."""
        return _driven(self.device)

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


def _weans(folder: Path) -> bool:
    """Whether a policy decides on steps of weaning, so that it is no controller of a trial."""
    try:
        return is_weaning_policy(read_policy(folder))
    except InputError:  # Told where it is asked to take part.
        return False


def reference_policies(folder: Path = POLICIES) -> tuple[tuple[str, ...], str]:
    """Names of the trained reference policies as controllers, and why there are none.

    Returns
    -------
    controllers : tuple of str
        ``policy:FOLDER`` for each.
    why : str
        Empty if there are some.
    """
    folders = sorted(path for path in folder.glob("*") if path.is_dir() and not _weans(path))
    if not folders:
        return (), "no trained policy takes part: there is none in results/policies"
    if importlib.util.find_spec("torch") is None:
        return (), "no trained policy takes part: torch is not installed (impellab[rl])"
    return tuple(f"policy:{path}" for path in folders), ""
