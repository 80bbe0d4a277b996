"""From what is believed of a patient to what the sensors should read."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.filter import (
    Fan,
    Gaussian,
    Linearised,
    Outputs,
    output_rows,
    sigma_points,
    triangular,
)
from controllers.tracking.model import N_PATIENT, Setting, Settled, SettledBeats, StateSpace
from plants import METRICS, PhysicsError

Array = NDArray[np.float64]

_FRACTION = METRICS.index["mitral_regurgitant_fraction"]
# Fans that are kept.
_REMEMBERED = 64


class Predictor:
    """Predicts readings of the believed patient.

    Parameters
    ----------
    beats : SettledBeats
        The believed patient's beats.
    space : StateSpace
        What is estimated.

    Attributes
    ----------
    fans : int
        How often sigma points were asked; what a prediction costs.
    """

    def __init__(self, beats: SettledBeats, space: StateSpace):
        self.beats, self.space = beats, space
        self.fans = 0
        self._kept: dict[tuple[float, str, bool], Fan] = {}

    def outputs(
        self,
        beliefs: Sequence[Gaussian],
        settings: Sequence[Setting],
        *,
        exact: bool = False,
        read: bool = False,
    ) -> list[Outputs]:
        """Outputs of settled beats, with their spread.

        Parameters
        ----------
        beliefs : sequence of Gaussian
            One for each setting.
        settings : sequence of Setting
            Under what the beats are settled.
        exact : bool
            Whether all sigma points are asked, even where kept slopes hold.
        read : bool
            Whether readings will be met: before them beliefs are wider than after, so that the
            fans of both are kept.
        """
        settled = self.prepare(beliefs, settings)
        values, reasons = settled.values[:, 0], settled.reasons
        lacking = []
        for place, (belief, one) in enumerate(zip(beliefs, settings, strict=True)):
            kept = self._kept.get((*one.key, read))
            fits = kept is not None and not exact and kept.fits(belief, values[place])
            if not reasons[place] and not fits:
                lacking.append(place)
        if lacking:
            self._fan(
                [beliefs[place] for place in lacking],
                [settings[place] for place in lacking],
                values[lacking],
                settled.exact[lacking],
                read,
            )
        return [
            Outputs.missing(reason) if reason else self._kept[*one.key, read].about(belief, value)
            for belief, one, value, reason in zip(beliefs, settings, values, reasons, strict=True)
        ]

    def prepare(self, beliefs: Sequence[Gaussian], settings: Sequence[Setting]) -> Settled:
        """Find the beats of the centres side by side, which is cheaper than one by one."""
        centres = np.array([self.space.held(one.mean)[:N_PATIENT] for one in beliefs])
        return self.beats.centres(centres, settings)

    def stretched(self, belief: Gaussian, setting: Setting, leak: float) -> float:
        """Regurgitant fraction of the beat that a leak (mL/s/mmHg) comes to, of the estimate.

        Raises
        ------
        PhysicsError
            There is no such beat at the setting.
        """
        point = self.space.held(belief.mean)[:N_PATIENT]
        fraction = float(self.beats.stretched(point, setting, leak)[_FRACTION])
        return min(max(fraction, 0.0), 1.0)

    def _fan(
        self,
        beliefs: Sequence[Gaussian],
        settings: Sequence[Setting],
        centres: Array,
        found: NDArray[np.bool_],
        read: bool,
    ) -> None:
        """Ask the sigma points about some centres, whose outputs are known.

        The root is triangular: its later columns move the trend and the biases only.
        """
        points = np.array([self.space.held(sigma_points(one, N_PATIENT)[1:]) for one in beliefs])
        around = self.beats.around(points[:, :, :N_PATIENT], settings)
        for place, (belief, one) in enumerate(zip(beliefs, settings, strict=True)):
            values = np.concatenate([centres[place][None], around.values[place]])
            share = float(np.append(around.exact[place], found[place]).mean())
            self._kept.pop((*one.key, read), None)
            self._kept[*one.key, read] = Fan.through(belief, values, share)
        self.fans += len(beliefs)
        # A call's own fans are still asked for.
        for key in list(self._kept)[: -(_REMEMBERED + len(beliefs))]:
            del self._kept[key]

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

    def readings(self, belief: Gaussian, names: Sequence[str], setting: Setting) -> Linearised:
        """The readings of some signals about a belief.

        Raises
        ------
        PhysicsError
            The believed patient has no settled beat.
        """
        (found,) = self.outputs([belief], [setting], read=True)
        if found.reason:
            raise PhysicsError(found.reason)
        rows = output_rows(names)
        value, slope = found.value[rows], np.zeros((len(names), len(belief.mean)))
        slope[:, :N_PATIENT] = found.slope[rows]
        for row, name in enumerate(names):
            place = self.space.place.get(f"{name}_bias")
            if place is not None:
                slope[row, place] += 1.0
                value[row] += belief.mean[place]
        return Linearised(belief.mean, value, slope, found.rest[rows])
