"""Studies of the plant: each asks one question of it, and answers with tables and figures."""

from experiments.studies import hemolysis, physics_invariants

__all__ = [
    "hemolysis",
    "physics_invariants",
]
