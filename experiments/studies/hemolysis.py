"""How far the published power laws of hemolysis disagree, and what is left of it once anchored.

Absolutely: the modified index of each law at a shear stress and exposure time typical of the pump,
against the index measured on the CP. Relatively: the release over speeds and flows when every law
is anchored on the measured index, as the plant does, and the release of the plant itself in a
patient at every level.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.figures import COLORS, new_figure, plain
from experiments.studies.support import Check
from plants import Patient, Plant, Pump, steady_state, with_hemolysis_law
from plants.pumps import HEMOLYSIS_LAWS, MEASURED_INDEX
from plants.quantities import L_MIN_PER_ML_S, SECONDS_PER_MINUTE

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

#: The device whose index was measured.
DEVICE = "CP"
#: Shares of the stress at the rotor's tip for which the laws are evaluated: most of the blood
#: sees far less than what passes the tip.
STRESS_SHARES = (1.0, 0.5, 0.25, 0.1)
#: Flows (L/min) at which the anchored laws are compared at every level.
FLOWS = (1.0, 2.0, 3.0, 3.5, 4.0)
#: The laws count as disagreeing if they span more than the first factor, and as agreeing in what
#: the plant takes from them if they span less than the second.
_FAR, _NEAR = 10.0, 3.0
_LEAST_FLOW = 1.0  # L/min: a pump that delivers less is not run so for long
_TOLERANCE = 1e-2  # relative: the rounded corners of the plant's own law

# Guesses: neither the gap nor the passage of the CP is published.
_MM_PER_FRENCH = 1 / 3
_TIP_GAP = 0.1  # mm
_VISCOSITY = 3.5e-3  # Pa.s, blood at high shear
_PASSAGE_LENGTH = 15.0  # mm


def tip_stress(pump: Pump) -> float:
    """Shear stress (Pa) at the tip of the rotor at the speed of the reference release.

    Couette flow in the gap between rotor and housing, ``viscosity * tip speed / gap``; the gap of
    0.1 mm is a guess.
    """
    diameter = pump.ratings["pump_french"].value * _MM_PER_FRENCH
    turns = pump["hemolysis_reference_speed"] / SECONDS_PER_MINUTE
    return _VISCOSITY * math.pi * diameter * turns / _TIP_GAP


def passage_time(pump: Pump) -> float:
    """Time (s) in which the reference flow passes the rotor.

    The volume of a passage as wide as the pump and 15 mm long, a guess, over the flow.
    """
    diameter = pump.ratings["pump_french"].value * _MM_PER_FRENCH
    volume = math.pi / 4 * diameter**2 * _PASSAGE_LENGTH * 1e-3  # mL
    return volume * L_MIN_PER_ML_S / pump["hemolysis_reference_flow"]


def absolute_table(pump: Pump) -> pandas.DataFrame:
    """The modified index of each law over shares of the tip stress, against the measured one.

    Returns
    -------
    DataFrame
        Columns law, blood, shear_stress_Pa, exposure_time_s, modified_index (millionths),
        over_measured, and needed_stress_Pa, at which the law would give the measured index.
    """
    import pandas

    time, measured = passage_time(pump), MEASURED_INDEX["index"].value
    rows: list[dict[str, Any]] = []
    for law in HEMOLYSIS_LAWS.values():
        for share in STRESS_SHARES:
            stress = share * tip_stress(pump)
            index = float(law.modified_index(stress, time))
            rows.append(
                {
                    "law": law.name,
                    "blood": law.blood,
                    "shear_stress_Pa": stress,
                    "exposure_time_s": time,
                    "modified_index": index,
                    "over_measured": index / measured,
                    "needed_stress_Pa": float(law.shear_stress_at(measured, time)),
                }
            )
    return pandas.DataFrame(rows)


def relative_table(pump: Pump, flows: Sequence[float] = FLOWS) -> pandas.DataFrame:
    """Release of each anchored law at every running level and flow.

    Returns
    -------
    DataFrame
        Columns level, speed_rpm, flow [L/min], one of the release [mg/dL/h] for each law, and
        spread, the largest over the smallest.
    """
    import pandas

    rows: list[dict[str, Any]] = []
    for level in pump.levels:
        if level.rpm == 0:
            continue
        for flow in flows:
            released = {
                name: pump["hemolysis_reference_rate"]
                * float(
                    law.relative_release(
                        level.rpm / pump["hemolysis_reference_speed"],
                        flow / pump["hemolysis_reference_flow"],
                    )
                )
                for name, law in HEMOLYSIS_LAWS.items()
            }
            row: dict[str, Any] = {"level": level.name, "speed_rpm": level.rpm, "flow": flow}
            rows.append(row | released | {"spread": _spread(list(released.values()))})
    return pandas.DataFrame(rows)


def patient_table(
    pump: Pump, patient: Patient, progress: Callable[[float], None] | None = None
) -> pandas.DataFrame:
    """Release of the plant by each law in a patient at every running level.

    Parameters
    ----------
    pump : Pump
        The pump.
    patient : Patient
        Whose heart beats.
    progress : callable, optional
        Called with the number of laws done.

    Returns
    -------
    DataFrame
        As :func:`relative_table`, with the pump flow of the periodic beat.
    """
    import pandas

    levels = [level for level in pump.levels if level.rpm > 0]
    rows: list[dict[str, Any]] = [
        {"level": level.name, "speed_rpm": level.rpm, "flow": math.nan} for level in levels
    ]
    for done, name in enumerate(HEMOLYSIS_LAWS):
        plant = Plant(patient, with_hemolysis_law(pump, name))
        for row, level in zip(rows, levels, strict=True):
            metrics = steady_state(plant, level.rpm).metrics
            row["flow"] = metrics["pump_flow"]
            row[name] = metrics["hemolysis_rate"]
        if progress is not None:
            progress(done + 1)
    for row in rows:
        row["spread"] = _spread([row[name] for name in HEMOLYSIS_LAWS])
    return pandas.DataFrame(rows)


def _plant_error(pump: Pump, row: Mapping[Hashable, Any]) -> float:
    """By how much the plant's releases depart from the laws' proportions: suction drops out."""
    speed = row["speed_rpm"] / pump["hemolysis_reference_speed"]
    flow = row["flow"] / pump["hemolysis_reference_flow"]
    ratios = [
        row[name] / float(law.relative_release(speed, flow)) for name, law in HEMOLYSIS_LAWS.items()
    ]
    return _spread(ratios) - 1


def _spread(values: Sequence[float]) -> float:
    return max(values) / min(values)


def checks(
    pump: Pump, absolute: pandas.DataFrame, relative: pandas.DataFrame, beating: pandas.DataFrame
) -> list[Check]:
    """What is expected of the laws, and whether the tables bear it out."""
    tip = absolute[absolute["shear_stress_Pa"] == absolute["shear_stress_Pa"].max()]
    over = tip["over_measured"].astype(float)
    spans = absolute.groupby("shear_stress_Pa")["modified_index"].agg(["max", "min"])
    apart = spans["max"] / spans["min"]
    delivering = beating[beating["flow"] >= _LEAST_FLOW]
    off = max((_plant_error(pump, row) for row in delivering.to_dict("records")), default=0.0)
    grid, plant = float(relative["spread"].max()), float(delivering["spread"].max())
    return [
        Check(
            f"every law misses the measured index at the tip's stress by more than {_FAR:g} times",
            DEVICE,
            bool(((over < 1 / _FAR) | (over > _FAR)).all()),
            f"x{over.min():.0f} to x{over.max():.0f}",
        ),
        Check(
            f"the laws differ from each other by more than {_FAR:g} times at every stress",
            DEVICE,
            bool((apart > _FAR).all()),
            f"x{apart.min():.0f} to x{apart.max():.0f}",
        ),
        Check(
            "in the plant the release differs between laws as the anchored laws say",
            DEVICE,
            off < _TOLERANCE,
            f"within {off:.1e}",
        ),
        Check(
            f"anchored, the laws differ by less than {_NEAR:g} times over levels and flows",
            DEVICE,
            grid < _NEAR,
            f"up to x{grid:.2f}",
        ),
        Check(
            f"anchored, they differ by less than {_NEAR:g} times in the patient at any level with "
            f"{_LEAST_FLOW:g} L/min",
            DEVICE,
            plant < _NEAR,
            f"up to x{plant:.2f}",
        ),
    ]


def summary(absolute: pandas.DataFrame, beating: pandas.DataFrame) -> str:
    """What came out, in a sentence or two."""
    factors = absolute["over_measured"].astype(float)
    spread = beating.loc[beating["flow"] >= _LEAST_FLOW, "spread"].max()
    needed = absolute["needed_stress_Pa"].astype(float)
    return (
        f"The published constants give between {factors.min():.2f} and {factors.max():.0f} times "
        "the measured index, for stresses from a tenth of that at the rotor's tip to all of it, a "
        f"guess at what the blood sees. To give it they would need {needed.min():.0f} to "
        f"{needed.max():.0f} Pa. Anchored on it, they differ in the patient by {spread:.2f} times "
        "at most."
    )


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
