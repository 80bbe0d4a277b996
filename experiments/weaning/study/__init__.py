"""The weaning study: virtual patients, weaned by every policy, against the targets."""

from experiments.weaning.study.job import study
from experiments.weaning.study.plan import Plan

__all__ = [
    "Plan",
    "study",
]
