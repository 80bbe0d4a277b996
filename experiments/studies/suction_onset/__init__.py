"""The study of the onset of suction by filling, level, contact and right ventricular function."""

from experiments.studies.suction_onset.study import (
    STUDY as STUDY,
    SuctionOnsetSettings as SuctionOnsetSettings,
)
