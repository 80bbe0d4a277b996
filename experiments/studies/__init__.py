"""Studies of the plant: each asks one question of it, and answers with tables and figures."""

from experiments.studies.registry import (
    STUDIES as STUDIES,
    STUDY_COMMANDS as STUDY_COMMANDS,
    find_study as find_study,
)
