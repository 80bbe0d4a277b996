"""What the sensors at the bedside draw."""

from __future__ import annotations

from plants import Bedside, Pump, weaning_patient

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
