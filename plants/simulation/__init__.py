"""Simulation: a plant stepped through time, at a held speed or in a closed loop."""

from plants.simulation.closed_loop import COMPLETED, DIED, LEFT, deadly_steps, death_text
from plants.simulation.conditions import SINUS, Conditions
from plants.simulation.constant_speed import held_speed, run_course, simulate
from plants.simulation.rollout import Recorder, save_rollout, steady_metrics
from plants.simulation.simulator import (
    DEFAULT_STEP,
    DISTURBANCE_BLOCK,
    Simulator,
    check_positive,
    time_blocks,
)

__all__ = [
    "COMPLETED",
    "DEFAULT_STEP",
    "DIED",
    "DISTURBANCE_BLOCK",
    "LEFT",
    "SINUS",
    "Conditions",
    "Recorder",
    "Simulator",
    "check_positive",
    "deadly_steps",
    "death_text",
    "held_speed",
    "run_course",
    "save_rollout",
    "simulate",
    "steady_metrics",
    "time_blocks",
]
