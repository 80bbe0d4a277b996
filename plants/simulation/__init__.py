"""Simulation: a plant stepped through time, at a held speed or in a closed loop."""

from plants.simulation.beat_clock import BeatClock
from plants.simulation.conditions import SINUS, Conditions
from plants.simulation.constant_speed import held_speed, run_course, simulate
from plants.simulation.death_watch import DeathWatch, death_text, fall_cause, fall_text
from plants.simulation.outcome import COMPLETED, DIED, LEFT, failure_outcome, is_fatal
from plants.simulation.periods import (
    PERIOD_UNIT,
    is_whole_multiple,
    period_lengths,
    suction_time,
    time_lived,
    whole_periods,
)
from plants.simulation.physical_range import check_finite, in_physical_range, physical_range_breach
from plants.simulation.rollout import Recorder, save_rollout, steady_metrics
from plants.simulation.simulator import (
    DISTURBANCE_BLOCK,
    Simulator,
    SimulatorSnapshot,
    check_positive,
    integration_step,
    time_blocks,
)

__all__ = [
    "COMPLETED",
    "DIED",
    "DISTURBANCE_BLOCK",
    "LEFT",
    "PERIOD_UNIT",
    "SINUS",
    "BeatClock",
    "Conditions",
    "DeathWatch",
    "Recorder",
    "Simulator",
    "SimulatorSnapshot",
    "check_finite",
    "check_positive",
    "death_text",
    "failure_outcome",
    "fall_cause",
    "fall_text",
    "held_speed",
    "in_physical_range",
    "integration_step",
    "is_fatal",
    "is_whole_multiple",
    "period_lengths",
    "physical_range_breach",
    "run_course",
    "save_rollout",
    "simulate",
    "steady_metrics",
    "suction_time",
    "time_blocks",
    "time_lived",
    "whole_periods",
]
