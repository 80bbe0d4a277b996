"""Exact slopes of the periodic beat, against differences of beats found anew."""

from __future__ import annotations

import pytest

from plants import METRICS, VALUES, Patient, Plant, steady_state
from plants.beat import periodic_slopes

NAMES = ("r_systemic", "lv_v0", "leak_mitral")


def test_slopes_are_those_of_beats_found_anew():
    patient = Patient.load("shock-d")
    beat = steady_state(Plant(patient))
    slopes = periodic_slopes(beat, [VALUES.index[name] for name in NAMES]).metrics
    for column, name in enumerate((*NAMES, "blood_volume")):
        step = 1e-3 * max(patient[name], 0.1)
        moved = Plant(patient.replace(**{name: patient[name] + step}))
        metrics = steady_state(moved, start=beat.state).metrics
        for metric in ("map", "cvp", "pcwp", "pa_systolic"):
            slope = (metrics[metric] - beat.metrics[metric]) / step
            exact = slopes[METRICS.index[metric], column]
            assert exact == pytest.approx(slope, rel=5e-3, abs=1e-4), (name, metric)
