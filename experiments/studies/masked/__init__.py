"""The study of masked failure: what full support or a drug hides, and what reveals it."""

from experiments.studies.masked.study import STUDY as STUDY
