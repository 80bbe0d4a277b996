"""The pressure-volume loops of a simulation: at its end, and of the same patient without a pump."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.figures import Loop, Ventricle
from experiments.statistics import DataFrame, data_frame
from experiments.trials.trial import TrialRun
from plants import WAVEFORMS, PhysicsError, Plant, Simulator
from plants.quantities import SECONDS_PER_MINUTE, Array
from plants.simulation import SINUS, death_text

#: Interval of the samples of a loop, s.
LOOP_INTERVAL = 0.002
#: How much is drawn where no beat is like the last, s.
IRREGULAR_SECONDS = 5.0
_VENTRICLES: tuple[Ventricle, ...] = ("lv", "rv")
_COLUMNS = tuple(f"{side}_{what}" for side in _VENTRICLES for what in ("volume", "pressure"))


@dataclass(frozen=True)
class Cycle:
    """A beat of both ventricles, or several where no beat is like the last.

    Attributes
    ----------
    name : str
        For the legend.
    values : dict of str to ndarray
        Volumes (mL) and pressures (mmHg) of both ventricles, by signal name.
    closed : bool
        Whether the end joins the beginning.
    """

    name: str
    values: dict[str, Array]
    closed: bool


def cycles(ran: TrialRun) -> list[Cycle]:
    """The end of a course and, with a pump, the same patient without one."""
    plant = ran.simulator.plant
    if ran.pump is None:
        return [_end("without a pump", ran)]
    supported = _end(f"on {plant.device}, at the end", ran)
    try:
        alone = Simulator(Plant(ran.patient, None))
        alone.reset()
        return [_beat("without a pump, undisturbed", alone, 0.0), supported]
    except PhysicsError:  # Some live on the pump only.
        return [supported]


def loops(pv_cycles: Sequence[Cycle]) -> list[Loop]:
    """The loops of both ventricles, as the figure takes them."""
    return [
        Loop(
            cycle.name, cycle.values[f"{v}_volume"], cycle.values[f"{v}_pressure"], v, cycle.closed
        )
        for cycle in pv_cycles
        for v in _VENTRICLES
    ]


def table(pv_cycles: Sequence[Cycle]) -> DataFrame:
    """A row for each sample: the name of the loop, then volumes and pressures."""
    import pandas

    return pandas.concat(
        [data_frame({"loop": cycle.name, **cycle.values}) for cycle in pv_cycles], ignore_index=True
    )


def _end(name: str, ran: TrialRun) -> Cycle:
    """What follows the course; where nothing can follow, the last that was recorded of it."""
    if _may_go_on(ran):
        speed = float(ran.rollout["speed_command"][-1])
        irregular = ran.trial.conditions.rhythm != SINUS
        try:
            return _beat(name, ran.simulator, speed, IRREGULAR_SECONDS if irregular else None)
        except PhysicsError:
            pass
    rollout = ran.rollout
    beat = SECONDS_PER_MINUTE / float(rollout["heart_rate"][-1])
    last = rollout.sel(time=slice(float(rollout["time"][-1]) - beat, None))
    return Cycle(name, {column: np.asarray(last[column]) for column in _COLUMNS}, closed=False)


def _may_go_on(ran: TrialRun) -> bool:
    """Whether the plant is still where it can be simulated: at the end, or a death by pressure."""
    return ran.rollout.attrs["ended"] in ("", death_text(ran.therapy.death))


def _beat(name: str, simulator: Simulator, speed: float, seconds: float | None = None) -> Cycle:
    length = SECONDS_PER_MINUTE / simulator.metrics()["heart_rate"] if seconds is None else seconds
    waves = simulator.advance(speed, length, log_interval=LOOP_INTERVAL)
    values: dict[str, Any] = {
        column: np.array(waves[:, WAVEFORMS.index(column)]) for column in _COLUMNS
    }
    return Cycle(name, values, closed=seconds is None)
