"""The job behind ``impellab simulate``: run one trial, and write what it gave."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from experiments.figures import pressure_volume_loops
from experiments.runs import PrintedTable, RunFolder, run_folder, write_report
from experiments.statistics import data_frame
from experiments.trials.catalogue import NO_DEVICE, device_plant
from experiments.trials.course_figure import time_course
from experiments.trials.loops import Cycle, cycles, loops, table
from experiments.trials.metrics import TRIAL_METRICS, score
from experiments.trials.notes import notes
from experiments.trials.trial import HOLD, Trial, TrialRun, run_trial
from plants import (
    SIGNALS,
    InputError,
    Patient,
    PhysicsError,
    Therapy,
    rollout_table,
    save_rollout,
    steady_metrics,
)
from plants.plant import BeyondLife
from plants.quantities import MISSING, FailureKind
from plants.simulation import COMPLETED, SINUS, rollout_beyond_life

#: Interval of the recorded waveforms, s.
LOG_INTERVAL = 0.01
#: What is shown at the prompt where it is there; the JSON document and the tables on disk hold
#: every metric.
SHOWN = (
    *("map", "systolic", "diastolic", "cardiac_output", "native_flow"),
    *("pump_flow", "pump_speed", "displayed_flow", "motor_current"),
    *("right_pump_flow", "right_pump_speed", "cardiac_power_output"),
    *("pcwp", "cvp", "mpap", "papi", "lvedp", "lvedv"),
    *("ejection_fraction", "pressure_volume_area", "aortic_valve_open_fraction"),
    *("suction_margin", "suction", "hemolysis_rate", "heart_rate"),
    *("pfhb", "hemoglobin", "lactate", "svo2", "limb_perfusion", "sympathetic_activity"),
)
_OF_LEFT = (
    *("pump_flow", "pump_speed", "displayed_flow", "motor_current"),
    *("suction_margin", "suction"),
)
_OF_RIGHT = ("right_pump_flow", "right_pump_speed", "papi")
_OF_ANY = ("hemolysis_rate",)


@dataclass(frozen=True)
class Simulation:
    """What a simulation gave.

    Attributes
    ----------
    title : str
        In a line.
    metrics : dict of str to float
        Every metric, averaged over the last beats; with a slow clock its signals too.
    course : dict of str to float
        What the whole course is judged by; see :data:`experiments.trials.TRIAL_METRICS`.
    outcome : str
        How the course ended.
    folder : Path
        The run folder.
    completed : bool
        Whether it ran to its time.
    sides : tuple of str
        The sides that have a pump: ``"left"``, ``"right"``.
    beyond_life : tuple of BeyondLife
        The worst values with which no patient lives.
    notes : tuple of str
        What a reader should know.
    """

    title: str
    metrics: dict[str, float]
    course: dict[str, float]
    outcome: str
    folder: Path
    completed: bool
    sides: tuple[str, ...]
    beyond_life: tuple[BeyondLife, ...] = ()
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The JSON document of the command."""
        return {
            "metrics": self.metrics,
            "units": {name: SIGNALS[name].unit for name in self.metrics},
            "course": self.course,
            "course_units": {name: TRIAL_METRICS[name].unit for name in self.course},
            "outcome": self.outcome,
            "beyond_life": [each._asdict() for each in self.beyond_life],
            "notes": list(self.notes),
            "run": self.folder,
        }

    def metric_rows(self, names: tuple[str, ...] = SHOWN) -> list[tuple[object, ...]]:
        """Rows (name, value, unit, meaning) of the metrics that are there."""
        hidden = {
            *(() if "left" in self.sides else _OF_LEFT),
            *(() if "right" in self.sides else _OF_RIGHT),
            *(() if self.sides else _OF_ANY),
        }
        return [
            (name, self.metrics[name], SIGNALS[name].unit, SIGNALS[name].meaning)
            for name in names
            if name in self.metrics and (name not in hidden or names is not SHOWN)
        ]

    def course_rows(self) -> list[tuple[object, ...]]:
        """Rows (name, value, unit, meaning) of the measures that exist for this course."""
        shown = {
            name: value
            for name, value in self.course.items()
            if name not in SIGNALS and math.isfinite(value)
        }
        if not shown["solves"]:  # A controller that solves nothing has nothing to tell of it.
            shown = {name: value for name, value in shown.items() if not name.startswith("solve")}
        return [
            (name, value, TRIAL_METRICS[name].unit, TRIAL_METRICS[name].meaning)
            for name, value in shown.items()
        ]


