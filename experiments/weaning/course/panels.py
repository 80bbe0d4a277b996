"""The panels of the figure of a course: a signal each, with the limits that decided."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from controllers import WeaningCriteria
from controllers.tracking.filter import CREDIBLE
from experiments.figures import COLORS, Axes, label, plain
from experiments.weaning.course.parts import LEGEND, limit_line, titled
from experiments.weaning.course.record import Course


def pressure_panel(axes: Axes, course: Course, criteria: WeaningCriteria) -> None:
    """Mean arterial pressure, with the limits of explant and of more support."""
    _line(axes, course, "map", COLORS[0], reach=(55.0, 80.0))
    titled(axes, label("map"))
    limit_line(axes, criteria["explant"]["map"].low, "explant", va="bottom")
    limit_line(axes, criteria["deterioration"]["map"].low, "more support", va="top")


def power_panel(axes: Axes, course: Course, criteria: WeaningCriteria) -> None:
    """Cardiac power, with the limit of explant."""
    _line(axes, course, "cardiac_power_output", COLORS[0], reach=(0.4, 0.8))
    titled(axes, label("cardiac_power_output"))
    limit_line(axes, criteria["explant"]["cardiac_power_output"].low, "explant")


def filling_panel(axes: Axes, course: Course, criteria: WeaningCriteria) -> None:
    """Wedge and central venous pressure, with their limits."""
    _line(axes, course, "pcwp", COLORS[0], "wedge", reach=(0.0, 22.0))
    _line(axes, course, "cvp", COLORS[2], "central venous")
    axes.legend(**LEGEND)
    titled(axes, "Filling pressures [mmHg]")
    limit_line(axes, criteria["explant"]["pcwp"].high, "wedge", color=COLORS[0])
    limit_line(axes, criteria["right_ventricle"]["cvp"].high, "venous", color=COLORS[2])


def contractility_panel(axes: Axes, course: Course) -> None:
    """True and estimated elastance of the left ventricle, with its interval."""
    plain(axes)
    times, true = series(course, "lv_ees_true")
    top = float(true.max())
    if np.isfinite(series(course, "lv_ees")[1]).any():
        low, high = (series(course, f"lv_ees_{side}")[1] for side in ("low", "high"))
        axes.fill_between(
            times,
            low,
            high,
            color=COLORS[5],
            alpha=0.35,
            linewidth=0,
            label=f"{CREDIBLE:.0%} interval",
        )
        axes.plot(
            times, series(course, "lv_ees")[1], color=COLORS[0], linewidth=1.2, label="estimated"
        )
        top = max(top, float(np.nanpercentile(high, 95)))
    axes.plot(
        times,
        true,
        color="#222222",
        linewidth=1.2,
        linestyle="--",
        marker=_dot(times),
        markersize=3,
        label="true",
    )
    axes.set_ylim(0.0, 1.2 * top)
    axes.legend(**LEGEND)
    titled(axes, "LV end-systolic elastance [mmHg/mL]")


def leak_panel(axes: Axes, course: Course, criteria: WeaningCriteria) -> None:
    """Regurgitation of the mitral valve, and the belief that it leaks."""
    _line(axes, course, "mitral_regurgitant_fraction", COLORS[0], "regurgitant fraction, true")
    times, belief = series(course, "leaking")
    if np.isfinite(belief).any():
        axes.plot(
            times,
            belief,
            color=COLORS[4],
            linewidth=1.1,
            label="belief that the valve leaks when stretched",
        )
    axes.legend(**LEGEND)
    axes.set_ylim(-0.04, 1.04 if np.isfinite(belief).any() else 0.7)
    titled(axes, "Mitral valve")
    limit_line(axes, criteria.number("moderate_regurgitation"), "moderate")


def lactate_panel(axes: Axes, course: Course, criteria: WeaningCriteria) -> None:
    """Lactate, with the limit of explant."""
    _line(axes, course, "lactate", COLORS[0])
    axes.set_ylim(bottom=0.0)
    titled(axes, label("lactate"))
    limit_line(axes, criteria["explant"]["lactate"].high, "explant")


def hemoglobin_panel(axes: Axes, course: Course, criteria: WeaningCriteria) -> None:
    """Hemoglobin, with the limit of harm."""
    _line(axes, course, "hemoglobin", COLORS[1])
    titled(axes, label("hemoglobin"))
    limit_line(axes, criteria["device_harm"]["hemoglobin"].low, "anemia")


def hemolysis_panel(axes: Axes, course: Course, criteria: WeaningCriteria) -> None:
    """Plasma-free hemoglobin, with the limit of harm."""
    _line(axes, course, "pfhb", COLORS[3])
    titled(axes, label("pfhb"))
    limit_line(axes, criteria["device_harm"]["pfhb"].high, "hemolysis")


def series(course: Course, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Hours and values of a signal at every look; NaN where there is none."""
    rows = course.records
    return (
        np.array([row["hours"] for row in rows]),
        np.array([row.get(name, math.nan) for row in rows]),
    )


def _dot(times: Sequence[float] | np.ndarray) -> str:
    """A single point needs a marker to be seen."""
    return "o" if len(times) < 2 else ""


def _line(
    axes: Axes,
    course: Course,
    name: str,
    color: str,
    text: str = "",
    reach: tuple[float, float] = (math.inf, -math.inf),
) -> None:
    """A true signal on the pump and, where it was followed, after it.

    The axis has at least that reach, so that it does not magnify what is nothing.
    """
    plain(axes)
    times, values = series(course, name)
    after = course.follow_up.get(name)
    if after:
        times = np.append(times, course.hours + np.array(course.follow_up["hours"]))
        values = np.append(values, after)
    axes.plot(
        times,
        values,
        color=color,
        linewidth=1.2,
        marker=_dot(times),
        markersize=3,
        label=text or None,
    )
    # A line drawn before has fixed the axis, which would cut this one off.
    low, high = axes.get_ylim()
    least, most = np.nanmin([*values, low]), np.nanmax([*values, high])
    axes.set_ylim(min(least, reach[0]), max(most, reach[1]))
