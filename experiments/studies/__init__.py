"""Studies of the plant: each asks one question of it, and answers with tables and figures."""

from experiments.studies.registry import STUDIES, STUDY_COMMANDS, find_study

__all__ = ["STUDIES", "STUDY_COMMANDS", "find_study"]
