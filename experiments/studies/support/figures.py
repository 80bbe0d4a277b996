"""Figures of the support study: loops of every patient, and trends over the supports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.figures import COLORS, Axes, Figure, label, new_figure, plain, shared_legend
from experiments.statistics import DataFrame
from experiments.studies.support.beats import PATIENTS, Loop
from plants import SIGNALS, Patient

_TRENDS = (
    "cardiac_output",
    "map",
    "pcwp",
    "stroke_work",
    "pressure_volume_area",
    "cardiac_power_output",
    "aortic_valve_open_fraction",
    "pulse_pressure",
)
_MARKERS = "osD"


def loop_figure(loops: Sequence[Mapping[str, Loop]]) -> Figure:
    """Pressure-volume loops of every patient on every support, with the two relations.

    Parameters
    ----------
    loops : sequence of mapping of str to pair of ndarray
        Of each of :data:`~experiments.studies.support.beats.PATIENTS`, by support.
    """
    figure = new_figure(4.0 * len(loops), 4.4)
    panels = figure.subplots(1, len(loops), sharey=True, squeeze=False)[0]
    for axes, name, of_patient in zip(panels, PATIENTS, loops, strict=True):
        plain(axes)
        for color, (support, (volume, pressure)) in zip(COLORS, of_patient.items(), strict=False):
            axes.plot(volume, pressure, color=color, label=support)
        _draw_relations(axes, Patient.load(name))
        axes.set_title(name, loc="left", fontsize="medium")
        axes.set_xlabel(label("lv_volume"))
    panels[0].set(ylabel=label("lv_pressure"), ylim=(0, 95))
    shared_legend(figure, panels[0])
    return figure


def _draw_relations(axes: Axes, patient: Patient) -> None:
    """End-systolic and end-diastolic pressure-volume relations, within the limits drawn."""
    left, right = axes.get_xlim()
    volume = np.linspace(max(left, patient["lv_v0"]), right)
    stretch = volume - patient["lv_v0"]
    systole = patient["lv_ees"] * stretch
    diastole = patient["lv_beta"] * np.expm1(patient["lv_alpha"] * stretch)
    diastole += patient["lv_linear"] * stretch
    for relation, style, name in (
        (systole, "--", "end-systolic relation"),
        (diastole, ":", "end-diastolic relation"),
    ):
        axes.plot(volume, relation, style, color="#555555", linewidth=0.9, label=name)
    axes.set_xlim(left, right)


def trend_figure(table: DataFrame) -> Figure:
    """Metrics over the supports, a line for each patient."""
    figure = new_figure(12.0, 5.2)
    panels = figure.subplots(2, 4)
    supports = list(dict.fromkeys(table["support"]))
    for axes, name in zip(panels.flat, _TRENDS, strict=True):
        plain(axes)
        for k, (patient, rows) in enumerate(table.groupby("patient", sort=False)):
            axes.plot(
                rows["support"],
                rows[name],
                marker=_MARKERS[k % len(_MARKERS)],
                color=COLORS[k],
                label=str(patient),
                linewidth=1.2,
                markersize=4,
            )
        meaning = SIGNALS[name].meaning
        axes.set_title(f"{meaning[0].upper()}{meaning[1:]}", loc="left", fontsize="small")
        axes.set(ylabel=f"[{SIGNALS[name].unit}]", ylim=(0, None))
        axes.set_xticks(range(len(supports)), supports, rotation=35, ha="right", fontsize="small")
    shared_legend(figure, panels.flat[0])
    return figure
