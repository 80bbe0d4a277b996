"""What a condition changes beside pump and level: patient, drugs, disturbances, rhythm."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from experiments.validation.bands import Place, Support
from experiments.validation.slow import drug_effects
from plants import (
    WAVEFORMS,
    Event,
    Patient,
    Plant,
    Pump,
    Rhythm,
    Scenario,
    Simulator,
    SteadyState,
    individual,
    steady_state,
    with_valve_disease,
)
from plants.quantities import SECONDS_PER_MINUTE, Array
from plants.simulation import beats_of_course, mean_over_beats
from plants.slow import combined_disturbances

_WAVE_INTERVAL = 0.001  # s
#: Grade of the valve disease of a condition.
_GRADE = "severe"
# A window is clear of the valve this many widths of its passage beyond the limit of depth.
_CLEAR_WIDTHS = 8.0
# Of a rhythm that repeats no beat: its seed, and the course that is passed over and the one
# averaged, s.
_SEED, _SETTLING, _AVERAGED = 1, 30.0, 120.0


def circumstanced(patient: Patient, support: Support) -> Patient:
    """The patient of a condition: the study's or another, drawn, diseased, filled or bled.

    Examples
    --------
    >>> from experiments.validation.bands import Support
    >>> from experiments.validation.circumstances import circumstanced
    >>> from plants import Patient
    >>> bled = circumstanced(Patient.load("healthy"), Support(reason="bled", volume=-400.0))
    >>> bled["blood_volume"] - Patient.load("healthy")["blood_volume"]
    -400.0
    """
    if support.patient is not None:
        patient = Patient.load(support.patient)
    if support.individual is not None:
        patient = individual(patient, seed=support.individual)
    if support.valve is not None:
        patient = with_valve_disease(patient, support.valve, _GRADE)
    if support.volume:
        volume = patient["blood_volume"] + support.volume
        patient = patient.replace(source="validation", tag="X", blood_volume=volume)
    return patient


def with_kept_contractility(patient: Patient) -> Patient:
    """The patient whose contractility no longer follows the perfusion: it stays what it is now.

    Raises
    ------
    PhysicsError
        The patient has no periodic beat.
    """
    perfused = steady_state(Plant(patient)).metrics["perfusion_factor"] * patient["lv_ees"]
    return patient.replace(source="validation", tag="X", coronary_coupling=0.0, lv_ees=perfused)


def acting(support: Support, pump: Pump | None) -> dict[str, float]:
    """The disturbances under which a condition is held: given ones, drugs, place of the pump."""
    held = dict(support.disturbances)
    if support.drugs:
        held = combined_disturbances(held, drug_effects(support.drugs))
    if support.place is not None and pump is not None:
        held |= place(pump, support.place)
    return held


def place(pump: Pump, name: Place) -> dict[str, float]:
    """The disturbances that stand for a place of the pump.

    Examples
    --------
    >>> from experiments.validation.circumstances import place
    >>> from plants import Pump
    >>> place(Pump.load("CP"), "mitral")
    {'mitral_contact': 1.0}
    """
    clear = _CLEAR_WIDTHS * pump["position_width"]
    return {
        "deep": {"inlet_depth": pump["position_deep"] + clear},
        "shallow": {"inlet_depth": -pump["position_shallow"] - clear},
        "valve": {"inlet_depth": pump["position_deep"]},
        "mitral": {"mitral_contact": 1.0},
        "wall": {"wall_contact": 1.0},
    }[name]


def beat_waves(
    steady: SteadyState, speed: float, disturbances: Mapping[str, float]
) -> dict[str, Array]:
    """The waveforms of a periodic beat, from its onset to the next, and ``time`` (s)."""
    simulator = _held(steady, disturbances)
    simulator.reset(steady.state, speed=speed)
    return _waves(simulator, speed, steady.metrics["heart_rate"])


def irregular_beats(
    steady: SteadyState, speed: float, disturbances: Mapping[str, float], rhythm: str
) -> tuple[dict[str, float], dict[str, Array]]:
    """Mean metrics of two minutes of a rhythm, over time, and the waveforms of its last seconds.

    Parameters
    ----------
    steady : SteadyState
        The periodic beat that the rhythm starts from.
    speed : float
        Pump speed, rpm.
    disturbances : mapping of str to float
        What acts all the while.
    rhythm : str
        One of :data:`~plants.RHYTHMS`.
    """
    simulator = _held(steady, disturbances, Rhythm.make(rhythm, seed=_SEED))
    simulator.reset(steady.state, speed=speed)
    simulator.advance(speed, _SETTLING)
    means = mean_over_beats(beats_of_course(simulator, speed, _AVERAGED))
    return means, _waves(simulator, speed, steady.metrics["heart_rate"])


def _held(
    steady: SteadyState, disturbances: Mapping[str, float], rhythm: Rhythm | None = None
) -> Simulator:
    events = tuple(Event(name, value, "step", 0.0) for name, value in disturbances.items())
    scenario = Scenario("held", "held disturbances", events)
    return Simulator(steady.plant, scenario, rhythm=rhythm)


def _waves(simulator: Simulator, speed: float, heart_rate: float) -> dict[str, Array]:
    period = SECONDS_PER_MINUTE / heart_rate
    count = math.ceil(period / _WAVE_INTERVAL)
    log = simulator.advance(speed, period, log_interval=period / count)
    waves = {name: log[:, column] for column, name in enumerate(WAVEFORMS)}
    return waves | {"time": np.linspace(0.0, period, len(log), endpoint=False)}
