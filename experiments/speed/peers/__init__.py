"""Other ways and other programs to do the same work, for comparison only."""

from experiments.speed.peers.circuit import CIRCUIT_PERIOD, CIRCUIT_STATES, circuit_run
from experiments.speed.peers.jax_plant import jax_run
from experiments.speed.peers.numba_plant import numba_run
from experiments.speed.peers.other_models import MODEL_CONTENTS, circulation_run, modular_circ_run
from experiments.speed.peers.svzerodsolver import last_cycle, relative_difference, svzerodsolver_run

__all__ = [
    "CIRCUIT_PERIOD",
    "CIRCUIT_STATES",
    "MODEL_CONTENTS",
    "circuit_run",
    "circulation_run",
    "jax_run",
    "last_cycle",
    "modular_circ_run",
    "numba_run",
    "relative_difference",
    "svzerodsolver_run",
]
