"""Simulation: a plant stepped through time, at a held speed or in a closed loop."""

from plants.simulation.beat_counter import BeatCounter as BeatCounter
from plants.simulation.beat_means import (
    beats_of_course as beats_of_course,
    mean_over_beats as mean_over_beats,
)
from plants.simulation.conditions import SINUS as SINUS, Conditions as Conditions
from plants.simulation.constant_speed import (
    held_speed as held_speed,
    run_course as run_course,
    simulate as simulate,
)
from plants.simulation.death_watch import (
    DeathWatch as DeathWatch,
    death_text as death_text,
    fall_cause as fall_cause,
    fall_text as fall_text,
)
from plants.simulation.outcome import (
    COMPLETED as COMPLETED,
    DIED as DIED,
    LEFT as LEFT,
    failure_outcome as failure_outcome,
    is_fatal as is_fatal,
)
from plants.simulation.patient_therapy import individual_therapy as individual_therapy
from plants.simulation.periods import (
    PERIOD_UNIT as PERIOD_UNIT,
    is_whole_multiple as is_whole_multiple,
    period_lengths as period_lengths,
    suction_time as suction_time,
    time_lived as time_lived,
    whole_periods as whole_periods,
)
from plants.simulation.physical_range import (
    check_finite as check_finite,
    in_physical_range as in_physical_range,
    physical_range_breach as physical_range_breach,
)
from plants.simulation.rollout import (
    Recorder as Recorder,
    metric_series as metric_series,
    rollout_beyond_life as rollout_beyond_life,
    rollout_table as rollout_table,
    save_rollout as save_rollout,
    steady_metrics as steady_metrics,
)
from plants.simulation.simulator import Simulator as Simulator
from plants.simulation.time_steps import (
    DISTURBANCE_BLOCK as DISTURBANCE_BLOCK,
    check_positive as check_positive,
    integration_step as integration_step,
    time_blocks as time_blocks,
)
