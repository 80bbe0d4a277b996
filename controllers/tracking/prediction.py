"""From what is believed of a patient to what the sensors should read."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.beats import Settled, SettledBeats
from controllers.tracking.belief import Told
from controllers.tracking.filter import (
    Gaussian,
    Linearised,
    differences,
    sigma_points,
    triangular,
)
from controllers.tracking.readings import output_rows
from controllers.tracking.state import N_PATIENT, StateSpace
from plants import PhysicsError

Array = NDArray[np.float64]


class Predictor:
    """Predicts readings of the believed patient.

    Parameters
    ----------
    beats : SettledBeats
        The believed patient's beats.
    space : StateSpace
        What is estimated.
    """

    def __init__(self, beats: SettledBeats, space: StateSpace):
        self.beats, self.space = beats, space

    def points(self, belief: Gaussian, speeds: Sequence[float], told: Told) -> Settled:
        """Settled beats at the sigma points of what moves the beat.

        The root is triangular: its later columns move the trend and the biases only.
        """
        held = self.space.held(sigma_points(belief, N_PATIENT))
        return self.beats.solve(held[:, :N_PATIENT], speeds, told)

    def later(self, belief: Gaussian, hours: float, excess: float = 1.0) -> Gaussian:
        """The belief some hours later.

        Parameters
        ----------
        belief : Gaussian
            Now.
        hours : float
            How long.
        excess : float
            Factor on the variance of the random walks.
        """
        if hours == 0.0:
            return Gaussian(belief.mean.copy(), belief.root)
        moved = self.space.transition(hours)
        drift = self.space.drift(hours, math.sqrt(excess))
        columns = np.concatenate([moved @ belief.root, drift], axis=1)
        return Gaussian(self.space.held(moved @ belief.mean), triangular(columns))

    def readings(
        self, belief: Gaussian, names: Sequence[str], speed: float, told: Told
    ) -> Linearised:
        """The readings of some signals about a belief.

        Raises
        ------
        PhysicsError
            The believed patient has no settled beat.
        """
        found = self.points(belief, [speed], told)
        if found.reasons[0]:
            raise PhysicsError(found.reasons[0])
        value, first, rest = differences(found.values[0][:, output_rows(names)])
        columns = np.zeros((len(names), len(belief.mean)))
        columns[:, :N_PATIENT] = first
        slope = np.asarray(np.linalg.solve(belief.root.T, columns.T).T, dtype=np.float64)
        value = value.copy()
        for row, name in enumerate(names):
            place = self.space.place.get(f"{name}_bias")
            if place is not None:
                slope[row, place] += 1.0
                value[row] += belief.mean[place]
        return Linearised(belief.mean, value, slope, rest)
