"""What the support study shows: the head-flow check, loops, and the outcome in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.figures import COLORS, label, new_figure, plain
from experiments.studies.support.study import PATIENTS, SUPPORTS, Check, support_name, supported
from plants import DISTURBANCES, SIGNALS, WAVEFORMS, Event, Patient, Plant, Scenario, Simulator
from plants.plant import VALUES
from plants.quantities import SECONDS_PER_MINUTE

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
_LOOP_INTERVAL = 0.001  # s
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


def head_flow_checks(table: pandas.DataFrame) -> list[Check]:
    """One check for each device of a table from :func:`head_flow_study.head_flow_table`."""
    found = []
    for device, rows in table.groupby("device", sort=False):
        known = rows[rows["verdict"] != "no range known"]
        missed = known[known["verdict"] == "miss"]
        misses = missed[["steady_miss", "pulsatile_miss"]].abs().max(axis=1)
        values = f"{len(known) - len(missed)} of {len(known)} rows within"
        reason = ""
        if len(missed):
            shut_off = int(missed["reason"].str.contains("shut-off").sum())
            values += f", largest miss {misses.max():.2f} L/min"
            levels = ", ".join(dict.fromkeys(missed["level"]))
            parts = [f"levels {levels}"]
            if shut_off:
                parts.append(f"{shut_off} above the shut-off head, where blood runs back")
            others = len(missed) - shut_off
            if others:
                parts.append(
                    f"{others} because one law with three coefficients is fitted to all levels"
                )
            reason = "; ".join(parts)
        heads = " and ".join(f"{head:g}" for head in dict.fromkeys(rows["head_mmHg"]))
        text = f"flow at {heads} mmHg, as displayed, lies in the range of each level"
        found.append(Check(text, str(device), missed.empty, values, reason))
    return found


def summary(found: Sequence[Check]) -> str:
    """The checks as a list in Markdown, those that fail with their reasons."""
    met = sum(check.met for check in found)
    lines = [f"{met} of {len(found)} checks hold.", ""]
    for check in found:
        verdict = "holds" if check.met else "FAILS"
        reason = f" Reason: {check.reason}." if check.reason else ""
        text = f"- {check.subject}: {check.expectation}: {verdict} ({check.values}).{reason}"
        lines.append(text)
    return "\n".join(lines)


def loop_figure(
    patients: Sequence[str] = PATIENTS,
    supports: Sequence[tuple[str | None, str | None]] = SUPPORTS,
) -> Figure:
    """Pressure-volume loops of every patient on every support, with the two relations."""
    figure = new_figure(4.0 * len(patients), 4.4)
    panels = figure.subplots(1, len(patients), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, patients, strict=True):
        plain(axes)
        patient = Patient.load(name)
        for color, (device, level) in zip(COLORS, supports, strict=False):
            volume, pressure = loop(patient, device, level)
            axes.plot(volume, pressure, color=color, label=support_name(device, level))
        _draw_relations(axes, patient)
        axes.set_title(name, loc="left", fontsize="medium")
        axes.set_xlabel(label("lv_volume"))
    panels[0].set_ylabel(label("lv_pressure"))
    panels[0].set_ylim(0, 95)
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)
    return figure


def loop(patient: Patient, device: str | None, level: str | None) -> tuple[Array, Array]:
    """Volume (mL) and pressure (mmHg) of the ventricle over one periodic beat, closed."""
    plant = Plant(patient, device)
    speed = plant.pump.speed(level) if plant.pump is not None and level else 0.0
    beat = supported(plant, speed)
    acting = {name: beat.values[VALUES.index[f"disturbance_{name}"]] for name in DISTURBANCES}
    # What the reflex does in the periodic beat, as a scenario that never changes.
    events = tuple(Event(name, value, "step", 0.0) for name, value in acting.items())
    simulator = Simulator(plant, Scenario("reflex", "the reflex, settled", events))
    simulator.reset(beat.state, speed=speed)
    period = SECONDS_PER_MINUTE / plant.heart_rate(acting)
    log = simulator.advance(speed, period, log_interval=_LOOP_INTERVAL)
    log = np.concatenate([log, log[:1]])
    return log[:, WAVEFORMS.index("lv_volume")], log[:, WAVEFORMS.index("lv_pressure")]


def _draw_relations(axes: Axes, patient: Patient) -> None:
    """End-systolic and end-diastolic pressure-volume relations, within the limits drawn."""
    left, right = axes.get_xlim()
    volume = np.linspace(max(left, patient["lv_v0"]), right)
    stretch = volume - patient["lv_v0"]
    systole = patient["lv_ees"] * stretch
    diastole = patient["lv_beta"] * np.expm1(patient["lv_alpha"] * stretch)
    for relation, style, name in (
        (systole, "--", "end-systolic relation"),
        (diastole, ":", "end-diastolic relation"),
    ):
        axes.plot(volume, relation, style, color="#555555", linewidth=0.9, label=name)
    axes.set_xlim(left, right)


def trend_figure(table: pandas.DataFrame) -> Figure:
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
        axes.set_ylabel(f"[{SIGNALS[name].unit}]")
        axes.set_ylim(bottom=0)
        axes.set_xticks(range(len(supports)), supports, rotation=35, ha="right", fontsize="small")
    handles, names = panels.flat[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)
    return figure
