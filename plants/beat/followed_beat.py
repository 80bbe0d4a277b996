"""Periodic beats of a patient who is followed for hours, through suction that comes and goes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from plants.beat.cycle import CycleMap
from plants.beat.periodic_beat import (
    PeriodicBeat,
    SteadyState,
    check_volumes,
    checked_beat,
    with_blood,
)
from plants.plant import METRICS, Plant
from plants.quantities import FailureKind, PhysicsError

# Beats of a course whose mean stands in for a cycle, and those before: from a mean nearby, and from
# elsewhere.
_COURSE, _SETTLING, _FAR_SETTLING = 40, 10, 120
# Change of a state over such a mean below which a periodic beat is looked for again; difference of
# the mean pressures (mmHg) of two means in a row below which the course is settled, and how many
# more are tried.
_CALM, _DRIFT, _MOST_COURSES = 0.1, 0.2, 6


class FollowedBeat(PeriodicBeat):
    """Periodic beats of one plant, or the mean of its course where that comes to no cycle.

    Where suction comes and goes without repeating itself, :class:`~plants.beat.PeriodicBeat`
    refuses. Here the course is followed from the last state, and the mean of some dozen beats of it
    is the steady state, labelled by its ``repeats``.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    tolerance : float
        Largest change of any state over the beat that counts as periodic.

    Examples
    --------
    >>> from plants import Plant
    >>> from plants.beat import FollowedBeat
    >>> FollowedBeat(Plant("shock-d", "CP")).find(44_000).repeats
    True
    """

    def __init__(self, plant: Plant, *, tolerance: float = 1e-6):
        super().__init__(plant, tolerance=tolerance)
        self._irregular = False  # whether the mean of a course stood in last

    def find(
        self,
        speed: float,
        disturbances: Mapping[str, float] | None = None,
        *,
        blood_volume: float | None = None,
    ) -> SteadyState:
        """The periodic beat, or the mean of the course, at a held speed.

        Raises
        ------
        PhysicsError
            There is no periodic beat to begin with, or the course leaves the physical range.
        """
        if self._state is None:
            steady = super().find(speed, disturbances, blood_volume=blood_volume)
        else:
            steady = self._followed(speed, disturbances, blood_volume)
        self._state = steady.nearby
        # Of a cycle about no beat the mean of a course is as good, and at hand.
        self._irregular = steady.beats > 1 and steady.about is None
        return steady

    def _followed(
        self, speed: float, disturbances: Mapping[str, float] | None, blood_volume: float | None
    ) -> SteadyState:
        """The steady state to which a course leads from the last one, or the mean of the course."""
        arguments = speed, disturbances, blood_volume
        settling = _SETTLING if self._irregular else _FAR_SETTLING
        try:
            steady = None if self._irregular else self._nearby(*arguments)
            if steady is None:
                mean = self._settled_course(settling, *arguments)
                settling = _SETTLING
                steady = (mean.residual < _CALM and self._nearby(*arguments)) or mean
        except PhysicsError as error:
            if error.kind is not FailureKind.NO_PERIODIC_BEAT:
                raise
            steady = self._course(settling, *arguments)
        return steady

    def _settled_course(
        self,
        settling: int,
        speed: float,
        disturbances: Mapping[str, float] | None,
        blood_volume: float | None,
    ) -> SteadyState:
        """The mean of a course whose pressure no longer drifts."""
        mean = self._course(settling, speed, disturbances, blood_volume)
        for _ in range(_MOST_COURSES):
            before, self._state = mean.metrics["map"], mean.state
            mean = self._course(_SETTLING, speed, disturbances, blood_volume)
            if mean.residual < _CALM or abs(mean.metrics["map"] - before) < _DRIFT:
                break
        self._state = mean.state
        return mean

    def _course(
        self,
        settling: int,
        speed: float,
        disturbances: Mapping[str, float] | None,
        blood_volume: float | None,
    ) -> SteadyState:
        """The mean of a course from the last state, after `settling` beats."""
        assert self._state is not None
        values = self._beats.values(speed, disturbances)
        state, _ = with_blood(self.plant, self._state, blood_volume)
        for _ in range(settling):
            state = checked_beat(self._beats.beat(state, values), self.plant, speed).state
        mean = CycleMap(self._beats, _COURSE).beat(state, values)
        end = checked_beat(mean, self.plant, speed).state
        steady = SteadyState(
            end,
            values,
            METRICS.as_dict(mean.metrics),
            iterations=0,
            residual=float(np.abs(end - state).max()),
            plant=self.plant,
            step=self._beats.step,
            beats=_COURSE,
            repeats=False,
        )
        check_volumes(steady, self.plant, speed)
        return steady
