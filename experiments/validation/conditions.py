"""The simulated conditions of the validation: patients identified to a study, and their beats."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from experiments.runs import FloatArray
from experiments.validation.bands import (
    BEFORE,
    HIGHEST_WITHOUT_SUCTION,
    PublishedStudy,
    Support,
    studies,
)
from experiments.validation.circumstances import (
    acting,
    beat_waves,
    circumstanced,
    irregular_beats,
    with_kept_contractility,
)
from experiments.validation.measures import measures
from experiments.validation.slow import functional_valve, with_functional_valve, with_reflex
from plants import Patient, PhysicsError, Plant, TargetRow, identify, steady_state
from plants.cohorts import ESTIMATED_PARAMETERS
from plants.quantities import Array
from plants.slow.laws import mitral

_SHOWN_WAVES = (
    "time",
    "lv_volume",
    "lv_pressure",
    "rv_volume",
    "rv_pressure",
    "aortic_pressure",
    "placement_signal",
    "motor_current",
)
#: Share of the beat below which suction does not count.
NO_SUCTION = 0.01


@dataclass(frozen=True)
class Condition:
    """A periodic beat of a patient in one condition.

    Attributes
    ----------
    patient : Patient
        The patient.
    device, level : str
        Pump and level, or ``"none"`` and ``""``.
    speed : float
        Pump speed, rpm.
    disturbances : mapping of str to float
        Held disturbances under which the beat is periodic: the place of the pump, the reflex.
    values : mapping of str to float
        Metrics of the beat and the measures of the validation, by name.
    waves : mapping of str to ndarray
        The waveforms over the beat, by signal; ``time`` in s.
    """

    patient: Patient
    device: str
    level: str
    speed: float
    disturbances: Mapping[str, float]
    values: Mapping[str, float]
    waves: Mapping[str, Array]

    @property
    def pump(self) -> str:
        """Device and level in words."""
        return "no pump" if self.device == "none" else f"{self.device} {self.level}"


@dataclass(frozen=True)
class Case:
    """A study with one patient in all its conditions.

    Attributes
    ----------
    study : PublishedStudy
        The study.
    patient : Patient
        The preset, or the patient identified from it.
    targets : tuple of TargetRow
        What the patient was identified to, and what came out; empty for a preset.
    conditions : mapping of str to Condition
        By the names of the study's supports, and ``"before"``.
    without_reflex : mapping of str to mapping of str to float
        Values of the same conditions had the baroreflex not answered; of a study without one, and
        of a condition that has no periodic beat then, none.
    """

    study: PublishedStudy
    patient: Patient
    targets: tuple[TargetRow, ...]
    conditions: Mapping[str, Condition]
    without_reflex: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def shown(self) -> ShownCase:
        """What tables and figures need of it."""
        conditions = {
            name: ShownCondition(
                condition.patient.name,
                condition.pump,
                dict(condition.disturbances),
                {wave: condition.waves[wave] for wave in _SHOWN_WAVES},
            )
            for name, condition in self.conditions.items()
        }
        return ShownCase(self.study.name, self.patient.name, list(self.targets), conditions)


@dataclass(frozen=True)
class ShownCondition:
    """What is shown of a condition: patient, pump, disturbances, and some waveforms."""

    patient: str
    pump: str
    disturbances: dict[str, float]
    waves: dict[str, FloatArray]


@dataclass(frozen=True)
class ShownCase:
    """What is shown of a case: names of study and patient, targets, and conditions."""

    study: str
    patient: str
    targets: list[TargetRow]
    conditions: dict[str, ShownCondition]

    @property
    def published(self) -> PublishedStudy:
        """The study."""
        return studies()[self.study]


def identified(study: PublishedStudy, preset: str) -> tuple[Patient, tuple[TargetRow, ...]]:
    """The patient of a study: a preset, identified anew where values before are known.

    Raises
    ------
    PhysicsError
        The identified patient has no periodic beat.
    """
    patient = Patient.load(preset)
    if not study.before:
        return patient, ()
    wanted = patient.changed(
        name=study.name,
        description=f"{patient.description} Identified to: {study.title}.",
        targets=study.before,
    )
    held = (*patient.held, *study.held)
    free = [name for name in ESTIMATED_PARAMETERS if name not in held]
    identification = identify(wanted, free=free, fitted=tuple(study.before))
    return identification.patient, identification.rows


def simulate_study(study: PublishedStudy) -> list[Case]:
    """A case for each patient of the study.

    Raises
    ------
    PhysicsError
        A condition has no periodic beat.
    """
    return [_case(study, preset) for preset in study.presets]


def _case(study: PublishedStudy, preset: str) -> Case:
    patient, targets = identified(study, preset)
    if not study.coronary_coupling:
        patient = with_kept_contractility(patient)
    before = simulate_condition(Plant(patient))
    conditions = {BEFORE: before}
    pressure = before.values["map"] if study.baroreflex else None
    for name, support in study.supports.items():
        conditions[name] = simulate_support(patient, support, pressure)
    return Case(study, patient, targets, conditions, _without_reflex(study, patient, before))


def _without_reflex(
    study: PublishedStudy, patient: Patient, before: Condition
) -> dict[str, Mapping[str, float]]:
    """Values of the study's conditions by name, had the baroreflex not answered."""
    if not study.baroreflex:
        return {}
    values = {BEFORE: before.values}
    for name, support in study.supports.items():
        with contextlib.suppress(PhysicsError):
            values[name] = simulate_support(patient, support, None).values
    return values


