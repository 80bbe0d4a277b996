"""Modified index and release by each published power law of hemolysis, as tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from experiments.statistics import DataFrame, data_frame
from plants import Patient, Plant, Pump, steady_state, with_hemolysis_law
from plants.pumps import HEMOLYSIS_LAWS, MEASURED_INDEX, Level
from plants.quantities import L_MIN_PER_ML_S, MM_PER_FRENCH, SECONDS_PER_MINUTE

#: The device whose index was measured.
DEVICE = "CP"
#: Shares of the stress at the rotor's tip for which the laws are evaluated: most of the blood
#: sees far less than what passes the tip.
STRESS_SHARES = (1.0, 0.5, 0.25, 0.1)
#: Flows (L/min) at which the anchored laws are compared at every level.
FLOWS = (1.0, 2.0, 3.0, 3.5, 4.0)

# Guesses: neither the gap nor the passage of the CP is published.
_TIP_GAP = 0.1  # mm
_VISCOSITY = 3.5e-3  # Pa.s, blood at high shear
_PASSAGE_LENGTH = 15.0  # mm


def tip_stress(pump: Pump) -> float:
    """Shear stress (Pa) at the tip of the rotor at the speed of the reference release.

    Couette flow in the gap between rotor and housing, ``viscosity * tip speed / gap``; the gap of
    0.1 mm is a guess.
    """
    diameter = pump.ratings["pump_french"].value * MM_PER_FRENCH
    turns = pump["hemolysis_reference_speed"] / SECONDS_PER_MINUTE
    return _VISCOSITY * math.pi * diameter * turns / _TIP_GAP


def passage_time(pump: Pump) -> float:
    """Time (s) in which the reference flow passes the rotor.

    The volume of a passage as wide as the pump and 15 mm long, a guess, over the flow.
    """
    diameter = pump.ratings["pump_french"].value * MM_PER_FRENCH
    volume = math.pi / 4 * diameter**2 * _PASSAGE_LENGTH * 1e-3  # mL
    return volume * L_MIN_PER_ML_S / pump["hemolysis_reference_flow"]


def absolute_table(pump: Pump) -> DataFrame:
    """The modified index of each law over shares of the tip stress, against the measured one.

    Returns
    -------
    DataFrame
        Columns law, blood, shear_stress_Pa, exposure_time_s, modified_index (millionths),
        over_measured, and needed_stress_Pa, at which the law would give the measured index.
    """
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
    return data_frame(rows)


def relative_table(pump: Pump, flows: Sequence[float] = FLOWS) -> DataFrame:
    """Release of each anchored law at every running level and flow.

    Returns
    -------
    DataFrame
        Columns level, speed_rpm, flow [L/min], one of the release [mg/dL/h] for each law, and
        spread, the largest over the smallest.
    """
    rows: list[dict[str, Any]] = []
    for level in running_levels(pump):
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
            rows.append(row | released | {"spread": spread_of(list(released.values()))})
    return data_frame(rows)


class LawCase(NamedTuple):
    """A patient on the pump, whose cells break by a law."""

    patient: str
    law: str


@dataclass(frozen=True)
class LevelRelease:
    """What the plant gives at a level.

    Attributes
    ----------
    flow : float
        Pump flow of the periodic beat, L/min.
    release : float
        Release of hemoglobin, mg/dL/h.
    """

    flow: float
    release: float


def level_releases(case: LawCase) -> list[LevelRelease]:
    """Release of the plant by a law at every running level."""
    pump = with_hemolysis_law(Pump.load(DEVICE), case.law)
    plant = Plant(Patient.load(case.patient), pump)
    beats = [steady_state(plant, level.rpm).metrics for level in running_levels(pump)]
    return [LevelRelease(beat["pump_flow"], beat["hemolysis_rate"]) for beat in beats]


def patient_table(pump: Pump, releases: Mapping[str, Sequence[LevelRelease]]) -> DataFrame:
    """Release of the plant by each law in a patient at every running level.

    Parameters
    ----------
    pump : Pump
        The pump.
    releases : mapping
        Of each law, what :func:`level_releases` gives.

    Returns
    -------
    DataFrame
        As :func:`relative_table`, with the pump flow of the periodic beat.
    """
    rows: list[dict[str, Any]] = []
    for number, level in enumerate(running_levels(pump)):
        at_level = {law: of_law[number] for law, of_law in releases.items()}
        released = {law: beat.release for law, beat in at_level.items()}
        flow = [beat.flow for beat in at_level.values()][-1]  # No law acts on the flow.
        row: dict[str, Any] = {"level": level.name, "speed_rpm": level.rpm, "flow": flow}
        rows.append(row | released | {"spread": spread_of(list(released.values()))})
    return data_frame(rows)


def running_levels(pump: Pump) -> list[Level]:
    """The levels at which the pump turns."""
    return [level for level in pump.levels if level.rpm > 0]


def spread_of(values: Sequence[float]) -> float:
    """The largest value over the smallest."""
    return max(values) / min(values)
