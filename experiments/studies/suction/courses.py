"""Labelled courses with and without suction: what a console would record, and the truth of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.runs import BoolArray, FloatArray
from plants import (
    WAVEFORMS,
    Event,
    InputError,
    Patient,
    PhysicsError,
    Plant,
    Pump,
    Rhythm,
    Scenario,
    Simulator,
    SuctionEvents,
    individual,
    unknown_name,
)
from plants.plant import PHASE
from plants.quantities import Array, stream

DEVICES = ("CP", "2.5", "5.5")
PROFILES = ("shock-c", "shock-d", "shock-e", "hfref", "rv-failure", "biventricular-shock")
#: What may bring suction about, and what looks like it but is not; the truth decides.
CAUSES = (
    "volume loss",
    "pulmonary resistance",
    "right-ventricular failure",
    "over-speed",
    "wall contact",
    "mitral contact",
)
CONFUSERS = (
    "nothing",
    "level changes",
    "afterload",
    "atrial fibrillation",
    "ectopic beats",
    "Valsalva",
    "exercise",
    "shut aortic valve",
    "too deep",
    "too shallow",
    "outlet in the valve",
)
ALL_CAUSES = CAUSES + CONFUSERS

DURATION = 45.0  # s
#: Interval of the console's samples, and of the detector's decisions, s.
SAMPLE, HOP = 0.01, 0.25
_ONSET, _RETURN = (8.0, 13.0), (25.0, 30.0)  # s: when the disturbance comes and goes
_ARRHYTHMIA_SHARE = 0.2  # of the courses with a cause
# How far the pump of a course is from the one that the console knows: guesses.
_CURRENT_SD = 0.02  # of the current
_PLACEMENT_SD = 2.0  # mmHg
_DRIFT_STEPS = 4  # of a second each
_ATTEMPTS = 8


@dataclass(frozen=True)
class Course:
    """A simulated course, without noise.

    Attributes
    ----------
    name, cause, patient, device : str
        What happened to whom.
    current, placement, speed : ndarray, shape (n,)
        Motor current (mA), placement signal (mmHg) and rotor speed (rpm) every ``SAMPLE`` s.
    beat_ends : ndarray, shape (m,)
        End of each whole beat, s; the first begins at 0.
    share : ndarray, shape (m,)
        Share of each beat with an occluded inlet.
    suction : ndarray of bool, shape (m,)
        Whether the beat belongs to an event of suction.
    """

    name: str
    cause: str
    patient: str
    device: str
    current: FloatArray
    placement: FloatArray
    speed: FloatArray
    beat_ends: FloatArray
    share: FloatArray
    suction: BoolArray


def course(seed: int, cause: str) -> Course | None:
    """The course of a seed and a cause; None where no attempt could be simulated.

    Parameters
    ----------
    seed : int
        Draws the patient, the device, the level and the amounts.
    cause : str
        One of :data:`ALL_CAUSES`.
    """
    if cause not in ALL_CAUSES:
        raise unknown_name("cause", cause, ALL_CAUSES)
    random = stream("suction course", seed, ALL_CAUSES.index(cause))
    for attempt in range(_ATTEMPTS):
        # A cause that its patient does not survive, or a speed without a steady state.
        try:
            return _simulated(seed + 100 * attempt, cause, random)
        except (PhysicsError, InputError):
            continue
    return None


def _simulated(seed: int, cause: str, random: np.random.Generator) -> Course:
    profile = PROFILES[int(random.integers(len(PROFILES)))]
    if cause == "shut aortic valve":
        profile = "shock-e"
    patient = individual(profile, seed=seed)
    nominal = Pump.load(DEVICES[int(random.integers(len(DEVICES)))])
    onset, back = random.uniform(*_ONSET), random.uniform(*_RETURN)
    speeds = _speeds(cause, nominal, onset, back, random)
    plant = Plant(patient, _individual_pump(nominal, random))
    scenario = Scenario("case", cause, _events(cause, patient, plant, onset, back, random))
    simulator = Simulator(plant, scenario, rhythm=_rhythm(cause, seed, random))
    return _recorded(f"{patient.name} {cause}", cause, nominal.name, simulator, speeds, random)


def _individual_pump(nominal: Pump, random: np.random.Generator) -> Pump:
    """A pump that differs from the nominal one as its head-flow law is uncertain."""
    laws = nominal.head_flow_uncertainty
    choice = int(random.integers(len(laws) + 1))
    if choice == len(laws) or laws[choice].head_c == 0.0:
        return nominal
    law = laws[choice]
    return nominal.replace(
        head_a=law.head_a, head_b=law.head_b, head_c=law.head_c, inertance=law.inertance
    )


def _speeds(
    cause: str, pump: Pump, onset: float, back: float, random: np.random.Generator
) -> list[tuple[float, float]]:
    """Times (s) from which a speed (rpm) is commanded."""
    levels = [level.rpm for level in pump.levels[2:]]
    high = levels[len(levels) // 2 :]
    start = float(random.choice(high if cause in CAUSES else levels))
    if cause == "over-speed":
        return [(0.0, levels[int(random.integers(3))]), (onset, levels[-1]), (back, levels[0])]
    if cause == "level changes":
        times = np.arange(0.0, DURATION, random.uniform(3.0, 8.0))
        return [(float(time), float(random.choice(levels))) for time in times]
    if cause == "shut aortic valve":
        return [(0.0, levels[-1])]
    return [(0.0, start)]


def _rhythm(cause: str, seed: int, random: np.random.Generator) -> Rhythm | None:
    kind = None
    if cause == "atrial fibrillation":
        kind = "atrial-fibrillation"
    elif cause == "ectopic beats":
        kind = "ectopic"
    elif cause in CAUSES and random.random() < _ARRHYTHMIA_SHARE:
        kind = str(random.choice(["atrial-fibrillation", "ectopic"]))
    return None if kind is None else Rhythm.make(kind, seed=seed)


def _events(
    cause: str,
    patient: Patient,
    plant: Plant,
    onset: float,
    back: float,
    random: np.random.Generator,
) -> tuple[Event, ...]:
    def pulse(name: str, amount: float, recovery: float | None = None) -> Event:
        length = back - onset
        return Event(name, float(amount), "pulse", onset, duration=length, time_constant=recovery)

    def loss(share: float) -> tuple[Event, Event]:
        amount = share * (patient["blood_volume"] - patient.unstressed_volume)
        return (
            Event("volume", -amount, "ramp", onset, duration=8.0),
            Event("volume", amount, "ramp", back, duration=8.0),
        )

    u = random.uniform
    if cause == "volume loss":
        return loss(u(0.5, 0.95))
    if cause == "pulmonary resistance":
        return (pulse("pulmonary_resistance", u(4.0, 15.0)),)
    if cause == "right-ventricular failure":
        return (pulse("rv_contractility", u(0.05, 0.4)), pulse("pulmonary_resistance", u(1, 3)))
    if cause == "over-speed":
        return loss(u(0.3, 0.8))
    if cause in ("wall contact", "mitral contact"):
        name = "wall_contact" if cause == "wall contact" else "mitral_contact"
        # The inlet drifts onto the wall in steps; the sum of them is the contact.
        each = u(0.3, 1.0) / _DRIFT_STEPS
        drift = [
            Event(name, each, "pulse", onset + k, duration=back - onset - k)
            for k in range(_DRIFT_STEPS)
        ]
        return (*drift, pulse("pulmonary_resistance", u(1.0, 5.0)), *loss(u(0.0, 0.4)))
    if cause == "afterload":
        return (pulse("systemic_resistance", np.exp(u(np.log(0.4), np.log(2.5)))),)
    if cause == "Valsalva":
        length = min(15.0, back - onset)
        return tuple(
            Event(name, 40.0, "pulse", onset, duration=length)
            for name in ("intrathoracic_pressure", "abdominal_pressure")
        )
    if cause == "exercise":
        return (
            pulse("heart_rate", u(1.1, 1.4), recovery=5.0),
            pulse("systemic_resistance", u(0.5, 0.9), recovery=5.0),
            pulse("lv_contractility", u(1.0, 1.6), recovery=5.0),
        )
    if cause == "shut aortic valve":
        return (pulse("lv_contractility", u(0.4, 0.8)),)
    depths = {
        "too deep": u(30.0, 60.0),
        "too shallow": u(-90.0, -55.0),
        "outlet in the valve": plant.pump["position_deep"] if plant.pump is not None else 0.0,
    }
    return (pulse("inlet_depth", depths[cause]),) if cause in depths else ()


def _recorded(
    name: str,
    cause: str,
    device: str,
    simulator: Simulator,
    speeds: list[tuple[float, float]],
    random: np.random.Generator,
) -> Course:
    """Run the course; beats are told apart by the phase, their truth by the metrics."""
    gain = 1 + _CURRENT_SD * random.standard_normal()
    offset = _PLACEMENT_SD * random.standard_normal()
    simulator.reset(speed=speeds[0][1])
    logs: list[Array] = []
    ends: list[float] = []
    share: list[float] = []
    events = SuctionEvents()
    for k in range(round(DURATION / HOP)):
        time = k * HOP
        speed = [rpm for start, rpm in speeds if start <= time][-1]
        before = simulator.state[PHASE]
        logs.append(simulator.advance(speed, HOP, log_interval=SAMPLE))
        after = simulator.state[PHASE]
        if int(after) > int(before):  # A beat is longer than a hop: one at most has ended.
            metrics = simulator.metrics()
            end = time + HOP * (int(after) - before) / (after - before)
            start = ends[-1] if ends else 0.0
            events.beat(start, end - start, metrics["suction"], metrics["suction_margin"])
            ends.append(end)
            share.append(metrics["suction"])
    waves = np.concatenate(logs)
    return Course(
        name=name,
        cause=cause,
        patient=simulator.plant.patient.name,
        device=device,
        current=gain * waves[:, WAVEFORMS.index("motor_current")],
        placement=offset + waves[:, WAVEFORMS.index("placement_signal")],
        speed=waves[:, WAVEFORMS.index("pump_speed")],
        beat_ends=np.array(ends),
        share=np.array(share),
        suction=np.array(events.labels, dtype=bool),
    )
