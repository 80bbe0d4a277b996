"""What is expected of the laws of hemolysis, and whether the tables bear it out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from experiments.statistics import DataFrame
from experiments.studies.hemolysis.tables import DEVICE, spread_of
from experiments.studies.support import Check
from plants import Pump
from plants.pumps import HEMOLYSIS_LAWS

#: The laws count as disagreeing if they span more than the first factor, and as agreeing in what
#: the plant takes from them if they span less than the second.
_FAR, _NEAR = 10.0, 3.0
#: A pump that delivers less (L/min) is not run so for long.
LEAST_FLOW = 1.0
_TOLERANCE = 1e-2  # relative: the rounded corners of the plant's own law


def checks(pump: Pump, absolute: DataFrame, relative: DataFrame, beating: DataFrame) -> list[Check]:
    """What is expected of the laws, and whether the tables bear it out."""
    tip = absolute[absolute["shear_stress_Pa"] == absolute["shear_stress_Pa"].max()]
    over = tip["over_measured"].astype(float)
    spans = absolute.groupby("shear_stress_Pa")["modified_index"].agg(["max", "min"])
    apart = spans["max"] / spans["min"]
    delivering = beating[beating["flow"] >= LEAST_FLOW]
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
            f"{LEAST_FLOW:g} L/min",
            DEVICE,
            plant < _NEAR,
            f"up to x{plant:.2f}",
        ),
    ]


def _plant_error(pump: Pump, row: Mapping[Hashable, Any]) -> float:
    """By how much the plant's releases depart from the laws' proportions: suction drops out."""
    speed = row["speed_rpm"] / pump["hemolysis_reference_speed"]
    flow = row["flow"] / pump["hemolysis_reference_flow"]
    ratios = [
        row[name] / float(law.relative_release(speed, flow)) for name, law in HEMOLYSIS_LAWS.items()
    ]
    return spread_of(ratios) - 1
