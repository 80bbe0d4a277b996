"""Validation: the plant against published measurements."""

from experiments.validation.study import STUDY, ValidationSettings

__all__ = ["STUDY", "ValidationSettings"]
