"""A course in time: pressures, flows and the speed command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from experiments.figures.style import COLORS, label, new_figure, plain
from experiments.trial_metrics import series
from plants import SIGNALS

if TYPE_CHECKING:
    import xarray

#: How much of the end is shown beat by beat, s.
CLOSE_UP = 3.0

_BEAT_PRESSURES = ("map", "pcwp", "cvp")
_FLOWS = ("cardiac_output", "pump_flow", "native_flow")
_WAVE_PRESSURES = ("aortic_pressure", "lv_pressure", "la_pressure")
_WAVE_FLOWS = ("aortic_valve_flow", "pump_flow")
_SHORT = {
    "map": "mean arterial",
    "pcwp": "wedge",
    "cvp": "central venous",
    "cardiac_output": "total",
    "pump_flow": "pump",
    "native_flow": "native",
    "aortic_pressure": "aorta",
    "lv_pressure": "left ventricle",
    "la_pressure": "left atrium",
    "aortic_valve_flow": "aortic valve",
}


def time_course(rollout: xarray.Dataset, *, title: str = "") -> Figure:
    """Beat metrics over the whole course beside the waveforms of its end.

    Parameters
    ----------
    rollout : Rollout
        With or without waveforms; see :mod:`plants.rollout`.
    title : str
        Above the figure.

    Examples
    --------
    >>> from experiments.figures import time_course
    >>> from plants import simulate
    >>> figure = time_course(simulate("shock-d", "CP", level="P-8", duration=4.0))
    >>> [axes.get_ylabel() for axes in figure.axes[:3]]
    ['Speed command [rpm]', 'Pressure [mmHg]', 'Flow [L/min]']
    """
    waves = "time" in rollout.sizes
    figure = new_figure(10.5 if waves else 6.5, 7.2)
    columns = 2 if waves else 1
    grid = figure.add_gridspec(3, columns, width_ratios=[1.6, 1.0][:columns])
    _beats(_column(figure, grid, 0), rollout)
    if waves:
        _waveforms(_column(figure, grid, 1), rollout)
    figure.align_ylabels()
    for axes in figure.axes:
        axes.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False,
            fontsize="small", handlelength=1.4, columnspacing=1.2, borderaxespad=0.1,
        )  # fmt: skip
    if title:
        figure.suptitle(title, fontsize="medium")
    return figure


def _column(figure: Figure, grid: GridSpec, column: int) -> list[Axes]:
    """Three axes over one another that share their time axis."""
    last = plain(figure.add_subplot(grid[2, column]))
    above = [plain(figure.add_subplot(grid[row, column], sharex=last)) for row in range(2)]
    for axes in above:
        axes.tick_params(labelbottom=False)
    return [*above, last]


def _beats(rows: list[Axes], rollout: xarray.Dataset) -> None:
    times = np.asarray(rollout["step_time"])
    pressures, flows, speed = rows
    pressures.fill_between(
        times, series(rollout, "diastolic"), series(rollout, "systolic"),
        color=COLORS[0], alpha=0.15, linewidth=0, label="systolic to diastolic",
    )  # fmt: skip
    for color, name in zip(COLORS, _BEAT_PRESSURES, strict=False):
        pressures.plot(times, series(rollout, name), color=color, label=_SHORT[name])
    pressures.set_ylabel(f"Pressure [{SIGNALS['map'].unit}]")
    # The total is drawn broad: where the pump does all the work it lies under the pump's flow.
    for color, width, name in zip(COLORS, (4.5, 1.5, 1.5), _FLOWS, strict=False):
        alpha = 0.35 if width > 2 else 1.0
        values = series(rollout, name)
        flows.plot(times, values, color=color, linewidth=width, alpha=alpha, label=_SHORT[name])
    flows.set_ylabel(f"Flow [{SIGNALS['pump_flow'].unit}]")
    command = np.asarray(rollout["speed_command"])
    # The last command holds for a period more.
    ends = np.append(times, times[-1] + float(rollout.attrs["period"]))
    held = np.append(command, command[-1])
    speed.step(ends, held, where="post", color=COLORS[6], label="speed command")
    speed.set_ylabel(f"Speed command [{SIGNALS['pump_speed'].unit}]")
    speed.set_ylim(0, max(1.0, 1.1 * float(command.max(initial=0.0))))
    speed.set_xlim(times[0], times[-1] + float(rollout.attrs["period"]))
    speed.set_xlabel("Time [s]")


def _waveforms(rows: list[Axes], rollout: xarray.Dataset) -> None:
    last = rollout.sel(time=slice(float(rollout["time"][-1]) - CLOSE_UP, None))
    times = np.asarray(last["time"])
    for axes, names, what in (
        (rows[0], _WAVE_PRESSURES, f"Pressure [{SIGNALS['aortic_pressure'].unit}]"),
        (rows[1], _WAVE_FLOWS, f"Flow [{SIGNALS['pump_flow'].unit}]"),
    ):
        for color, name in zip(COLORS, names, strict=False):
            axes.plot(times, np.asarray(last[name]), color=color, label=_SHORT[name], linewidth=1)
        axes.set_ylabel(what)
    rows[2].plot(
        times, np.asarray(last["motor_current"]), color=COLORS[6], label="motor current",
        linewidth=1,
    )  # fmt: skip
    rows[2].set_ylabel(label("motor_current"))
    rows[2].set_xlabel("Time [s]")
    rows[2].set_xlim(times[0], times[-1])
