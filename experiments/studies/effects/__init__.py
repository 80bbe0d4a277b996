"""The effects study: each physical effect switched off, what it changes and what it does not."""

from experiments.studies.effects.study import STUDY as STUDY
