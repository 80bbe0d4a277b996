"""A course in time: pressures, flows and the speed command."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from experiments.figures import COLORS, Axes, Figure, label, new_figure, plain
from plants import SIGNALS
from plants.simulation import metric_series

if TYPE_CHECKING:
    import xarray
    from matplotlib.gridspec import GridSpec

#: How much of the end is shown beat by beat, s.
CLOSE_UP = 3.0

_BEAT_PRESSURES = ("map", "pcwp", "cvp")
_LEFT_PRESSURES = ("aortic_pressure", "lv_pressure", "la_pressure")
_RIGHT_PRESSURES = ("pa_pressure", "rv_pressure", "ra_pressure")
_SHORT = {
    "map": "mean arterial",
    "pcwp": "wedge",
    "cvp": "central venous",
    "cardiac_output": "total",
    "pump_flow": "pump",
    "right_pump_flow": "right pump",
    "native_flow": "native",
    "aortic_pressure": "aorta",
    "lv_pressure": "left ventricle",
    "la_pressure": "left atrium",
    "pa_pressure": "pulmonary artery",
    "rv_pressure": "right ventricle",
    "ra_pressure": "right atrium",
    "aortic_valve_flow": "aortic valve",
}
_PRESSURE, _FLOW = (f"Pressure [{SIGNALS['map'].unit}]", f"Flow [{SIGNALS['pump_flow'].unit}]")
_COLOR = {
    "right_pump_flow": COLORS[3],
    "cardiac_output": COLORS[0],
    "pump_flow": COLORS[1],
    "native_flow": COLORS[2],
    "aortic_valve_flow": COLORS[0],
}


def time_course(rollout: xarray.Dataset, *, title: str = "") -> Figure:
    """Beat metrics over the whole course beside the waveforms of its end.

    A right pump adds its flow, its speed and the pressures of the right heart.

    Parameters
    ----------
    rollout : Rollout
        With or without waveforms; see :mod:`plants.simulation.rollout`.
    title : str
        Above the figure.

    Examples
    --------
    >>> from experiments.trials import time_course
    >>> from plants import simulate
    >>> figure = time_course(simulate("shock-d", "CP", level="P-8", duration=4.0))
    >>> [axes.get_ylabel() for axes in figure.axes[:3]]
    ['Pressure [mmHg]', 'Flow [L/min]', 'Speed command [rpm]']
    """
    waves = "time" in rollout.sizes
    rows = _wave_rows(rollout)
    figure = new_figure(10.5 if waves else 6.5, 7.2 if len(rows) < 4 else 8.6)
    columns = 2 if waves else 1
    # A grid that both columns divide, so that they are as high as one another.
    height = math.lcm(3, len(rows))
    grid = figure.add_gridspec(height, columns, width_ratios=[1.6, 1.0][:columns])
    _beats(_column(figure, grid, 0, 3), rollout)
    if waves:
        _waveforms(_column(figure, grid, 1, len(rows)), rows, rollout)
    figure.align_ylabels()
    for axes in figure.axes:
        axes.legend(
            loc="lower center",
            bbox_to_anchor=(0.5, 1.0),
            ncols=4,
            frameon=False,
            fontsize="small",
            handlelength=1.0,
            columnspacing=0.9,
            borderaxespad=0.1,
            handletextpad=0.5,
        )
    if title:
        figure.suptitle(title, fontsize="medium")
    return figure


def _column(figure: Figure, grid: GridSpec, column: int, rows: int) -> list[Axes]:
    """Axes over one another that share their time axis."""
    each = grid.nrows // rows
    places = [grid[row * each : (row + 1) * each, column] for row in range(rows)]
    first = plain(figure.add_subplot(places[0]))
    shared = [first, *(plain(figure.add_subplot(place, sharex=first)) for place in places[1:])]
    for axes in shared[:-1]:
        axes.tick_params(labelbottom=False)
    return shared


def _pump_flows(rollout: xarray.Dataset) -> tuple[str, ...]:
    """Flows of the pumps that are there; of a rollout that does not say, the left one's."""
    flows = [("pump_flow", "left_pump", "a pump"), ("right_pump_flow", "right_pump", "")]
    return tuple(name for name, key, default in flows if rollout.attrs.get(key, default))


