"""Means of metrics over beats that are not of one length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from plants.simulation.simulator import Simulator


def beats_of_course(simulator: Simulator, speed: float, seconds: float) -> list[dict[str, float]]:
    """Metrics of every beat of a course, in their order.

    Parameters
    ----------
    simulator : Simulator
        Where the course begins; it is advanced, to the end of the beat in which the time is up.
    speed : float
        Speed command, rpm.
    seconds : float
        How long, s.

    Raises
    ------
    PhysicsError
        The simulation left the physical range.

    Examples
    --------
    >>> from plants import Plant, Simulator
    >>> from plants.simulation import beats_of_course
    >>> simulator = Simulator(Plant("healthy"))
    >>> simulator.reset()
    >>> len(beats_of_course(simulator, 0.0, 10.0)) == round(simulator.plant.heart_rate() / 6)
    True
    """
    end, beats = simulator.time + seconds, []
    while simulator.time < end - 1e-6:
        beats.append(simulator.advance_beat(speed))
    return beats


def mean_over_beats(beats: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Metrics of a course from those of its beats: means over time.

    A beat counts by its length. So the mean of the cardiac output is the volume that was ejected
    over the time that passed, and that of the heart rate the number of beats over it; the mean of
    the beats' own outputs is higher where short beats follow each other.

    Examples
    --------
    >>> from plants.simulation import mean_over_beats
    >>> mean_over_beats([{"heart_rate": 60.0, "cardiac_output": 6.0},
    ...                  {"heart_rate": 120.0, "cardiac_output": 3.0}])
    {'heart_rate': 80.0, 'cardiac_output': 5.0}
    """
    lengths = [1.0 / beat["heart_rate"] for beat in beats]
    return {
        name: float(np.average([beat[name] for beat in beats], weights=lengths))
        for name in beats[0]
    }
