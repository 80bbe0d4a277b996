"""A suite: the trials of a benchmark, from a file."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Iterable, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from controllers import check_controller_name
from controllers.policy import is_weaning_policy, read_policy
from experiments.trials import Trial, load_device
from plants import TIERS, Conditions, InputError, Patient, Pump, Rhythm, Scenario, Therapy
from plants.cohorts import LARGEST_SPREAD
from plants.quantities import CheckedModel, load_toml, nearest_hint, one_of, usable
from plants.simulation import SINUS, whole_periods

_FOLDER = Path(__file__).parents[1] / "data" / "suites"
#: Where trained reference policies lie, a folder each: in a checkout, not in an installed package.
POLICIES = Path(__file__).resolve().parents[2] / "results" / "policies"


def _driven(device: str) -> Pump:
    """The pump of that name; raises InputError for none: there would be nothing to control."""
    pump = load_device(device)
    if pump is None:
        raise InputError("device", device, "a pump")
    return pump


def _believed(patient: str) -> object:
    """Refuses a name of no patient; "" is none."""
    return Patient.load(patient) if patient else None


def _each_once(entries: tuple[object, ...]) -> tuple[object, ...]:
    if not entries or len(set(entries)) < len(entries):
        raise InputError("", list(entries), "at least one entry, and none twice")
    return entries


_EACH_ONCE = AfterValidator(_each_once)
# What a suite and a part of it say alike.
_Device = Annotated[str, usable(_driven)]
_Patients = Annotated[tuple[Annotated[str, usable(Patient.load)], ...], _EACH_ONCE]
_Scenarios = Annotated[tuple[Annotated[str, usable(Scenario.load)], ...], _EACH_ONCE]
_Seeds = Annotated[tuple[Annotated[int, Field(ge=0)], ...], _EACH_ONCE]


class Part(CheckedModel):
    """A part of a suite: what differs there from the whole.

    Parameters
    ----------
    name : str
        For tables.
    device, tier, patients, scenarios, spread, seeds
        As in :class:`Suite`, in place of what holds there.
    believed : str
        Name or path of another patient whom the controllers are told of; "" for the profile.
    rhythm : str
        A kind of :class:`plants.Rhythm`.
    """

    name: str = Field(min_length=1)
    device: _Device | None = None
    tier: Annotated[str, one_of(TIERS)] | None = None
    patients: _Patients | None = None
    scenarios: _Scenarios | None = None
    spread: float | None = Field(default=None, ge=0, le=LARGEST_SPREAD)
    seeds: _Seeds | None = None
    believed: Annotated[str, usable(_believed)] = ""
    rhythm: Annotated[str, usable(Rhythm)] = SINUS


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
    parts : tuple of Part
        What differs from part to part; without any the suite is one.
    references : bool
        Whether the best held level and a plan by one who knows everything are found for every
        trial, which tell what could have been done.
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
    >>> {trial.device for trial in suite.trials(suite.controllers)} == {"CP", "5.5"}
    True
    """

    # In an order in which each check has what it depends on.
    name: str
    device: _Device
    tier: Annotated[str, one_of(TIERS)]
    period: Annotated[float, usable(lambda period: Trial(duration=period, period=period))]
    duration: float
    level: str
    seeds: _Seeds
    patients: _Patients
    scenarios: _Scenarios
    controllers: Annotated[tuple[Annotated[str, usable(check_controller_name)], ...], _EACH_ONCE]
    description: str = ""
    spread: float = Field(default=0.0, ge=0, le=LARGEST_SPREAD)
    therapy: Annotated[str, usable(Therapy.load)] = "default"
    references: bool = False
    reference_policies: bool = False
    parts: tuple[Part, ...] = ()

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

    def _contradictions(self) -> Iterable[InputError]:
        names = [part.name for part in self.parts]
        for index, part in enumerate(self.parts):
            if part.name in names[:index]:
                yield InputError(f"parts[{index}].name", part.name, "each name once")
            if part.device is not None:
                try:
                    _driven(part.device).speed(self.level)
                except InputError as error:
                    yield InputError(f"parts[{index}].device", part.device, error.allowed)

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

    def trials(self, controllers: Sequence[str]) -> list[Trial]:
        """The trials of some controllers, part by part and patient by patient."""
        return [trial for part in self.each_part for trial in self.part_trials(part, controllers)]

    @property
    def each_part(self) -> tuple[Part, ...]:
        """The parts; one without a difference where there are none."""
        return self.parts or (Part(name=self.name),)

    def part_trials(self, part: Part, controllers: Sequence[str]) -> list[Trial]:
        """The trials of some controllers in a part."""
        shared = self.model_dump(include={"duration", "period", "level", "therapy"})
        conditions = Conditions(rhythm=part.rhythm)

        def own(name: str) -> Any:
            value = getattr(part, name)
            return getattr(self, name) if value is None else value

        return [
            Trial(
                patient=patient,
                scenario=scenario,
                controller=controller,
                seed=seed,
                device=own("device"),
                tier=own("tier"),
                spread=own("spread"),
                believed=part.believed,
                conditions=conditions,
                **shared,
            )
            for patient, scenario, seed, controller in itertools.product(
                own("patients"), own("scenarios"), own("seeds"), controllers
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