def _beats(rows: list[Axes], rollout: xarray.Dataset) -> None:
    times = np.asarray(rollout["step_time"])
    pressures, flows, speed = rows
    pressures.fill_between(
        times,
        metric_series(rollout, "diastolic"),
        metric_series(rollout, "systolic"),
        color=COLORS[0],
        alpha=0.15,
        linewidth=0,
        label="systolic to diastolic",
    )
    for color, name in zip(COLORS, _BEAT_PRESSURES, strict=False):
        pressures.plot(times, metric_series(rollout, name), color=color, label=_SHORT[name])
    pressures.set_ylabel(_PRESSURE)
    for name in ("cardiac_output", *_pump_flows(rollout), "native_flow"):
        # The total is drawn broad: where the pump does all the work it lies under the pump's flow.
        width, alpha = (4.5, 0.35) if name == "cardiac_output" else (1.5, 1.0)
        flows.plot(
            times,
            metric_series(rollout, name),
            color=_COLOR[name],
            linewidth=width,
            alpha=alpha,
            label=_SHORT[name],
        )
    flows.set_ylabel(_FLOW)
    # A flow that hardly changes must not look as if it did.
    flows.set_ylim(bottom=min(0.0, flows.get_ylim()[0]))
    _speeds(speed, times, rollout)


def _speeds(axes: Axes, times: np.ndarray, rollout: xarray.Dataset) -> None:
    command = np.asarray(rollout["speed_command"])
    # The last command holds to the end of its period.
    ends = np.append(times, float(rollout.attrs["seconds"]))
    held = np.append(command, command[-1])
    axes.step(ends, held, where="post", color=COLORS[6], label="speed command")
    beside = float(rollout.attrs.get("right_speed", 0.0))
    if beside > 0:
        axes.axhline(beside, color=_COLOR["right_pump_flow"], label="right pump, held")
    axes.set_ylabel(f"Speed command [{SIGNALS['pump_speed'].unit}]")
    axes.set_ylim(0, max(1.0, beside * 1.1, 1.1 * float(command.max(initial=0.0))))
    axes.set_xlim(times[0], ends[-1])
    axes.set_xlabel("Time [s]")


def _wave_rows(rollout: xarray.Dataset) -> list[tuple[tuple[str, ...], str]]:
    """Signals and axis label of each row of waveforms."""
    pumps = _pump_flows(rollout)
    rows: list[tuple[tuple[str, ...], str]] = [(_LEFT_PRESSURES, _PRESSURE)]
    if "right_pump_flow" in pumps:
        rows.append((_RIGHT_PRESSURES, _PRESSURE))
    rows.append((("aortic_valve_flow", *pumps), _FLOW))
    if "pump_flow" in pumps:
        rows.append((("motor_current",), label("motor_current")))
    elif "right_pump_flow" not in pumps:
        rows.append((_RIGHT_PRESSURES, _PRESSURE))
    return rows


def _waveforms(
    column: list[Axes], rows: list[tuple[tuple[str, ...], str]], rollout: xarray.Dataset
) -> None:
    last = rollout.sel(time=slice(float(rollout["time"][-1]) - CLOSE_UP, None))
    times = np.asarray(last["time"])
    for axes, (names, what) in zip(column, rows, strict=True):
        for color, name in zip(COLORS, names, strict=False):
            shown = COLORS[6] if name == "motor_current" else _COLOR.get(name, color)
            text = _SHORT.get(name, "motor current")
            axes.plot(times, np.asarray(last[name]), color=shown, label=text, linewidth=1)
        axes.set_ylabel(what)
    column[-1].set(xlabel="Time [s]", xlim=(times[0], times[-1]))
