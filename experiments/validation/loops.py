"""Pressure-volume loops of the presets beside each other, with the relations of their free walls.

Loop and relations are of the free wall: the pressure across it by the volume that it holds, see
:func:`plants.plant.pressure_volume_relations`. The loop of the ventricle itself, as a catheter
measures it, lies higher by the pericardium's pressure and to the side by the septum's bulge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from experiments.figures import (
    COLORS,
    Axes,
    Figure,
    Ventricle,
    left_title,
    new_figure,
    plain,
    shared_legend,
)
from experiments.runs import FloatArray
from experiments.validation.circumstances import beat_waves
from plants import Plant, steady_state
from plants.plant import pressure_volume_relations
from plants.quantities import Array

#: From health to the worst stage, then failure of both ventricles and of the right one.
STAGES = ("healthy", "hfref", "shock-c", "shock-d", "shock-e", "biventricular-shock", "rv-failure")
#: The patient on pumps, the pumps, and their levels.
SUPPORTED, PUMPS, LEVELS = "shock-d", ("CP", "5.5"), ("P-2", "P-5", "P-9")
NO_PUMP = "no pump"
_POINTS = 120
_REACH = 2.0  # of the largest volume of the loop: beyond any other stage's
_RELATIONS = {"end_systolic": ("--", "ESPVR"), "end_diastolic": (":", "EDPVR")}
_WALL_COLOR = "#555555"


@dataclass(frozen=True)
class WallLoop:
    """A beat of a ventricle, of its free wall and as a catheter measures it.

    Attributes
    ----------
    patient, device, level : str
        Who, and on what; device ``"none"`` without a pump.
    ventricle : {"lv", "rv"}
        Which.
    volume, pressure : ndarray
        What the free wall holds (mL), and the pressure across it (mmHg), over the beat.
    chamber_volume, chamber_pressure : ndarray
        Of the ventricle.
    relation_volume, end_diastolic, end_systolic : ndarray
        The relations of the free wall by its volume.
    """

    patient: str
    device: str
    level: str
    ventricle: Ventricle
    volume: FloatArray
    pressure: FloatArray
    chamber_volume: FloatArray
    chamber_pressure: FloatArray
    relation_volume: FloatArray
    end_diastolic: FloatArray
    end_systolic: FloatArray


def stage_loops() -> list[WallLoop]:
    """Both ventricles of every stage, without a pump."""
    return [loop for stage in STAGES for loop in wall_loops(stage)]


def pump_loops() -> list[WallLoop]:
    """Both ventricles of a patient without a pump and at rising levels of two, no reflex."""
    alone = wall_loops(SUPPORTED)
    return alone + [
        loop for pump in PUMPS for level in LEVELS for loop in wall_loops(SUPPORTED, pump, level)
    ]


def wall_loops(patient: str, device: str | None = None, level: str = "") -> list[WallLoop]:
    """Both ventricles of a patient, without a reflex.

    Raises
    ------
    PhysicsError
        There is no periodic beat.

    Examples
    --------
    >>> from experiments.validation.loops import wall_loops
    >>> [loop.ventricle for loop in wall_loops("shock-d", "CP", "P-5")]
    ['lv', 'rv']
    """
    plant = Plant(patient, device)
    speed = plant.level_speed(level)
    steady = steady_state(plant, speed)
    waves = beat_waves(steady, speed, {})

    def loop(ventricle: Ventricle) -> WallLoop:
        bulge = waves["septum_shift"] * (1.0 if ventricle == "rv" else -1.0)
        volume = waves[f"{ventricle}_volume"] + bulge
        across = np.linspace(plant.patient[f"{ventricle}_v0"], _REACH * volume.max(), _POINTS)
        relations = pressure_volume_relations(steady.state, steady.values, ventricle, across)
        return WallLoop(
            patient=patient,
            device=plant.device,
            level=level,
            ventricle=ventricle,
            volume=volume,
            pressure=waves[f"{ventricle}_pressure"] - waves["pericardial_pressure"],
            chamber_volume=waves[f"{ventricle}_volume"],
            chamber_pressure=waves[f"{ventricle}_pressure"],
            relation_volume=across,
            **relations._asdict(),
        )

    return [loop(ventricle) for ventricle in get_args(Ventricle)]


def stage_loops_figure(loops: Sequence[WallLoop]) -> Figure:
    """The stages beside each other, the left ventricles above the right ones, on equal axes."""
    stages = _in_order(loop.patient for loop in loops)
    figure = new_figure(1.75 * len(stages) + 0.9, 5.6)
    panels = _panels(figure, loops, stages)
    for stage in stages:
        panels["lv", stage].set_title(stage, fontsize="small")
    for loop in loops:
        axes = panels[loop.ventricle, loop.patient]
        _draw_relations(axes, loop)
        own = loop.chamber_volume, loop.chamber_pressure
        _draw_loop(axes, *own, "#aaaaaa", "ventricle, as a catheter measures it", 0.8)
        _draw_loop(axes, loop.volume, loop.pressure, COLORS[0], "free wall", 1.5)
    shared_legend(figure, panels["lv", stages[0]])
    left_title(
        figure,
        "Stages without a pump: pressure across the free wall by the volume it holds, with its "
        "end-systolic and end-diastolic relation",
    )
    return figure


def pump_loops_figure(loops: Sequence[WallLoop]) -> Figure:
    """A patient without a pump and at rising levels, a column for each pump, on equal axes."""
    devices = [device for device in _in_order(loop.device for loop in loops) if device != "none"]
    names = _in_order(_level_name(loop) for loop in loops)
    colors = dict(zip(names, ("black", *COLORS), strict=False))
    figure = new_figure(4.2 * len(devices) + 0.6, 6.8)
    panels = _panels(figure, loops, devices)
    for device in devices:
        panels["lv", device].set_title(device, fontsize="medium")
        shown = [loop for loop in loops if loop.device in (device, "none")]
        for loop in shown:
            axes = panels[loop.ventricle, device]
            _draw_relations(axes, loop)
            name = _level_name(loop)
            _draw_loop(axes, loop.volume, loop.pressure, colors[name], name, 1.4)
    shared_legend(figure, panels["lv", devices[0]])
    left_title(
        figure,
        f"{loops[0].patient} on pumps, no reflex: pressure across the free wall by the volume "
        "it holds, with its relations",
    )
    return figure


def _level_name(loop: WallLoop) -> str:
    return loop.level or NO_PUMP


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _panels(
    figure: Figure, loops: Sequence[WallLoop], columns: Sequence[str]
) -> Mapping[tuple[str, str], Axes]:
    """Panels by ventricle and column; those of a ventricle share both axes."""
    sides = get_args(Ventricle)
    grid = figure.subplots(len(sides), len(columns), sharex="row", sharey="row", squeeze=False)
    for side, row in zip(sides, grid, strict=True):
        of_side = [loop for loop in loops if loop.ventricle == side]
        volumes = [(loop.volume, loop.chamber_volume) for loop in of_side]
        pressures = [(loop.pressure, loop.chamber_pressure) for loop in of_side]
        row[0].set_xlim(0.0, 1.08 * _largest(volumes))
        row[0].set_ylim(min(0.0, 1.05 * _least(pressures)), 1.1 * _largest(pressures))
        row[0].set_ylabel(f"{side.upper()} pressure [mmHg]", fontsize="small")
        for axes in row:
            plain(axes).tick_params(labelsize="x-small")
            axes.set_xlabel(f"{side.upper()} volume [mL]", fontsize="small")
    return {
        (side, column): grid[i, k]
        for i, side in enumerate(sides)
        for k, column in enumerate(columns)
    }


def _largest(pairs: Sequence[tuple[Array, Array]]) -> float:
    return float(max(values.max() for pair in pairs for values in pair))


def _least(pairs: Sequence[tuple[Array, Array]]) -> float:
    return float(min(values.min() for pair in pairs for values in pair))


def _draw_relations(axes: Axes, loop: WallLoop) -> None:
    """Each relation once in a legend, however many walls are drawn."""
    told = axes.get_legend_handles_labels()[1]
    for name, (style, label) in _RELATIONS.items():
        axes.plot(
            loop.relation_volume,
            getattr(loop, name),
            style,
            color=_WALL_COLOR,
            linewidth=1.0,
            label="" if label in told else label,
        )


def _draw_loop(
    axes: Axes, volume: Array, pressure: Array, color: str, name: str, width: float
) -> None:
    closed = np.append(np.arange(len(volume)), 0)
    axes.plot(volume[closed], pressure[closed], color=color, linewidth=width, label=name)
