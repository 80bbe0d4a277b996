"""Validation: the plant against published measurements."""

from experiments.validation.study import STUDY as STUDY, ValidationSettings as ValidationSettings
