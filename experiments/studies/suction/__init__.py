"""The suction study: how well suction is found from what the console shows."""

from experiments.studies.suction.study import STUDY as STUDY, SuctionSettings as SuctionSettings
