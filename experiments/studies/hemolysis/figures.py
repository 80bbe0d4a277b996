"""Figures of the hemolysis study: index over shear stress, release over speed and flow."""

from __future__ import annotations

import numpy as np

from experiments.figures import COLORS, Figure, new_figure, plain
from experiments.studies.hemolysis.tables import passage_time, tip_stress
from plants import Pump
from plants.pumps import HEMOLYSIS_LAWS, MEASURED_INDEX


def index_figure(pump: Pump) -> Figure:
    """Modified index over shear stress, each law against the measured index."""
    figure = new_figure(7.0, 4.2)
    axes = plain(figure.add_subplot())
    time, tip = passage_time(pump), tip_stress(pump)
    stresses = np.geomspace(5.0, 2 * tip, 60)
    for color, law in zip(COLORS, HEMOLYSIS_LAWS.values(), strict=False):
        axes.loglog(
            stresses,
            law.modified_index(stresses, time),
            color=color,
            label=f"{law.name} ({law.blood})",
        )
    for name, label, color in (
        ("index", "measured, CP", COLORS[6]),
        ("obstructed_index", "measured, outlet obstructed", COLORS[7]),
    ):
        value, spread = MEASURED_INDEX[name].value, MEASURED_INDEX[f"{name}_spread"].value
        axes.axhspan(value - spread, value + spread, color=color, alpha=0.25, linewidth=0)
        axes.axhline(value, color=color, linestyle="--", label=label)
    axes.axvline(tip, color=COLORS[6], linewidth=0.8)
    axes.set_xlabel("Shear stress [Pa]; the line is the rotor's tip (guess)")
    axes.set_ylabel("Modified index of hemolysis [1e-6]")
    axes.set_title(f"Published laws for an exposure of {1e3 * time:.1f} ms")
    axes.legend(fontsize=8)
    return figure


def scaling_figure(pump: Pump) -> Figure:
    """Release of the anchored laws over speed at the reference flow, and over flow."""
    figure = new_figure(9.0, 3.8)
    left, right = (plain(axes) for axes in figure.subplots(1, 2, sharey=True))
    rate = pump["hemolysis_reference_rate"]
    reference_speed, reference_flow = (
        pump["hemolysis_reference_speed"],
        pump["hemolysis_reference_flow"],
    )
    speeds = np.linspace(pump.levels[1].rpm, pump.max_rpm, 40)
    flows = np.linspace(0.5, 4.5, 40)
    for color, law in zip(COLORS, HEMOLYSIS_LAWS.values(), strict=False):
        by_speed = rate * law.relative_release(speeds / reference_speed, 1.0)
        left.plot(speeds / 1e3, by_speed, color=color, label=law.name)
        right.plot(flows, rate * law.relative_release(1.0, flows / reference_flow), color=color)
    left.set_xlabel(f"Speed [krpm] at {reference_flow:g} L/min")
    right.set_xlabel(f"Pump flow [L/min] at {reference_speed / 1e3:g} krpm")
    left.set_ylabel("Release [mg/dL/h]")
    left.legend(fontsize=8)
    figure.suptitle("Release when every law is anchored on the measured index")
    return figure