def simulation(
    trial: Trial,
    *,
    runs: Path,
    controlled: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Simulation:
    """Simulate, and write data, figures and a report into a run folder.

    Parameters
    ----------
    trial : Trial
        What to run.
    runs : Path
        Where the run folder is made.
    controlled : bool
        Whether a controller was asked for: given neither level nor speed, it takes over at the
        fallback level of the therapy.
    progress : callable, optional
        Called with the simulated time (s).

    Returns
    -------
    Simulation
        Also of a course that ended before its time: its outcome says why, and everything until
        then is kept.

    Raises
    ------
    InputError
        Something is unknown or out of range, or a pump is given neither level, speed nor
        controller.
    PhysicsError
        There is no steady state to start from, or the first period left the physical range.
    """
    if trial.device.lower() != NO_DEVICE and trial.level is None and trial.speed is None:
        trial = replace(trial, level=_start_level(trial, controlled))
    with run_folder("simulate", runs, asdict(trial), seeds={"seed": trial.seed}) as run:
        ran = run_trial(trial, log_interval=LOG_INTERVAL, progress=progress)
        if not ran.rollout.sizes["step_time"]:
            ended = ran.rollout.attrs
            raise PhysicsError(str(ended["ended"]), kind=FailureKind(ended["failure"]))
        course, outcome, reason = score(ran)
        plant, pv_cycles = ran.simulator.plant, cycles(ran)
        result = Simulation(
            _title(ran),
            steady_metrics(ran.rollout),
            course,
            f"{outcome}: {reason}" if reason else outcome,
            run.final,
            outcome == COMPLETED,
            tuple(pump.side for pump in (plant.left, plant.right) if pump is not None),
            rollout_beyond_life(ran.rollout),
            notes(ran),
        )
        _write(run, result, ran, pv_cycles)
    return replace(result, folder=run.final)


def _start_level(trial: Trial, controlled: bool) -> str:
    pump = device_plant(Patient.load(trial.patient), trial.device, trial.conditions).pump
    if controlled:
        return Therapy.load(trial.therapy).fallback_level
    assert pump is not None  # Asked only where there is a device.
    levels = [level.name for level in pump.levels]
    allowed = f"one of {', '.join(levels)}, or in its place a --speed or a --controller"
    raise InputError("level", MISSING, allowed)


def _title(ran: TrialRun) -> str:
    trial, plant = ran.trial, ran.simulator.plant
    parts = [ran.patient.name]
    if ran.pump is None:
        parts.append("without a pump")
    elif trial.controller != HOLD:
        parts.append(f"on {plant.device} under {trial.controller}")
    else:
        parts.append(f"on {plant.device} at {trial.level or f'{trial.speed:g} rpm'}")
    if plant.right_speed and plant.right is not None:
        level = plant.right.nearest_level(plant.right_speed).name
        parts.append(f"({plant.right.name} at {level})")
    if trial.conditions.rhythm != SINUS:
        parts.append(f"in {trial.conditions.rhythm}")
    if trial.scenario != "none":
        parts.append(f"in {ran.rollout.attrs['scenario']}")
    return " ".join(parts)


def _write(run: RunFolder, result: Simulation, ran: TrialRun, pv_cycles: list[Cycle]) -> None:
    save_rollout(ran.rollout, run.file("rollout.nc"))
    for name, along in (("waveforms", "time"), ("steps", "step_time")):
        run.write_table(name, rollout_table(ran.rollout, along), csv=False)
    run.write_json("metrics.json", {k: v for k, v in result.document().items() if k != "run"})
    rows = result.metric_rows(tuple(result.metrics))
    columns = ["signal", "value", "unit", "meaning"]
    run.write_table("metrics", data_frame(rows, columns=columns))
    run.write_table("pv-loops", table(pv_cycles))
    run.write_text("patient.toml", ran.patient.to_toml())
    pictures = [
        run.write_figure(
            "pv-loops",
            lambda: pressure_volume_loops(loops(pv_cycles), title=result.title),
            "Pressure-volume loops of the ventricles.",
        ),
        run.write_figure(
            "course",
            partial(time_course, ran.rollout, title=result.title),
            "The whole course beat by beat, and the waveforms of its end.",
        ),
    ]
    with run.optional("the report"):
        write_report(
            run,
            result.title,
            introduction=" ".join(f"Note: {text}." for text in result.notes),
            tables=[
                PrintedTable("Mean of the last beats", columns, rows),
                PrintedTable("The whole course", ["measure", *columns[1:]], result.course_rows()),
            ],
            figures=pictures,
        )
