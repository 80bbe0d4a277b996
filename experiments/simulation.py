"""The job behind ``impellab simulate``: run one trial, and write what it gave."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.catalogue import NO_DEVICE, load_device
from experiments.figures import Loop, pressure_volume_loops, save_figure, time_course
from experiments.report import ReportTable, write_report
from experiments.run_folder import RunFolder, run_folder
from experiments.trial import HOLD, Trial, TrialRun, run_trial
from experiments.trial_metrics import TRIAL_METRICS, score
from plants import (
    METRICS,
    SIGNALS,
    WAVEFORMS,
    InputError,
    PhysicsError,
    Plant,
    Scenario,
    Simulator,
    Therapy,
    save_rollout,
    steady_metrics,
)
from plants.units import SECONDS_PER_MINUTE

#: Interval of the recorded waveforms, s.
LOG_INTERVAL = 0.01
#: Interval of the samples of a pressure-volume loop, s.
LOOP_INTERVAL = 0.002
#: What is shown at the prompt; the JSON document and the tables on disk hold every metric.
SHOWN = (
    "map", "systolic", "diastolic", "cardiac_output", "native_flow", "pump_flow", "pump_speed",
    "displayed_flow", "motor_current", "cardiac_power_output", "pcwp", "cvp", "mpap", "lvedp",
    "lvedv", "ejection_fraction", "pressure_volume_area", "aortic_valve_open_fraction",
    "suction_margin", "suction", "hemolysis_rate", "heart_rate",
)  # fmt: skip
_OF_PUMP = (
    "pump_flow", "pump_speed", "displayed_flow", "motor_current", "suction_margin", "suction",
    "hemolysis_rate",
)  # fmt: skip


@dataclass(frozen=True)
class Simulation:
    """What a simulation gave.

    Attributes
    ----------
    title : str
        In a line.
    metrics : dict of str to float
        Every metric, averaged over the last beats.
    course : dict of str to float
        What the whole course is judged by; see :data:`experiments.trial_metrics.TRIAL_METRICS`.
    outcome : str
        How the course ended.
    folder : Path
        The run folder.
    with_pump : bool
        Whether there is a pump.
    notes : tuple of str
        What a reader should know.
    """

    title: str
    metrics: dict[str, float]
    course: dict[str, float]
    outcome: str
    folder: Path
    with_pump: bool
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The JSON document of the command."""
        return {
            "metrics": self.metrics,
            "units": {name: SIGNALS[name].unit for name in self.metrics},
            "course": self.course,
            "course_units": {name: TRIAL_METRICS[name].unit for name in self.course},
            "outcome": self.outcome,
            "notes": list(self.notes),
            "run": self.folder,
        }

    def metric_rows(self, names: tuple[str, ...] = SHOWN) -> list[tuple[object, ...]]:
        """Rows (name, value, unit, meaning) of the metrics."""
        shown = [name for name in names if self.with_pump or name not in _OF_PUMP]
        return [
            (name, self.metrics[name], SIGNALS[name].unit, SIGNALS[name].meaning) for name in shown
        ]

    def course_rows(self) -> list[tuple[object, ...]]:
        """Rows (name, value, unit, meaning) of the measures that exist for this course."""
        return [
            (name, value, TRIAL_METRICS[name].unit, TRIAL_METRICS[name].meaning)
            for name, value in self.course.items()
            if name not in SIGNALS and math.isfinite(value)
        ]


def simulation(
    *,
    patient: str,
    device: str,
    level: str | None,
    speed: float | None,
    scenario: str,
    controller: str | None,
    duration: float,
    period: float,
    tier: str,
    spread: float,
    therapy: str,
    seed: int,
    runs: Path,
    progress: Callable[[float], None] | None = None,
) -> Simulation:
    """Simulate, and write data, figures and a report into a run folder.

    Parameters
    ----------
    patient, device, level, speed, scenario, duration, period, tier, spread, therapy, seed
        As in :class:`experiments.trial.Trial`.
    controller : str, optional
        None to hold the level or speed.
    runs : Path
        Where the run folder is made.
    progress : callable, optional
        Called with the simulated time (s).

    Raises
    ------
    InputError
        Something is unknown or out of range, or a pump is given neither level, speed nor
        controller.
    PhysicsError
        There is no steady state to start from, or the simulation left the physical range.
    """
    if device.lower() != NO_DEVICE and level is None and speed is None:
        level = _start_level(device, controller, therapy)
    trial = Trial(
        patient=patient, device=device, scenario=scenario, controller=controller or HOLD,
        seed=seed, tier=tier, duration=duration, period=period, level=level, speed=speed,
        spread=spread, therapy=therapy,
    )  # fmt: skip
    ran = run_trial(trial, log_interval=LOG_INTERVAL, progress=progress)
    if ran.rollout.attrs["ended"]:
        raise PhysicsError(str(ran.rollout.attrs["ended"]))
    course, outcome, reason = score(ran)
    loops = _loops(ran)
    with run_folder("simulate", runs, asdict(trial), seeds={"seed": seed}) as run:
        result = Simulation(
            _title(ran), steady_metrics(ran.rollout), course,
            f"{outcome}: {reason}" if reason else outcome, run.final, ran.pump is not None,
            _notes(ran),
        )  # fmt: skip
        _write(run, result, ran, loops)
    return Simulation(**(vars(result) | {"folder": run.final}))


