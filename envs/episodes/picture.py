"""A picture of an episode so far, as an RGB array: signals, flows and the command over time.

Axes and ticks are drawn once and kept as a background; a further frame draws the lines alone, which
takes milliseconds. Only where a line leaves the axes are these widened and drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from plants import SIGNALS, Therapy
from plants.quantities import figure_defaults, printable

#: Width and height of the picture, pixels.
SIZE = (640, 480)
_DPI = 80
# Axes that are left are widened by this factor, so that they are rarely drawn anew.
_WIDER = 1.5


class Moment(NamedTuple):
    """A time of an episode, the true metrics then, and the command in force until then."""

    time: float
    metrics: dict[str, float]
    command: float


@dataclass(frozen=True)
class Panel:
    """Axes of a picture.

    Parameters
    ----------
    signals : tuple of str
        What is drawn, by name; empty for the panel of the command.
    high : float
        Upper end of the axes at first.
    label : str
        Of the axes; by default the unit of the signals.
    """

    signals: tuple[str, ...]
    high: float
    label: str = ""


#: Pressures (mmHg) and flows (L/min).
CIRCULATION = (Panel(("map", "pcwp", "cvp"), 120.0), Panel(("cardiac_output", "pump_flow"), 8.0))


class EpisodePicture:
    """Draws an episode frame by frame; a copy of it draws anew.

    Parameters
    ----------
    command : Panel
        The lowest panel.
    time : str
        Label of the time.
    horizon : float
        Time up to which there is room at first.
    therapy : Therapy
        Whose wanted ranges are shaded.
    """

    def __init__(self, command: Panel, time: str, horizon: float, therapy: Therapy):
        self._panels = (*CIRCULATION, command)
        self._time, self._horizon, self._therapy = time, horizon, therapy
        self._drawn: _Drawn | None = None

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_drawn": None}

    def frame(self, title: str, course: Sequence[Moment]) -> NDArray[np.uint8]:
        """The episode so far.

        Parameters
        ----------
        title : str
            Who lies on what.
        course : sequence of Moment
            The episode, one moment or more.

        Returns
        -------
        ndarray of uint8, shape (480, 640, 3)
            Red, green, blue.
        """
        if self._drawn is None:
            with figure_defaults():
                self._drawn = _Drawn(self._panels, self._time, self._horizon, self._therapy)
        return self._drawn.frame(printable(title), course)


class _Drawn:
    """The figure, and its background without the lines."""

    def __init__(self, panels: Sequence[Panel], time: str, horizon: float, therapy: Therapy):
        # Not pyplot: its global state would be shared with the caller's own figures.
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(SIZE[0] / _DPI, SIZE[1] / _DPI), dpi=_DPI)
        figure.subplots_adjust(left=0.11, right=0.98, top=0.93, bottom=0.1, hspace=0.12)
        self._figure, self._canvas = figure, FigureCanvasAgg(figure)
        self._axes = figure.subplots(len(panels), 1, sharex=True)
        self._lines: list[tuple[str, Any]] = []  # the name "" is that of the command
        for axes, panel in zip(self._axes, panels, strict=True):
            axes.set_ylim(0.0, panel.high)
            axes.set_ylabel(panel.label or SIGNALS[panel.signals[0]].unit)
            for name in panel.signals:
                (line,) = axes.plot([], [], label=name, animated=True)
                self._lines.append((name, line))
                for goal in therapy.goals:
                    if goal.signal == name and goal.low is not None and goal.high is not None:
                        axes.axhspan(goal.low, goal.high, color=line.get_color(), alpha=0.12)
            if panel.signals:
                axes.legend(loc="upper left", fontsize=8)
            else:
                (line,) = axes.step([], [], where="pre", animated=True)
                self._lines.append(("", line))
        self._axes[-1].set_xlim(0.0, horizon)
        self._axes[-1].set_xlabel(time)
        self._title, self._background = "", None

    def frame(self, title: str, course: Sequence[Moment]) -> NDArray[np.uint8]:
        times = np.array([moment.time for moment in course])
        rows = {"": np.array([moment.command for moment in course])}
        for name, line in self._lines:
            if name not in rows:
                rows[name] = np.array([moment.metrics[name] for moment in course])
            line.set_data(times, rows[name])
        if self._widened() or title != self._title or self._background is None:
            self._title = title
            with figure_defaults():
                self._figure.suptitle(title)
                self._canvas.draw()
            self._background = self._canvas.copy_from_bbox(self._figure.bbox)
        else:
            self._canvas.restore_region(self._background)
        for _, line in self._lines:
            line.axes.draw_artist(line)
        return np.asarray(self._canvas.buffer_rgba())[..., :3].copy()

    def _widened(self) -> bool:
        """Make room for what the lines hold; whether there was too little."""
        widened = False
        for _, line in self._lines:
            axes = line.axes
            for values, limits, widen in zip(
                line.get_data(),
                (axes.get_xlim(), axes.get_ylim()),
                (axes.set_xlim, axes.set_ylim),
                strict=True,
            ):
                low, high = limits
                least, most = np.nanmin(values, initial=low), np.nanmax(values, initial=high)
                if least < low or most > high:
                    # Downwards by steps of the axes' own height.
                    below = low if least >= low else least - (_WIDER - 1.0) * (high - low)
                    widen(below, high if most <= high else _WIDER * most)
                    widened = True
        return widened
