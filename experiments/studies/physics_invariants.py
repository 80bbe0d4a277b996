"""What must hold of the plant whatever happens, measured: blood, work and derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np

from experiments.runs import Findings, PrintedTable, Settings, Study
from experiments.statistics import data_frame
from plants import METRICS, WAVEFORMS, BeatMap, Plant, Simulator, steady_state
from plants.plant import VALUES
from plants.quantities import SECONDS_PER_MINUTE, Array

VOLUME_LIMIT, WORK_LIMIT, GRADIENT_LIMIT = 1e-6, 1e-3, 1e-5
_SECONDS = 600.0
_OUTPUTS = (
    "map",
    "cardiac_output",
    "pcwp",
    "lvedp",
    "stroke_work",
    "pressure_volume_area",
    "cardiac_power_output",
    "suction_margin",
)
_INPUTS = (
    "speed_command",
    "disturbance_systemic_resistance",
    "disturbance_lv_contractility",
    "lv_ees",
    "c_aorta",
)
_NUDGE = 1e-5  # relative; two of them give a difference of fourth order
_SHARE = 1e-3  # of an output: slopes smaller than this for a doubled input count as this


@dataclass(frozen=True)
class Invariant:
    """One measured invariant.

    Attributes
    ----------
    case : str
        Patient, device and level.
    measure : str
        What was measured; always a relative error.
    value, limit : float
        Measured, and the most that is allowed.
    """

    case: str
    measure: str
    value: float
    limit: float

    @property
    def holds(self) -> bool:
        """Whether the value is within the limit."""
        return self.value <= self.limit


class InvariantSettings(Settings):
    """The study of invariants has no settings: everything is looked at."""


class Case(NamedTuple):
    """A patient at a level of a device; None for neither."""

    patient: str
    device: str | None
    level: str | None


CASES = (
    Case("healthy", None, None),
    Case("hfref", "2.5", "P-8"),
    Case("shock-c", "CP", "P-2"),
    Case("shock-d", "CP", "P-8"),
    Case("shock-e", "5.5", "P-9"),
)


def invariants(case: Case) -> list[Invariant]:
    """Every invariant in a case.

    Examples
    --------
    >>> from experiments.studies.physics_invariants import loop_error
    >>> from plants import Plant
    >>> loop_error(Plant("shock-d", "CP"), 44_000.0) < 1e-3
    True
    """
    plant = Plant(case.patient, case.device)
    speed = plant.level_speed(case.level)
    name = f"{case.patient}, {case.device} {case.level}" if case.device else case.patient
    return [
        Invariant(
            name, "blood lost or made in 10 minutes", volume_error(plant, speed), VOLUME_LIMIT
        ),
        Invariant(name, "loop area against work", loop_error(plant, speed), WORK_LIMIT),
        Invariant(name, "slopes against differences", gradient_error(plant, speed), GRADIENT_LIMIT),
    ]


def volume_error(plant: Plant, speed: float) -> float:
    """Relative change of the blood volume over ten minutes with a speed that keeps changing."""
    simulator = Simulator(plant)
    simulator.reset(speed=speed)
    start = simulator.blood_volume
    worst = 0.0
    for k in range(20):
        simulator.advance(speed * (1.0, 0.5)[k % 2], _SECONDS / 20)
        worst = max(worst, abs(simulator.blood_volume / start - 1))
    return worst


def loop_error(plant: Plant, speed: float) -> float:
    """Area of the sampled LV pressure-volume loop against the integral of the LV's power."""
    step = 5e-4
    simulator = Simulator(plant, step=step)
    simulator.reset(speed=speed)
    work = simulator.metrics()["stroke_work"]
    waves = simulator.advance(speed, SECONDS_PER_MINUTE / plant.heart_rate(), log_interval=step)
    volume = waves[:, WAVEFORMS.index("lv_volume")]
    pressure = waves[:, WAVEFORMS.index("lv_pressure")]
    area = 0.5 * float(np.sum((pressure + np.roll(pressure, -1)) * (np.roll(volume, -1) - volume)))
    return abs(-area / work - 1)


def gradient_error(plant: Plant, speed: float) -> float:
    """Worst relative error of the exact slopes of a beat's metrics by inputs and parameters."""
    beats = BeatMap(plant)
    state, values = steady_state(plant, speed, beats=beats).state, beats.values(speed)
    # Off the periodic state, where no extreme is reached at both ends of the beat at once.
    state[:-1] *= 1 + 0.01 * np.sin(np.arange(len(state) - 1))
    rows = [METRICS.index[name] for name in _OUTPUTS]
    middle = beats.beat(state, values).metrics[rows]
    worst = 0.0
    for name in _INPUTS:
        column = VALUES.index[name]
        if values[column] == 0.0:  # No pump, no speed.
            continue
        direction = np.zeros((1, len(values)))
        direction[0, column] = values[column]
        exact = beats.beat(state, values, None, direction).d_metrics[0, rows]

        def at(nudge: float, along: Array = direction[0]) -> Array:
            return beats.beat(state, values + nudge * along).metrics[rows]

        coarse = (at(_NUDGE) - at(-_NUDGE)) / (2 * _NUDGE)
        fine = (at(_NUDGE / 2) - at(-_NUDGE / 2)) / _NUDGE
        scale = np.maximum(np.abs(exact), _SHARE * np.abs(middle))
        worst = max(worst, float(np.max(np.abs((4 * fine - coarse) / 3 - exact) / scale)))
    return worst


def _findings(settings: InvariantSettings, results: Sequence[list[Invariant]]) -> Findings:
    checked = [invariant for invariants_of_case in results for invariant in invariants_of_case]
    worst: dict[str, float] = {}
    for invariant in checked:
        worst[invariant.measure] = max(worst.get(invariant.measure, 0.0), invariant.value)
    table = data_frame([asdict(part) | {"holds": part.holds} for part in checked])
    return Findings(
        tables={"invariants": table},
        summary="Worst relative errors: "
        + "; ".join(f"{measure} {value:.1e}" for measure, value in worst.items())
        + ".",
        held=all(part.holds for part in checked),
        printed=[PrintedTable.of("invariants, relative errors", table)],
    )


STUDY = Study(
    name="invariants",
    title=lambda settings: "What must hold of the plant",
    settings=InvariantSettings,
    cases=lambda settings: CASES,
    work=invariants,
    units={"value": "1", "limit": "1"},
    findings=_findings,
    result=list[Invariant],
)
