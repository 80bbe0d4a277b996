"""Studies of the plant: each asks one question of it, and answers with tables and figures."""

from experiments.studies import hemolysis, physics_invariants
from experiments.studies.registry import STUDIES, find_study

__all__ = [
    "STUDIES",
    "find_study",
    "hemolysis",
    "physics_invariants",
]
