"""Every study of the project by name, with its command; none is imported before it is asked for."""

from __future__ import annotations

import importlib
from types import MappingProxyType
from typing import Any, NamedTuple

from experiments.runs import Study
from plants import unknown_name


class RegisteredStudy(NamedTuple):
    """Where a study is declared, and its command.

    Parameters
    ----------
    name : str
        Of the study.
    explanation : str
        Help of its command; "" where ``experiments/commands`` has a file for it.
    module : str
        Holds its declaration, ``STUDY``; by default that of the folder of that name here.
    command : str
        Subcommand of ``impellab``, where it is not the name.
    """

    name: str
    explanation: str
    module: str = ""
    command: str = ""

    @property
    def place(self) -> str:
        """The module with the declaration."""
        return self.module or f"experiments.studies.{self.name}.study"

    def load(self) -> Study[Any, Any, Any]:
        """The study, imported only now."""
        study = importlib.import_module(self.place).STUDY
        assert isinstance(study, Study)
        return study


_REGISTERED = (
    RegisteredStudy(
        "benchmark",
        "Compare controllers over patients and scenarios.",
        "experiments.benchmark.study",
    ),
    RegisteredStudy(
        "cohort",
        "Complications of virtual patients; exit code 1 if an incidence is not where expected.",
    ),
    RegisteredStudy(
        "convergence",
        "Compare schemes, steps and valve smoothing; exit code 1 if the plant's own step fails.",
    ),
    RegisteredStudy(
        "effects",
        "Switch each physical effect off; exit code 1 if it does not do what physiology expects.",
    ),
    RegisteredStudy(
        "hemolysis",
        "Published power laws against the measured index; exit code 1 if an expectation fails.",
    ),
    RegisteredStudy(
        "patients",
        "Identify patients to their targets; exit code 1 if a fitted target is not met.",
        "experiments.studies.identify.study",
        "identify",
    ),
    RegisteredStudy(
        "invariants",
        "Blood kept, work equal to loop area, exact slopes; exit code 1 if one fails.",
        "experiments.studies.physics_invariants",
    ),
    RegisteredStudy(
        "masked",
        "A hidden mitral leak and an inotrope-masked failure; exit code 1 if either is not shown.",
    ),
    RegisteredStudy(
        "multirate",
        "Compare multirate runs with beat-by-beat ones; exit code 1 if an error exceeds 1 %.",
    ),
    RegisteredStudy(
        "sensitivity",
        "Sensitivity of pressure, power, filling, suction and hemolysis to what is uncertain.",
    ),
    RegisteredStudy(
        "speed",
        "Measure speed on one core, side by side; rates are medians of interleaved runs. "
        "Exit code 1 if a target is missed.",
        "experiments.speed.study",
    ),
    RegisteredStudy(
        "suction",
        "Sensitivity, specificity and delay of the detector; exit code 1 if the aim is missed.",
    ),
    RegisteredStudy(
        "suction-onset",
        "Onset of suction by filling, level and contact; exit code 1 if an expectation fails.",
        "experiments.studies.suction_onset.study",
    ),
    RegisteredStudy(
        "support", "Support of shock at rising levels; exit code 1 if an expected trend fails."
    ),
    RegisteredStudy(
        "validation",
        "Published values beside the model's, with bands; exit code 1 if a band is missed.",
        "experiments.validation.study",
        "validate",
    ),
    RegisteredStudy("weaning", "", "experiments.weaning.study.study", "wean"),
)
#: By the name of the study.
STUDIES = MappingProxyType({study.name: study for study in _REGISTERED})
#: By subcommand, those whose command is made of their settings.
STUDY_COMMANDS = MappingProxyType(
    {study.command or study.name: study for study in _REGISTERED if study.explanation}
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
    return STUDIES[name].load()
