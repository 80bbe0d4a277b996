"""A mitral leak that full support hides and a weaning trial reveals.

The valve is tight as long as a high level keeps the ventricle small, and leaks when a low level
lets it grow.

References
----------
Zoghbi WA et al. (2017) J Am Soc Echocardiogr 30:303 (grades of regurgitation).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from plants import (
    WAVEFORMS,
    BeatMap,
    MultirateRun,
    Plant,
    SlowClock,
    SlowParameters,
    SteadyState,
    echo_grade,
    plant_model,
    steady_state,
)
from plants.pumps import LOWEST_LEVEL
from plants.quantities import Array
from plants.slow.laws import effective_orifice, hidden_regurgitation

#: Rows of tables, by the name of the table.
Rows = dict[str, list[dict[str, Any]]]

PATIENT, DEVICE = "hfref", "CP"
_SOURCE, _TAG = "masked patients", "X"
# Functional leak that the valve is given at the low level (mL/s/mmHg), and the weight of the
# filling pressure (mL/mmHg); guesses. The ventricle grows with the leak, so that more comes.
_LEAK, _PRESSURE_WEIGHT = 3.0, 4.0
FULL, LOW = "P-9", LOWEST_LEVEL
_DRAWN = ("aortic_pressure", "lv_pressure", "la_pressure")
#: Levels of the trial and for how long, h.
TRIAL = ((FULL, 6.0), (LOW, 4.0), (FULL, 6.0))
# Time between two samples soon after a change and later, and what is soon, h.
_FIRST, _LATER, _SOON = 0.05, 0.5, 0.5


def slow_parameters(values: Mapping[str, float]) -> SlowParameters:
    """The defaults with these values."""
    own: dict[str, Any] = dict(values)
    return SlowParameters.load().replace(source=_SOURCE, tag=_TAG, **own)


def sample_intervals(hours: float) -> list[float]:
    """Time (h) between the samples of what follows a change: short at first."""
    lengths = [_FIRST] * round(_SOON / _FIRST)
    return lengths + [_LATER] * round((hours - _SOON) / _LATER)


def waveforms(beat: SteadyState) -> tuple[Array, dict[str, Array]]:
    """Times (s) and waveforms of a periodic beat, by name."""
    beats = BeatMap(beat.plant, step=beat.step)
    start = np.asarray(plant_model().begin(beat.state, beat.values)).ravel()
    carry = np.concatenate([beat.state, start])
    rows = beats.kernel.run(carry, beat.values, beats.steps(beat.values), 1)
    times = np.arange(len(rows)) * beats.period(beat.values) / len(rows)
    return times, {name: rows[:, column] for column, name in enumerate(WAVEFORMS)}


def regurgitant_gradient(waves: Mapping[str, Array]) -> float:
    """Mean pressure (mmHg) from ventricle to atrium while blood can leak back."""
    drop = waves["lv_pressure"] - waves["la_pressure"]
    return float(drop[drop > 0.0].mean()) if np.any(drop > 0.0) else 0.0


def hidden_parameters() -> SlowParameters:
    """Slow parameters of the patient whose regurgitation full support hides.

    Examples
    --------
    >>> from experiments.studies.masked.hidden_regurgitation import hidden_parameters
    >>> hidden_parameters()["mitral_tethering"] > 0
    True
    """
    plant = Plant(PATIENT, DEVICE)
    full, low = (steady_state(plant, plant.level_speed(level)).metrics for level in (FULL, LOW))
    limit = SlowParameters.load()["mitral_leak_limit"]
    values = hidden_regurgitation(full, low, _LEAK, _PRESSURE_WEIGHT, limit)
    return slow_parameters({**values, "mitral_pressure_weight": _PRESSURE_WEIGHT})


def hidden_course() -> Rows:
    """Full support, a weaning trial at the low level, and full support again.

    Returns
    -------
    dict of list
        Rows of the tables ``hidden_course`` (every sample, with hours, level, metrics and grade),
        ``hidden`` (the end of each level) and ``hidden_beats`` (waveforms of a beat at the end of
        the first full and of the low level).
    """
    plant = Plant(PATIENT, DEVICE)
    run = MultirateRun(plant, SlowClock(PATIENT, hidden_parameters()))
    course: list[dict[str, Any]] = []
    stages: list[dict[str, Any]] = []
    beats: list[dict[str, Any]] = []
    for number, (level, hours) in enumerate(TRIAL):
        speed = plant.level_speed(level)
        run.hold(speed)
        course.append(_sample(run, level))
        for length in sample_intervals(hours):
            run.advance(length, speed)
            course.append(_sample(run, level))
        stages.append(course[-1])
        if level not in (earlier for earlier, _ in TRIAL[:number]):
            times, waves = waveforms(run.beat)
            beats += [
                {"level": level, "time_s": time, **{name: waves[name][k] for name in _DRAWN}}
                for k, time in enumerate(times)
            ]
    return {"hidden": stages, "hidden_course": course, "hidden_beats": beats}


def _sample(run: MultirateRun, level: str) -> dict[str, Any]:
    """What an echo and the monitor show."""
    metrics = run.metrics()
    fraction, volume = (
        metrics["mitral_regurgitant_fraction"],
        metrics["mitral_regurgitant_volume"],
    )
    leak = run.plant.patient["leak_mitral"] + metrics["functional_leak"]
    gradient = regurgitant_gradient(waveforms(run.beat)[1])
    orifice = effective_orifice(leak, gradient)
    names = ("lvedv", "lvedp", "pcwp", "map", "cardiac_output", "cardiac_power_output")
    return {
        "hours": run.slow.hours,
        "level": level,
        "functional_leak": metrics["functional_leak"],
        "mitral_regurgitant_fraction": fraction,
        "mitral_regurgitant_volume": volume,
        "gradient": gradient,
        "orifice_cm2": orifice,
        "grade": echo_grade(fraction, volume, orifice),
        **{name: metrics[name] for name in names},
    }
