"""A suite: the trials of a benchmark, from a file."""

from __future__ import annotations

import importlib.util
import itertools
import tomllib
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from experiments.trials import Trial, load_device
from plants import InputError, Patient, Pump, Scenario, unknown_name

_FOLDER = Path(__file__).parents[1] / "data" / "suites"
#: Where trained reference policies lie, a folder each: in a checkout, not in an installed package.
POLICIES = Path(__file__).resolve().parents[2] / "results" / "policies"
_TEXTS = ("name", "description", "device", "tier", "level", "therapy")
_NUMBERS = ("duration", "period", "spread")
_LISTS = ("patients", "scenarios", "controllers")
_SWITCHES = ("level_sweep", "reference_policies")
_REQUIRED = ("name", "device", "tier", "duration", "period", "level", "seeds", *_LISTS)


@dataclass(frozen=True)
class Suite:
    """Every patient meets every scenario under every controller, for each seed.

    Parameters
    ----------
    name, description : str
        For tables.
    device, tier, level, therapy : str
        As in :class:`experiments.trials.Trial`.
    duration, period : float
        Length and control period of each trial, s.
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
    source: str = "suite"

    def __post_init__(self) -> None:
        for field in (*_LISTS, "seeds"):
            given = tuple(getattr(self, field))
            object.__setattr__(self, field, given)
            if not given or len(set(given)) < len(given):
                raise self._refused(field, list(given), "at least one entry, and none twice")
        for name in self.patients:
            Patient.load(name)
        for name in self.scenarios:
            Scenario.load(name)
        self.pump.speed(self.level)
        self.trials(self.controllers[:1])

    @classmethod
    def load(cls, name_or_path: str | PathLike[str]) -> Suite:
        """The suite of that name, or the one in a file.

        Raises
        ------
        InputError
            No suite has that name, the file cannot be read, or it is refused.
        """
        text = fspath(name_or_path)
        if not text.endswith(".toml") and text not in cls.names():
            choices = f"one of {', '.join(cls.names())}, or a path that ends in .toml"
            raise InputError("suite", text, choices)
        path = Path(text).expanduser() if text.endswith(".toml") else _FOLDER / f"{text}.toml"
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError("suite", text, f"a file that can be read ({error.strerror})") from None
        except ValueError as error:
            raise InputError("suite", text, f"a valid TOML file ({error})") from None
        return cls.from_dict(content, source=text)

    @classmethod
    def from_dict(cls, content: dict[str, Any], *, source: str) -> Suite:
        """The suite that a file's content describes; raises as :meth:`load`."""
        known = (*_TEXTS, *_NUMBERS, *_LISTS, *_SWITCHES, "seeds")
        for key in content:
            if key not in known:
                raise unknown_name("key", key, known, source=source)
        for key in _REQUIRED:
            if key not in content:
                raise InputError(
                    key, "(missing)", f"a suite with {', '.join(_REQUIRED)}", source=source
                )
        for key, value in content.items():
            _check_kind(key, value, source)
        return cls(**content, source=source)

    @staticmethod
    def names() -> tuple[str, ...]:
        """Names of the suites that come with the package."""
        return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))

    @property
    def pump(self) -> Pump:
        """The device; raises InputError for none: there would be nothing to control."""
        pump = load_device(self.device)
        if pump is None:
            raise self._refused("device", self.device, "a pump")
        return pump

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that the sweep holds: all but the first, at which the pump stands still."""
        return tuple(level.name for level in self.pump.levels[1:]) if self.level_sweep else ()

    def trials(self, controllers: tuple[str, ...]) -> list[Trial]:
        """The trials of some controllers, patient by patient."""
        return [
            Trial(
                patient=patient,
                device=self.device,
                scenario=scenario,
                controller=controller,
                seed=seed,
                tier=self.tier,
                duration=self.duration,
                period=self.period,
                level=self.level,
                spread=self.spread,
                therapy=self.therapy,
            )
            for patient, scenario, seed, controller in itertools.product(
                self.patients, self.scenarios, self.seeds, controllers
            )
        ]

    def _refused(self, field: str, value: object, allowed: str) -> InputError:
        return InputError(field, value, allowed, source=self.source)


def reference_policies(folder: Path = POLICIES) -> tuple[tuple[str, ...], str]:
    """Names of the trained reference policies as controllers, and why there are none.

    Returns
    -------
    controllers : tuple of str
        ``policy:FOLDER`` for each.
    why : str
        Empty if there are some.
    """
    found = sorted(path for path in folder.glob("*") if path.is_dir())
    if not found:
        return (), "no trained policy takes part: there is none in results/policies"
    if importlib.util.find_spec("torch") is None:
        return (), "no trained policy takes part: torch is not installed (impellab[rl])"
    return tuple(f"policy:{path}" for path in found), ""


def _check_kind(key: str, value: object, source: str) -> None:
    if key in _TEXTS and not isinstance(value, str):
        raise InputError(key, value, "text", source=source)
    if key in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise InputError(key, value, "a number", source=source)
    if key in _SWITCHES and not isinstance(value, bool):
        raise InputError(key, value, "true or false", source=source)
    kind: type = int if key == "seeds" else str
    if key in (*_LISTS, "seeds") and not (
        isinstance(value, list | tuple) and all(type(one) is kind for one in value)
    ):
        raise InputError(key, value, f"a list of {kind.__name__}", source=source)