def simulate_support(
    patient: Patient, support: Support, reflex_pressure: float | None
) -> Condition:
    """The periodic beat of a patient in one condition.

    Parameters
    ----------
    patient : Patient
        The study's patient; the condition may name another.
    support : Support
        The condition.
    reflex_pressure : float or None
        Operating point of the baroreflex, mmHg; None without a reflex.
    """
    plant = Plant(circumstanced(patient, support), support.device)
    outside, leak = acting(support, plant.pump), support.functional_leak
    valve = None if leak is None else functional_valve(plant.patient, leak)
    if plant.pump is None or support.level is None:
        return simulate_condition(plant, "", outside, rhythm=support.rhythm, valve=valve)
    level = support.level
    if level == HIGHEST_WITHOUT_SUCTION:
        level = highest_without_suction(plant)
    return simulate_condition(plant, level, outside, reflex_pressure, support.rhythm, valve)


def highest_without_suction(plant: Plant) -> str:
    """The highest level at which the inlet is (almost) never occluded; else the lowest running."""
    assert plant.pump is not None
    running = [level for level in plant.pump.levels if level.rpm > 0]
    for level in reversed(running):
        with contextlib.suppress(PhysicsError):  # Deep suction may have no periodic beat.
            if steady_state(plant, level.rpm).metrics["suction"] < NO_SUCTION:
                return level.name
    return running[0].name


def simulate_condition(
    plant: Plant,
    level: str = "",
    outside: Mapping[str, float] | None = None,
    reflex_pressure: float | None = None,
    rhythm: str | None = None,
    valve: mitral.Parameters | None = None,
) -> Condition:
    """The periodic beat of a plant at a level, under disturbances and with or without a reflex.

    Instead of a reflex a functional mitral valve may be settled. Of a rhythm that repeats no beat,
    the mean of many; the measures of a single beat are then left out.

    Raises
    ------
    PhysicsError
        There is none.
    """
    speed = plant.level_speed(level)
    held = dict(outside or {})
    if valve is not None:
        steady, held = with_functional_valve(plant, speed, held, valve)
    elif reflex_pressure is not None:
        steady, held = with_reflex(plant, speed, held, reflex_pressure)
    else:
        steady = steady_state(plant, speed, held)
    if rhythm is not None:
        values, waves = irregular_beats(steady, speed, held, rhythm)
        return Condition(plant.patient, plant.device, level, speed, held, values, waves)
    waves = beat_waves(steady, speed, held)
    values = steady.metrics | measures(steady.metrics, waves, plant)
    return Condition(plant.patient, plant.device, level, speed, held, values, waves)
