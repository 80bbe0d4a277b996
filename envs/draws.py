"""What differs between episodes: the patient, what happens to them and where the pump stands.

The draws are apart from the dynamics: an environment asks for an episode, and knows nothing of how
it came about.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from os import PathLike
from typing import Any

import numpy as np

from envs.episodes import checked_options, from_json_form
from plants import (
    InputError,
    Patient,
    PhysicsError,
    Plant,
    Pump,
    Scenario,
    Therapy,
    held_speed,
    individual,
    individual_therapy,
    steady_state,
)
from plants.quantities import Array

PatientLike = str | PathLike[str] | Patient
ScenarioLike = str | PathLike[str] | Scenario | None
StartLike = str | float

#: What ``options`` of a reset may hold.
OPTIONS = ("patient", "scenario", "start")
_SEEDS = 2**31
# Individuals that are plausible without a pump but have no steady beat at the speed they start
# from are drawn again, this often.
_ATTEMPTS = 20


@functools.lru_cache(maxsize=512)
def start_state(patient: Patient, pump: Pump, speed: float) -> Array:
    """State at the onset of the periodic beat; read-only, and found once for each combination.

    Raises
    ------
    PhysicsError
        There is no periodic beat.
    """
    state = steady_state(Plant(patient, pump), speed).state
    state.flags.writeable = False
    return state


# An individual costs a steady state; a cohort of a given size meets the same ones again.
_individual = functools.lru_cache(maxsize=512)(individual)


@dataclass(frozen=True)
class Episode:
    """One draw.

    Attributes
    ----------
    patient : Patient
        The patient as simulated.
    scenario : Scenario or None
        What disturbs the patient.
    start_speed : float
        Speed (rpm) whose steady state the episode starts from.
    state : ndarray
        That steady state.
    sensor_seed : int
        Seed of the sensors.
    therapy : Therapy
        What is wanted, in the patient's own numbers.
    """

    patient: Patient
    scenario: Scenario | None
    start_speed: float
    state: Array
    sensor_seed: int
    therapy: Therapy

    @property
    def scenario_name(self) -> str:
        """Name of the scenario; ``"none"`` without one."""
        return self.scenario.name if self.scenario is not None else "none"


class Draws:
    """Draws episodes.

    Parameters
    ----------
    patient : str, path or Patient, or a sequence of these
        Profiles, equally likely.
    spread : float
        Spread of the individuals around their profile, see :func:`plants.individual`; 0: the
        profile itself.
    cohort_size : int, optional
        Number of different individuals of each profile; by default every one is new.
    scenario : str, path, Scenario or None, or a sequence of these
        Scenarios, equally likely.
    start : str or float, or a sequence of these
        P-levels by name or speeds in rpm, equally likely.
    pump : Pump
        The device.
    therapy : Therapy
        What is wanted of every patient.

    Raises
    ------
    InputError
        A name is unknown, a sequence is empty, or a number is out of range.
    """

    def __init__(
        self,
        patient: PatientLike | Sequence[PatientLike],
        spread: float,
        cohort_size: int | None,
        scenario: ScenarioLike | Sequence[ScenarioLike],
        start: StartLike | Sequence[StartLike],
        pump: Pump,
        therapy: Therapy,
    ):
        self._pump, self._therapy = pump, therapy
        self._profiles = tuple(_patient(entry) for entry in _several(patient, "patient"))
        self._scenarios = tuple(_scenario(entry) for entry in _several(scenario, "scenario"))
        self._starts = tuple(_start(entry, pump) for entry in _several(start, "start"))
        self._spread, self._individuals = spread, _individuals(cohort_size)
        _individual(self._profiles[0], seed=0, spread=spread)  # Refuses a bad spread at once.

    def episode(
        self, random: np.random.Generator, options: Mapping[str, Any] | None = None
    ) -> Episode:
        """Draw an episode; what the options name is taken as it is.

        Raises
        ------
        InputError
            An option is unknown or refused.
        PhysicsError
            The patient has no periodic beat at the speed to start from, or none without a pump.
        """
        given = checked_options(options, OPTIONS)
        if self._spread > 0 and "patient" not in given:
            for _ in range(_ATTEMPTS - 1):
                with contextlib.suppress(PhysicsError):
                    return self._episode(random, given)
        return self._episode(random, given)

    def _episode(self, random: np.random.Generator, given: Mapping[str, Any]) -> Episode:
        # Every draw is made whatever is given, so that an option changes nothing else.
        profile = self._profiles[random.integers(len(self._profiles))]
        seed = int(random.integers(self._individuals))
        scenario = self._scenarios[random.integers(len(self._scenarios))]
        speed = self._starts[random.integers(len(self._starts))]
        sensor_seed = int(random.integers(_SEEDS))
        if "patient" in given:
            patient = _patient(given["patient"])
        else:
            patient = _individual(profile, seed=seed, spread=self._spread)
        if "scenario" in given:
            scenario = _scenario(given["scenario"])
        if "start" in given:
            speed = _start(given["start"], self._pump)
        state = start_state(patient, self._pump, speed)
        therapy = individual_therapy(self._therapy, patient)
        return Episode(patient, scenario, speed, state, sensor_seed, therapy)


def _several(value: Any, field: str) -> tuple[Any, ...]:
    """The value as a tuple; a sequence that is no text is one already."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return (value,)
    if not value:
        raise InputError(field, value, "one or more")
    return tuple(value)


def _patient(value: PatientLike) -> Patient:
    value = from_json_form(value)
    return value if isinstance(value, Patient) else Patient.load(value)


def _scenario(value: ScenarioLike) -> Scenario | None:
    value = from_json_form(value)
    return value if value is None or isinstance(value, Scenario) else Scenario.load(value)


def _start(value: StartLike, pump: Pump) -> float:
    if isinstance(value, str):
        return pump.speed(value)
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError("start", value, "a P-level or a speed in rpm")
    return held_speed(pump, None, float(value))


def _individuals(cohort_size: int | None) -> int:
    if cohort_size is None:
        return _SEEDS
    if isinstance(cohort_size, bool) or not isinstance(cohort_size, Integral) or cohort_size < 1:
        raise InputError("cohort_size", cohort_size, "None, or an integer from 1 on")
    return min(int(cohort_size), _SEEDS)
