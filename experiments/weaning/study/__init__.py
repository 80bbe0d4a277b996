"""The weaning study: virtual patients, weaned by every policy, against the targets."""

from experiments.weaning.study.settings import WeaningStudySettings as WeaningStudySettings
from experiments.weaning.study.study import STUDY as STUDY
