"""Periodic beats of patients in shock on rising support, with the baroreflex and without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from experiments.runs import FloatArray
from plants import (
    DISTURBANCES,
    WAVEFORMS,
    Event,
    MultirateRun,
    Patient,
    Plant,
    Scenario,
    Simulator,
    SlowClock,
    SlowParameters,
    SteadyState,
    steady_state,
)
from plants.plant import VALUES
from plants.quantities import SECONDS_PER_MINUTE


class Support(NamedTuple):
    """A device at a level; both are None without support."""

    device: str | None = None
    level: str | None = None

    @property
    def name(self) -> str:
        """In words."""
        return f"{self.device} {self.level}" if self.device else "no pump"


#: Whose beats are found, and on what.
PATIENTS = ("shock-c", "shock-d", "shock-e")
UNSUPPORTED = Support()
SUPPORTS = (
    UNSUPPORTED,
    Support("CP", "P-2"),
    Support("CP", "P-5"),
    Support("CP", "P-9"),
    Support("5.5", "P-9"),
)
#: What the table shows; with a short name what is printed.
SHOWN: Mapping[str, str] = {
    "cardiac_output": "CO",
    "pump_flow": "pump",
    "native_flow": "native",
    "map": "MAP",
    "pulse_pressure": "PP",
    "pcwp": "PCWP",
    "cvp": "",
    "lvedp": "LVEDP",
    "lv_peak_pressure": "",
    "lvedv": "",
    "lvesv": "",
    "stroke_work": "SW",
    "pressure_volume_area": "PVA",
    "cardiac_power_output": "CPO",
    "aortic_valve_open_fraction": "open",
    "coronary_perfusion_pressure": "",
    "pump_head": "",
    "suction": "",
}
#: Volume (mL) and pressure (mmHg) of the left ventricle over a beat, closed.
Loop = tuple[FloatArray, FloatArray]
_LOOP_INTERVAL = 0.001  # s


class SupportedBeat(NamedTuple):
    """A periodic beat on a support, and how it came about."""

    support: str
    plant: Plant
    speed: float
    beat: SteadyState

    def row(self) -> dict[str, Any]:
        """Patient, support, and :data:`SHOWN` in the units of the signals."""
        metrics = {name: self.beat.metrics[name] for name in SHOWN}
        return {"patient": self.plant.patient.name, "support": self.support} | metrics

    def loop(self) -> Loop:
        """The pressure-volume loop."""
        return loop(self.plant, self.speed, self.beat)


def support_beats(name: str, *, reflex: bool = True) -> list[SupportedBeat]:
    """The periodic beat of a patient (a name or a file) on every support.

    Parameters
    ----------
    name : str
        Name or file of the patient.
    reflex : bool
        Whether the baroreflex is at work.
    """
    patient = Patient.load(name)
    beats = []
    for support in SUPPORTS:
        plant = Plant(patient, support.device)
        speed = plant.level_speed(support.level)
        beat = supported(plant, speed, reflex=reflex)
        beats.append(SupportedBeat(support.name, plant, speed, beat))
    return beats


def supported(plant: Plant, speed: float, *, reflex: bool = True) -> SteadyState:
    """The periodic beat at a held speed (rpm), with the baroreflex in equilibrium or without one.

    It is neutral at the patient's own arterial pressure without support, so that there the
    two agree.

    Examples
    --------
    >>> from experiments.studies.support.beats import supported
    >>> from plants import Plant
    >>> plant = Plant("shock-d", "5.5")
    >>> with_reflex = supported(plant, 33_000).metrics["map"]
    >>> with_reflex < supported(plant, 33_000, reflex=False).metrics["map"]
    True
    """
    if not reflex:
        return steady_state(plant, speed)
    parameters = SlowParameters.load().replace(baroreflex_gain=1.0)
    run = MultirateRun(plant, SlowClock(plant.patient, parameters))
    run.hold(speed)
    return run.beat


def loop(plant: Plant, speed: float, beat: SteadyState) -> Loop:
    """The pressure-volume loop of a periodic beat."""
    acting = {name: beat.values[VALUES.index[f"disturbance_{name}"]] for name in DISTURBANCES}
    # What the reflex does in the periodic beat, as a scenario that never changes.
    events = tuple(Event(name, value, "step", 0.0) for name, value in acting.items())
    simulator = Simulator(plant, Scenario("reflex", "the reflex, settled", events))
    simulator.reset(beat.state, speed=speed)
    period = SECONDS_PER_MINUTE / plant.heart_rate(acting)
    log = simulator.advance(speed, period, log_interval=_LOOP_INTERVAL)
    log = np.concatenate([log, log[:1]])
    return log[:, WAVEFORMS.index("lv_volume")], log[:, WAVEFORMS.index("lv_pressure")]
