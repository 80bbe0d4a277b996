"""The multirate study: long runs by outer steps against beat by beat."""

from experiments.studies.multirate.study import STUDY as STUDY
