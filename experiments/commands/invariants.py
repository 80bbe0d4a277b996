"""``impellab invariants``: what must hold of the plant, measured."""

from __future__ import annotations

from experiments.runs import study_command
from experiments.studies import physics_invariants

command = study_command(
    "experiments.studies.physics_invariants:STUDY",
    physics_invariants.InvariantSettings,
    "Blood kept, work equal to loop area, exact slopes; exit code 1 if one fails.",
)
