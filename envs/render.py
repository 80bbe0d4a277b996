"""A picture of an episode so far: pressures, flows and speed, as an RGB array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from plants import SIGNALS, Patient, Pump, Therapy
from plants.quantities import KRPM_PER_RPM

_PANELS = (("map", "pcwp", "cvp"), ("cardiac_output", "pump_flow"))
#: Width and height of the picture, pixels.
SIZE = (640, 480)
_DPI = 80


def frame(
    course: Sequence[tuple[float, dict[str, float], float]],
    patient: Patient,
    pump: Pump,
    therapy: Therapy,
) -> NDArray[np.uint8]:
    """Draw the episode so far.

    Parameters
    ----------
    course : sequence of tuple
        Times (s), true metrics at those times by signal name, and the speed (rpm) in force until
        then.
    patient, pump : Patient, Pump
        Who lies on what.
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

    times, metrics, speeds = zip(*course, strict=True)
    figure = Figure(figsize=(SIZE[0] / _DPI, SIZE[1] / _DPI), dpi=_DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    panels = figure.subplots(3, 1, sharex=True)
    for axes, names in zip(panels, _PANELS, strict=False):
        for name in names:
            values = [row[name] for row in metrics]
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
    figure.suptitle(f"{patient.name} on {pump.name}")
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
