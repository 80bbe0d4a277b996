"""What the sensors at the bedside draw."""

from __future__ import annotations

import pytest

from plants import SIGNALS, Bedside, Pump, weaning_patient
from plants.bedside.sensors import BedsideSensors
from plants.plant import power_output, pulsatility_index

CP = Pump.load("CP")


def monitors(bedside):
    """What is measured with noise at the begin."""
    measured = bedside.measure()
    return {name: measured[name] for name in ("map", "cvp", "lactate", "lvedv")}


def test_a_reset_takes_the_seed_of_the_sensors():
    patient, _ = weaning_patient(1, case="none")
    first, fifth = (Bedside(patient, CP, seed=seed) for seed in (1, 5))
    own, other = monitors(first), monitors(fifth)
    assert all(own[name] != other[name] for name in own)
    first.reset(seed=5)
    assert monitors(first) == other
    first.reset()
    assert monitors(first) == own


@pytest.mark.parametrize("cvp", [9.0, 0.7, -2.0])
def test_the_monitor_computes_what_the_plant_does(cvp):
    truth = dict.fromkeys(SIGNALS, 50.0)
    truth |= {"pump_speed": 44_000.0, "malposition": 0.0, "cvp": cvp, "cardiac_output": 4.0}
    truth |= {"map": 80.0, "pa_systolic": 35.0, "pa_diastolic": 15.0}
    seen = BedsideSensors("icu", 1, 2.0, noise_scale=0.0).measure(0.0, truth)
    assert seen["papi"] == pytest.approx(pulsatility_index(20.0, cvp))
    assert seen["cardiac_power_output"] == pytest.approx(power_output(80.0, 4.0))
