"""Validation: the plant against published measurements."""

from experiments.validation.bands import (
    Described as Described,
    PublishedStudy as PublishedStudy,
    published as published,
)
from experiments.validation.row import MISS as MISS, Row as Row
from experiments.validation.study import STUDY as STUDY, ValidationSettings as ValidationSettings
