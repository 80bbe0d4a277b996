"""Other ways and other programs to do the same work, for comparison only."""

from experiments.speed.peers import others, svzerodsolver
from experiments.speed.peers.jax_plant import jax_run
from experiments.speed.peers.numba_plant import numba_run

__all__ = [
    "jax_run",
    "numba_run",
    "others",
    "svzerodsolver",
]
