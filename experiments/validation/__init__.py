"""Validation: the plant against published measurements."""

from experiments.validation import job
from experiments.validation.bands import unit_of
from experiments.validation.figures import validation_figures
from experiments.validation.report import printed, sources, summary, validation_tables

__all__ = [
    "job",
    "printed",
    "sources",
    "summary",
    "unit_of",
    "validation_figures",
    "validation_tables",
]
