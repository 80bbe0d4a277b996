"""The figure of a high-risk coronary intervention: support against no support, and the weaning."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from experiments.figures import COLORS, Axes, Figure, label, new_figure, plain
from experiments.weaning.course import (
    AFTER_EXPLANT_COLOR,
    LEGEND,
    SMALL,
    annotate_decisions,
    limit_line,
    main_decisions,
    numbered,
    stacked_panels,
    titled,
)
from experiments.weaning.pci.outcome import PciCourse
from plants.quantities import RPM_PER_KRPM, SECONDS_PER_HOUR, SECONDS_PER_MINUTE
from plants.scenarios import intervention_numbers
from plants.simulation import DIED, LEFT

#: What an outcome is called in titles and tables.
OUTCOME_WORDS = {
    "well": "off the pump and well",
    "failed": "off the pump, pressure too low",
    DIED: "died",
    LEFT: "left the physical range of the model",
    "label": "still supported at the end of the label's time",
}
_SIZE = (12.0, 9.0)  # inches
_INFLATION, _UNSUPPORTED = "#f6cfc0", "#555555"


def pci_figure(course: PciCourse) -> Figure:
    """Speed, pressure, flow and wedge pressure in minutes, supported and unsupported.

    Parameters
    ----------
    course : PciCourse
        Of :func:`experiments.weaning.pci.course.run_pci`.
    """
    figure = new_figure(*_SIZE)
    heights = {_speed: 1.2, _pressure: 1.3, _flow: 1.0, _wedge: 1.0, _pulse: 0.8}
    beside = stacked_panels(
        figure,
        [(height, partial(_drawn, draw, course)) for draw, height in heights.items()],
        over_time=partial(_over_time, course),
        end=_end(course),
        unit="min",
    )
    annotate_decisions(beside, _main(course), inches=_SIZE[1], minutes=True)
    trial = course.trial
    inside = f" with {trial.controller} inside the holds" if trial.controller else ""
    minutes = course.seconds / SECONDS_PER_MINUTE
    figure.suptitle(
        f"High-risk coronary intervention, {course.patient} on a {trial.device}{inside}: "
        f"{OUTCOME_WORDS[course.outcome]}\n{minutes:.0f} min on support; "
        f"{course.reason}",
        fontsize="medium",
        x=0.01,
        ha="left",
    )
    return figure


def _drawn(draw: Callable[[Axes, PciCourse], None], course: PciCourse, axes: Axes) -> None:
    draw(plain(axes), course)


def _main(course: PciCourse) -> list[dict[str, Any]]:
    hours = [
        {**decision, "hours": decision["seconds"] / SECONDS_PER_HOUR}
        for decision in course.decisions
    ]
    return main_decisions(hours)


def _end(course: PciCourse) -> float:
    return course.supported["time"][-1] / SECONDS_PER_MINUTE * 1.005


def _over_time(course: PciCourse, axes: Axes) -> None:
    """What all panels show: inflations, the opened artery, the removal of the pump."""
    for inflation in course.intervention.inflations:
        axes.axvspan(
            inflation.onset / SECONDS_PER_MINUTE,
            (inflation.onset + inflation.seconds) / SECONDS_PER_MINUTE,
            color=_INFLATION,
            linewidth=0,
            zorder=0.4,
        )
    axes.axvline(
        course.intervention.opened / SECONDS_PER_MINUTE,
        color=COLORS[2],
        linewidth=0.9,
        linestyle=":",
    )
    axes.axvline(course.seconds / SECONDS_PER_MINUTE, color="#333333", linewidth=0.8)
    axes.axvspan(
        course.seconds / SECONDS_PER_MINUTE, _end(course), color=AFTER_EXPLANT_COLOR, zorder=0
    )


def _line(
    axes: Axes, rows: dict[str, list[float]], name: str, color: str, text: str, style: str = "-"
) -> None:
    axes.plot(
        np.array(rows["time"]) / SECONDS_PER_MINUTE,
        rows[name],
        color=color,
        linewidth=1.1,
        label=text,
        linestyle=style,
    )


def _speed(axes: Axes, course: PciCourse) -> None:
    speed = np.array(course.supported["pump_speed"]) / RPM_PER_KRPM
    axes.plot(
        np.array(course.supported["time"]) / SECONDS_PER_MINUTE,
        speed,
        color="#222222",
        linewidth=1.2,
    )
    top = float(speed.max())
    axes.set_ylim(0.0, 1.45 * top)
    times = [decision["seconds"] / SECONDS_PER_MINUTE for decision in _main(course)]
    numbered(axes, times, _end(course), tick=1.12 * top, text=1.32 * top)
    for when, text in ((course.intervention.opened, " artery open"), (course.seconds, " off")):
        axes.text(when / SECONDS_PER_MINUTE, 0.08 * top, text, fontsize=SMALL, color="#444444")
    titled(axes, "Pump speed [1000 rpm]; balloon up shaded")


def _pressure(axes: Axes, course: PciCourse) -> None:
    _line(axes, course.unsupported, "map", _UNSUPPORTED, "without a pump", style="--")
    _line(axes, course.supported, "map", COLORS[0], "supported")
    axes.legend(**LEGEND)
    titled(axes, label("map"))
    limit_line(axes, intervention_numbers()["follow_up"]["map_low"], "at least")


def _flow(axes: Axes, course: PciCourse) -> None:
    _line(
        axes,
        course.unsupported,
        "cardiac_output",
        _UNSUPPORTED,
        "total, without a pump",
        style="--",
    )
    _line(axes, course.supported, "cardiac_output", COLORS[0], "total, supported")
    _line(axes, course.supported, "pump_flow", COLORS[1], "pump")
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.legend(**LEGEND)
    titled(axes, "Flow [L/min]")


def _wedge(axes: Axes, course: PciCourse) -> None:
    _line(axes, course.unsupported, "pcwp", _UNSUPPORTED, "without a pump", style="--")
    _line(axes, course.supported, "pcwp", COLORS[0], "supported")
    axes.legend(**LEGEND)
    titled(axes, label("pcwp"))


def _pulse(axes: Axes, course: PciCourse) -> None:
    _line(axes, course.supported, "pulse_pressure", COLORS[0], "supported")
    axes.set_ylim(bottom=0.0)
    titled(axes, label("pulse_pressure"))
