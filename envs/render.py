"""A picture of an episode so far: pressures, flows and speed, as an RGB array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from plants import SIGNALS, Therapy
from plants.quantities import KRPM_PER_RPM

_PANELS = (("map", "pcwp", "cvp"), ("cardiac_output", "pump_flow"))
#: Width and height of the picture, pixels.
SIZE = (640, 480)
_DPI = 80


def frame(
    times: Sequence[float],
    courses: Sequence[dict[str, float]],
    speeds: Sequence[float],
    *,
    title: str,
    therapy: Therapy,
) -> NDArray[np.uint8]:
    """Draw the episode so far.

    Parameters
    ----------
    times : sequence of float
        Times of the metrics, s.
    courses : sequence of dict
        True metrics at those times, by signal name.
    speeds : sequence of float
        Speed in force until each of those times, rpm.
    title : str
        What stands above.
    therapy : Therapy
        Whose wanted ranges are shaded.

    Returns
    -------
    ndarray of uint8, shape (480, 640, 3)
        Red, green, blue.
    """
    # Not pyplot: its global state would be shared with the caller's own figures.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(SIZE[0] / _DPI, SIZE[1] / _DPI), dpi=_DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    panels = figure.subplots(3, 1, sharex=True)
    for axes, names in zip(panels, _PANELS, strict=False):
        for name in names:
            values = [course[name] for course in courses]
            (line,) = axes.plot(times, values, marker=".", markersize=3, label=name)
            for goal in therapy.goals:
                if goal.signal == name and goal.low is not None and goal.high is not None:
                    axes.axhspan(goal.low, goal.high, color=line.get_color(), alpha=0.12)
        axes.set_ylabel(SIGNALS[names[0]].unit)
        axes.legend(loc="upper left", fontsize=8)
    speed = np.asarray(speeds) * KRPM_PER_RPM
    panels[2].step(times, speed, where="pre", marker=".", markersize=3)
    panels[2].set_ylabel("speed [krpm]")
    panels[2].set_xlabel("time [s]")
    figure.suptitle(title)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
