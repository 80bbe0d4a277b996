"""The valves: shut they pass no more than documented, and narrowing the smoothing converges."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, strategies as st

from plants import WAVEFORMS, BeatMap, Patient, Plant, Simulator, steady_state
from plants.circulation.valves import valve_flow
from plants.quantities import L_MIN_PER_ML_S

drops = st.floats(0.01, 150.0)
resistances = st.floats(0.002, 0.5)
smoothing = st.floats(1e-4, 0.1)
#: Smoothing widths (mmHg), each nearer to the sharp valve.
WIDTHS = (0.1, 0.05, 0.02, 0.01)


@given(drop=drops, resistance=resistances, width=smoothing)
def test_a_shut_valve_passes_the_documented_residue_and_no_more(drop, resistance, width):
    flow = float(valve_flow(-drop, resistance, 0.0, width))
    documented = width**2 / (4 * drop * resistance)
    rounding = 1e-14 * drop / resistance
    assert -rounding <= flow <= documented + rounding
    if drop > 10 * width:
        assert flow == pytest.approx(documented, rel=0.01, abs=1e3 * rounding)


@given(drop=drops, resistance=resistances, width=smoothing)
def test_an_open_valve_is_its_resistance(drop, resistance, width):
    flow = float(valve_flow(drop, resistance, 0.0, width))
    assert flow == pytest.approx(drop / resistance, abs=width / resistance)


@given(drop=drops, leak=st.floats(0.0, 5.0), width=smoothing)
def test_a_leaking_valve_lets_back_in_proportion(drop, leak, width):
    shut = float(valve_flow(-drop, 0.01, 0.0, width))
    leaking = float(valve_flow(-drop, 0.01, leak, width))
    assert shut - leaking == pytest.approx(leak * drop, abs=leak * width + 1e-9)


# Valve flow, pressures before and behind it and its resistance.
VALVES = (
    ("aortic_valve_flow", "lv_pressure", "aortic_pressure", "r_aortic"),
    ("mitral_valve_flow", "la_pressure", "lv_pressure", "r_mitral"),
)


@pytest.mark.parametrize(
    ("patient", "device", "speed"),
    [("healthy", None, 0), ("shock-d", "CP", 37_000), ("shock-e", "5.5", 33_000)],
)
def test_no_blood_passes_a_shut_valve_in_a_run(patient, device, speed):
    plant = Plant(patient, device)
    simulator = Simulator(plant)
    simulator.reset(speed=speed)
    log = simulator.advance(speed, 3.0, log_interval=0.002)
    seen = {name: log[:, i] for i, name in enumerate(WAVEFORMS)}
    for flow, before, behind, resistance in VALVES:
        back = seen[behind] - seen[before]
        shut = back > 0
        assert shut.any()
        width = plant.patient["valve_smoothing"]
        documented = width**2 / (4 * back[shut] * plant.patient[resistance]) * L_MIN_PER_ML_S
        assert np.all(seen[flow][shut] <= documented * (1 + 1e-9) + 1e-12)
        assert np.all(seen[flow] >= -1e-12)  # never backwards: these valves do not leak


@pytest.mark.parametrize("valve", ["aortic", "mitral"])
def test_regurgitation_flows_back_and_costs_output(valve):
    competent = Patient.load("hfref")
    leaking = competent.replace(**{f"leak_{valve}": 1.0})
    before, after = steady_state(Plant(competent)).metrics, steady_state(Plant(leaking)).metrics
    assert after["cardiac_output"] < before["cardiac_output"]
    assert after["pcwp"] > before["pcwp"]
    if valve == "mitral":
        assert before["mitral_regurgitant_fraction"] == 0.0
        assert 0.05 < after["mitral_regurgitant_fraction"] < 0.9
    else:
        assert after["diastolic"] < before["diastolic"]


def test_a_stenosis_puts_a_gradient_between_ventricle_and_aorta():
    healthy = Patient.load("healthy")
    metrics = steady_state(Plant(healthy.replace(r_aortic=0.15))).metrics
    assert metrics["lv_peak_pressure"] > metrics["systolic"] + 20
    normal = steady_state(Plant(healthy)).metrics
    assert normal["lv_peak_pressure"] == pytest.approx(normal["systolic"], abs=5)


@pytest.mark.parametrize(
    ("patient", "device", "speed"),
    [("healthy", None, 0), ("shock-d", "CP", 37_000), ("rv-failure", "5.5", 33_000)],
)
def test_the_sharp_valve_is_approached_as_the_width_shrinks(patient, device, speed):
    """The error falls faster than the width, and is small at the built-in 0.05 mmHg."""
    means = ("map", "cardiac_output", "pcwp", "cvp", "mpap")
    names = (*means, "stroke_work", "systolic", "lvedp")

    start = steady_state(Plant(patient, device), speed).state

    def at(width: float) -> np.ndarray:
        plant = Plant(Patient.load(patient).replace(valve_smoothing=width), device)
        # A fine step, so that what differs is the width alone.
        beats = BeatMap(plant, step=5e-4)
        metrics = steady_state(plant, speed, start=start, beats=beats).metrics
        return np.array([metrics[name] for name in names])

    sharp = at(5e-4)
    errors = [np.abs(at(width) / sharp - 1) for width in WIDTHS]
    worst = [error.max() for error in errors]
    assert all(later < 0.5 * before for before, later in itertools.pairwise(worst))
    built_in = errors[WIDTHS.index(Patient.load(patient)["valve_smoothing"])]
    assert built_in[: len(means)].max() < 1e-3
    assert built_in.max() < 2e-3