def _notes(ran: TrialRun) -> tuple[str, ...]:
    """What is not as it may seem: events that never set in, commands that could not be used."""
    found = []
    duration = ran.trial.duration
    late = [one for one in Scenario.load(ran.trial.scenario).events if one.onset >= duration]
    if late:
        first = min(one.onset for one in late)
        found.append(
            f"{len(late)} of the events of {ran.rollout.attrs['scenario']} never set in: the first "
            f"would at {first:g} s, the run ends at {duration:g} s"
        )
    if ran.held_commands:
        found.append(
            f"{ran.held_commands} of {ran.rollout.sizes['step_time']} commands were no finite "
            "speed; the device held the last one"
        )
    return tuple(found)


def _start_level(device: str, controller: str | None, therapy: str) -> str:
    if controller is not None:
        return Therapy.load(therapy).fallback_level
    pump = load_device(device)
    assert pump is not None  # Asked only where there is a device.
    levels = [level.name for level in pump.levels]
    allowed = f"a --level ({', '.join(levels)}), a --speed or a --controller"
    raise InputError("level", "(missing)", allowed)


def _title(ran: TrialRun) -> str:
    trial = ran.trial
    parts = [ran.patient.name]
    if ran.pump is None:
        parts.append("without a pump")
    elif trial.controller != HOLD:
        parts.append(f"on {ran.pump.name} under {trial.controller}")
    else:
        parts.append(f"on {ran.pump.name} at {trial.level or f'{trial.speed:g} rpm'}")
    if trial.scenario != "none":
        parts.append(f"in {ran.rollout.attrs['scenario']}")
    return " ".join(parts)


def _loops(ran: TrialRun) -> list[Loop]:
    """The beat after the course and, with a pump, that of the same patient without one."""
    end = float(ran.rollout["speed_command"][-1])
    if ran.pump is None:
        return [_loop("without a pump", ran.simulator, 0.0)]
    supported = _loop(f"on {ran.pump.name}, at the end", ran.simulator, end)
    try:
        alone = Simulator(Plant(ran.patient, None))
        alone.reset()
        unsupported = _loop("without a pump, undisturbed", alone, 0.0)
    except PhysicsError:  # Some live on the pump only.
        return [supported]
    return [unsupported, supported]


def _loop(name: str, simulator: Simulator, speed: float) -> Loop:
    beat = SECONDS_PER_MINUTE / simulator.metrics()["heart_rate"]
    waves = simulator.advance(speed, beat, log_interval=LOOP_INTERVAL)
    volume, pressure = WAVEFORMS.index("lv_volume"), WAVEFORMS.index("lv_pressure")
    return Loop(name, np.array(waves[:, volume]), np.array(waves[:, pressure]))


def _write(run: RunFolder, result: Simulation, ran: TrialRun, loops: list[Loop]) -> None:
    import pandas

    save_rollout(ran.rollout, run.path / "rollout.nc")
    run.write_json("metrics.json", {k: v for k, v in result.document().items() if k != "run"})
    rows = result.metric_rows(METRICS.names)
    columns = ["signal", "value", "unit", "meaning"]
    run.write_table("metrics", pandas.DataFrame(rows, columns=columns))
    loop = pandas.DataFrame(
        [
            {"loop": one.name, "lv_volume": volume, "lv_pressure": pressure}
            for one in loops
            for volume, pressure in zip(one.volume, one.pressure, strict=True)
        ]
    )
    run.write_table("pv-loops", loop)
    (run.path / "patient.toml").write_text(ran.patient.to_toml(), encoding="utf-8")
    pictures = [
        (
            "Pressure-volume loops of the left ventricle.",
            save_figure(
                pressure_volume_loops(loops, title=result.title), run.path / "pv-loops.png"
            ),
        ),
        (
            "The whole course beat by beat, and the waveforms of its end.",
            save_figure(time_course(ran.rollout, title=result.title), run.path / "course.png"),
        ),
    ]
    write_report(
        run, result.title,
        tables=[
            ReportTable("Mean of the last beats", columns, rows),
            ReportTable("The whole course", ["measure", *columns[1:]], result.course_rows()),
        ],
        figures=pictures,
    )  # fmt: skip
