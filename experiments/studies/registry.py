"""Every study of the project by name; none is imported before it is asked for."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from experiments.runs import Study, load_study
from plants import unknown_name

#: Where each study is declared.
STUDIES = MappingProxyType(
    {
        "benchmark": "experiments.benchmark.study:STUDY",
        "cohort": "experiments.studies.cohort.study:STUDY",
        "convergence": "experiments.studies.convergence.study:STUDY",
        "effects": "experiments.studies.effects.study:STUDY",
        "hemolysis": "experiments.studies.hemolysis:STUDY",
        "invariants": "experiments.studies.physics_invariants:STUDY",
        "masked": "experiments.studies.masked.study:STUDY",
        "multirate": "experiments.studies.multirate.study:STUDY",
        "sensitivity": "experiments.studies.sensitivity.study:STUDY",
        "speed": "experiments.speed.study:STUDY",
        "suction": "experiments.studies.suction.study:STUDY",
        "support": "experiments.studies.support.study:STUDY",
        "validation": "experiments.validation.study:STUDY",
        "weaning": "experiments.weaning.study.study:STUDY",
    }
)


def find_study(name: object, *, source: str | None = None) -> Study[Any, Any, Any]:
    """The study of that name.

    Parameters
    ----------
    name : str
        One of :data:`STUDIES`.
    source : str, optional
        The file that names it, for error messages.

    Raises
    ------
    InputError
        There is no such study.

    Examples
    --------
    >>> from experiments.studies import find_study
    >>> find_study("weaning").subcommand
    'wean'
    """
    if not isinstance(name, str) or name not in STUDIES:
        raise unknown_name("study", name, STUDIES, source=source)
    return load_study(STUDIES[name])
