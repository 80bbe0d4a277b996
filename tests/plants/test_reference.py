"""Results that may not change unnoticed: metrics of patients at rest and on the move.

``tests/data/reference_metrics.csv`` holds them. A change of the model that is meant to change
them regenerates it, in the repository's root, with

    python tests/plants/test_reference.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from plants import Event, Patient, Plant, Scenario, Simulator, steady_state

FILE = Path(__file__).parent.parent / "data" / "reference_metrics.csv"
SIGNALS = (
    "map",
    "systolic",
    "diastolic",
    "cardiac_output",
    "native_flow",
    "pump_flow",
    "pcwp",
    "cvp",
    "mpap",
    "lvedp",
    "lvedv",
    "lvesv",
    "stroke_work",
    "pressure_volume_area",
    "aortic_valve_open_fraction",
    "suction_margin",
    "motor_current",
    "hemolysis_rate",
)
SUPPORTS = (
    ("none", None),
    ("CP", "P-0"),
    ("CP", "P-2"),
    ("CP", "P-8"),
    ("5.5", "P-9"),
    ("2.5", "P-5"),
)
#: Another compiler rounds differently; the periodic state is found to 1e-8.
RELATIVE, ABSOLUTE = 1e-6, 1e-6

# Bleeding, a rise of afterload and of heart rate, and loss of contractility while the pump turns
# up and down.
_STORM = Scenario(
    "storm",
    "",
    (
        Event("volume", -300.0, "ramp", 2.0, duration=10.0),
        Event("systemic_resistance", 1.4, "first_order", 5.0, time_constant=3.0),
        Event("heart_rate", 1.15, "step", 8.0),
        Event("lv_contractility", 0.7, "ramp", 9.0, duration=4.0),
    ),
)
_MOVES = ((20_000, 4.0), (44_000, 6.0), (31_000, 5.0))


def steady_row(patient: str, device: str, level: str | None) -> dict[str, float]:
    plant = Plant(patient, device)
    speed = plant.pump.speed(level) if plant.pump is not None and level else 0.0
    return steady_state(plant, speed).metrics


def moved_row(patient: str) -> dict[str, float]:
    simulator = Simulator(Plant(patient, "CP"), _STORM)
    simulator.reset(speed=31_000)
    for speed, seconds in _MOVES:
        simulator.advance(speed, seconds)
    return simulator.metrics()


CASES = [
    *((patient, device, level or "-") for patient in Patient.names() for device, level in SUPPORTS),
    *((patient, "CP", "storm") for patient in Patient.names()),
]


def computed(patient: str, device: str, level: str) -> dict[str, float]:
    if level == "storm":
        return moved_row(patient)
    return steady_row(patient, device, None if level == "-" else level)


@pytest.fixture(scope="module")
def reference() -> dict[tuple[str, ...], dict[str, str]]:
    with FILE.open(newline="", encoding="utf-8") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        return {(r["patient"], r["device"], r["level"]): r for r in csv.DictReader(lines)}


def test_every_case_is_there(reference):
    assert list(reference) == CASES


@pytest.mark.parametrize("patient", Patient.names())
def test_metrics_are_those_of_the_reference(reference, patient):
    for case in CASES:
        if case[0] != patient:
            continue
        metrics = computed(*case)
        for name in SIGNALS:
            expected = float(reference[case][name])
            assert metrics[name] == pytest.approx(expected, rel=RELATIVE, abs=ABSOLUTE), (
                case,
                name,
            )


def write() -> None:
    with FILE.open("w", newline="", encoding="utf-8") as stream:
        stream.write("# Regenerate: python tests/plants/test_reference.py\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["patient", "device", "level", *SIGNALS])
        for case in CASES:
            metrics = computed(*case)
            writer.writerow([*case, *(f"{metrics[name]:.10g}" for name in SIGNALS)])


if __name__ == "__main__":
    write()
