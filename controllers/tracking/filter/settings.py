"""Tuning of the recovery tracker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrackerSettings:
    """Every number is a guess, checked on the virtual patients only.

    Attributes
    ----------
    relinearisations : int
        How often a correction that moved far is linearised anew.
    relinearisation_distance : float
        What counts as far, in standard deviations of the prior.
    plausibility : float
        Probability with which a consistent update counts as plausible.
    window : int
        Updates in the window of the consistency test.
    consistency : float
        Probability with which a consistent filter lies within the band of that test.
    largest_excess : float
        The drift grows with the excess of the window's sum over its band, at most this many times.
    given_volume_share : float
        Standard deviation of volume that was given, as a share of it.
    longest_step : float
        Longest gap, h, that is bridged as drift; what is beyond counts as this.
    """

    relinearisations: int = 3
    relinearisation_distance: float = 1.0
    plausibility: float = 0.999
    window: int = 8
    consistency: float = 0.99
    largest_excess: float = 4.0
    given_volume_share: float = 0.3
    longest_step: float = 240.0
