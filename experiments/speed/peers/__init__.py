"""Other ways and other programs to do the same work, for comparison only."""

from experiments.speed.peers.circuit import (
    CIRCUIT_PERIOD as CIRCUIT_PERIOD,
    CIRCUIT_STATES as CIRCUIT_STATES,
    circuit_run as circuit_run,
)
from experiments.speed.peers.jax_plant import jax_run as jax_run
from experiments.speed.peers.numba_plant import numba_run as numba_run
from experiments.speed.peers.other_models import (
    MODEL_CONTENTS as MODEL_CONTENTS,
    circulation_run as circulation_run,
    modular_circ_run as modular_circ_run,
)
from experiments.speed.peers.svzerodsolver import (
    last_cycle as last_cycle,
    relative_difference as relative_difference,
    svzerodsolver_run as svzerodsolver_run,
)
