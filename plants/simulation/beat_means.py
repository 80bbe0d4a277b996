"""Means of metrics over beats that are not of one length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from plants.quantities import InputError, Parameter, check_number
from plants.simulation.simulator import Simulator

_SECONDS = Parameter("seconds", "s", "how long", 1e-3, 86_400.0)
#: What a beat has once: volumes, work, extremes and what is made of them. All other metrics are
#: means over its time.
ONCE_A_BEAT = frozenset(
    {
        "systolic",
        "diastolic",
        "pulse_pressure",
        "lvedp",
        "lvedv",
        "lvesv",
        "stroke_volume",
        "ejection_fraction",
        "lv_peak_pressure",
        "stroke_work",
        "pressure_volume_area",
        "pa_systolic",
        "pa_diastolic",
        "papi",
        "mitral_regurgitant_fraction",
        "mitral_regurgitant_volume",
        "aortic_regurgitant_fraction",
        "coronary_perfusion_pressure",
        "la_volume_max",
        "la_volume_min",
        "rvedv",
        "rvesv",
        "rv_ejection_fraction",
        "ea_ees_rv",
        "suction_margin",
        "pump_flow_max",
        "pump_flow_min",
        "motor_current_pulsatility",
        "placement_pulsatility",
    }
)


def beats_of_course(simulator: Simulator, speed: float, seconds: float) -> list[dict[str, float]]:
    """Metrics of every beat of a course, in their order.

    Parameters
    ----------
    simulator : Simulator
        Where the course begins; it is advanced, to the end of the beat in which the time is up.
    speed : float
        Speed command, rpm.
    seconds : float
        How long, s: 1 ms to a day.

    Raises
    ------
    InputError
        The time is no number or out of its range.
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
    end, beats = simulator.time + check_number(seconds, _SECONDS, "seconds", None), []
    while simulator.time < end - 1e-6:
        beats.append(simulator.advance_beat(speed))
    return beats


def mean_over_beats(beats: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Metrics of a course from those of its beats.

    What a beat has once (:data:`ONCE_A_BEAT`: volumes, work, extremes) is averaged over the beats;
    rates, flows and mean pressures over time, so that a beat counts by its length. So the mean of
    the cardiac output is the volume that was ejected over the time that passed, that of the heart
    rate the number of beats over it, and the native flow is heart rate times stroke volume.

    Parameters
    ----------
    beats : sequence of mapping of str to float
        Metrics of each, among them ``heart_rate``.

    Raises
    ------
    InputError
        There is no beat.

    Examples
    --------
    >>> from plants.simulation import mean_over_beats
    >>> mean_over_beats([{"heart_rate": 60.0, "native_flow": 6.0, "stroke_volume": 100.0},
    ...                  {"heart_rate": 120.0, "native_flow": 3.0, "stroke_volume": 25.0}])
    {'heart_rate': 80.0, 'native_flow': 5.0, 'stroke_volume': 62.5}
    """
    if not beats:
        raise InputError("beats", beats, "one beat or more")
    lengths = [1.0 / beat["heart_rate"] for beat in beats]
    return {
        name: float(
            np.average(
                [beat[name] for beat in beats], weights=None if name in ONCE_A_BEAT else lengths
            )
        )
        for name in beats[0]
    }
