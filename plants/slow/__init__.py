"""The slow clock: blood, organs, reflex and recovery over hours to days, beside the beat."""

from plants.slow.clock import (
    SlowClock as SlowClock,
    combined_disturbances as combined_disturbances,
    relaxation as relaxation,
)
from plants.slow.model import (
    FAST_RELAXING_STATES as FAST_RELAXING_STATES,
    PARAMETER_LAYOUT as PARAMETER_LAYOUT,
    SLOW_INPUTS as SLOW_INPUTS,
    SLOW_PARAMETERS as SLOW_PARAMETERS,
    SLOW_STATES as SLOW_STATES,
    STATE_LAYOUT as STATE_LAYOUT,
)
from plants.slow.multirate import (
    RELATIVE_TOLERANCE as RELATIVE_TOLERANCE,
    MultirateRun as MultirateRun,
)
from plants.slow.parameters import SlowParameters as SlowParameters
from plants.slow.periodic_run import PeriodicRun as PeriodicRun, step_change as step_change
