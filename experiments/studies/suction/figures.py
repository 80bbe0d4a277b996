"""Figures of the suction study: what a console records, and what the detector makes of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from controllers import DetectorSettings
from experiments.figures import COLORS, Axes, Figure, label, new_figure, plain
from experiments.studies.suction.courses import HOP, SAMPLE, Course
from experiments.studies.suction.detection import Detection, Noise, decisions, stretches
from plants.quantities import Array, stream

#: Causes whose courses are drawn, one row each.
DRAWN = ("pulmonary resistance", "wall contact", "afterload", "outlet in the valve")
_CLOSE_UP = 4.0  # s


def trace_figure(
    courses: Sequence[Course], noise: Noise, settings: DetectorSettings, *, seed: int = 0
) -> Figure:
    """Motor current of some courses with noise, beside a close-up; suction and alarms marked."""
    chosen = [course for cause in DRAWN for course in courses if course.cause == cause]
    figure = new_figure(11.0, 2.1 * max(1, len(chosen)) + 0.6)
    panels = figure.subplots(
        max(1, len(chosen)), 2, squeeze=False, width_ratios=[2.2, 1.0], sharey="row"
    )
    for (whole, close), course in zip(panels, chosen, strict=False):
        times = SAMPLE * np.arange(len(course.current))
        # The noise here need not be that of the score: another draw of the same.
        noisy = noise.on(course.current, stream("suction figure", seed))
        alarm, _, _ = decisions(course, noise, (seed,), settings)
        for axes in (whole, close):
            plain(axes)
            axes.plot(times, noisy, color="#bbbbbb", linewidth=0.5, label=f"at {noise.snr:g} dB")
            axes.plot(times, course.current, color=COLORS[0], linewidth=0.7, label="motor current")
            _mark(axes, course, alarm)
        whole.set_title(
            f"{course.cause}: {course.patient} on {course.device}", loc="left", fontsize="small"
        )
        whole.set_xlim(0.0, times[-1])
        begin = _close_up_begin(course)
        close.set_xlim(begin, begin + _CLOSE_UP)
    for axes in panels[-1]:
        axes.set_xlabel("Time [s]")
    figure.supylabel(label("motor_current"), fontsize="medium")
    # Of all panels: the first course need not have suction.
    named = {
        name: handle
        for axes in panels[:, 0]
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    if named:
        figure.legend(
            list(named.values()), list(named), loc="outside lower center", ncols=4, frameon=False
        )
    return figure


def _mark(axes: Axes, course: Course, alarm: NDArray[np.bool_]) -> None:
    """Truth as a band behind the current, alarms as a bar above it."""
    starts = np.concatenate([[0.0], course.beat_ends[:-1]])
    name: str | None = "suction"
    for first, after in stretches(course.suction):
        axes.axvspan(
            starts[first],
            course.beat_ends[after - 1],
            color=COLORS[4],
            alpha=0.25,
            label=name,
            linewidth=0,
        )
        name = None
    name = "alarm"
    for first, after in stretches(alarm):
        begin, end = HOP * (1 + first), HOP * (1 + after)
        axes.axvspan(begin, end, 0.96, 1.0, color=COLORS[1], label=name, linewidth=0)
        name = None


def _close_up_begin(course: Course) -> float:
    """Begin of the close-up: just before the first suction, or the largest change of current."""
    events = stretches(course.suction)
    if events and events[0][0] > 2:
        return float(course.beat_ends[events[0][0] - 2])
    count = round(2.0 / SAMPLE)
    means = np.convolve(course.current, np.ones(count) / count, mode="valid")
    jump = int(np.argmax(np.abs(means[count:] - means[:-count])))
    return float(
        np.clip((jump + count) * SAMPLE - 1.0, 0.0, len(course.current) * SAMPLE - _CLOSE_UP)
    )


def roc_figure(detections: Sequence[Detection]) -> Figure:
    """Share of suction found against false alarms as the threshold moves, a line for each noise."""
    figure = new_figure(5.6, 4.8)
    axes = plain(figure.subplots())
    noises = dict.fromkeys(seen.noise for seen in detections if seen.noise.of == "whole")
    for color, noise in zip(COLORS, noises, strict=False):
        under = [seen for seen in detections if seen.noise == noise]
        odds = np.concatenate([seen.log_odds[seen.steady] for seen in under])
        truth = np.concatenate([seen.truth[seen.steady] for seen in under])
        if truth.all() or not truth.any():
            continue
        name = f"{noise.snr:g} dB" if np.isfinite(noise.snr) else "no noise"
        axes.plot(*roc(odds, truth), color=color, linewidth=1.2, label=name)
        hit, false = (odds[truth] > 0).mean(), (odds[~truth] > 0).mean()
        axes.plot(false, hit, "o", color=color, markersize=4)
    axes.set_xlim(0.0, 0.2)
    axes.set_ylim(0.8, 1.002)
    axes.set_xlabel("Beats without suction called suction [1]")
    axes.set_ylabel("Beats in suction found [1]")
    axes.legend(frameon=False, loc="lower right", fontsize="small", title="threshold used: dot")
    return figure


def roc(odds: Array, truth: NDArray[np.bool_]) -> tuple[Array, Array]:
    """False-alarm share and hit share at every threshold, from the highest to the lowest.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.studies.suction.figures import roc
    >>> false, hit = roc(np.array([2.0, 1.0, -1.0]), np.array([True, True, False]))
    >>> false.tolist(), hit.tolist()
    ([0.0, 0.0, 0.0, 1.0], [0.0, 0.5, 1.0, 1.0])
    """
    order = np.argsort(-odds, kind="stable")
    ranked = truth[order]
    hit = np.concatenate([[0.0], np.cumsum(ranked) / max(1, ranked.sum())])
    false = np.concatenate([[0.0], np.cumsum(~ranked) / max(1, (~ranked).sum())])
    return false, hit
