"""What the two runs over hours share."""

from __future__ import annotations

import pytest

from plants import InputError, MultirateRun, Plant, SlowClock
from plants.bedside.run import BedsideRun
from plants.slow import PeriodicRun, step_change

KINDS = (MultirateRun, BedsideRun)
BOUNDS = {"safety": 0.9, "smallest": 0.2, "largest": 5.0}


@pytest.mark.parametrize("order", [2, 3])
def test_a_step_is_lengthened_by_the_power_with_which_its_error_rises(order):
    """A step that is twice as long has 2^order times the error."""
    assert step_change(2.0**-order, order=order, **BOUNDS) == pytest.approx(0.9 * 2.0)
    assert step_change(2.0**order, order=order, **BOUNDS) == pytest.approx(0.9 / 2.0)
    assert step_change(0.0, order=order, **BOUNDS) == 5.0
    assert step_change(1e12, order=order, **BOUNDS) == 0.2


@pytest.mark.parametrize("kind", KINDS)
def test_both_runs_refuse_what_makes_no_sense(kind):
    plant = Plant("shock-d", "CP")
    assert issubclass(kind, PeriodicRun)
    with pytest.raises(InputError, match="slow = 'shock-c'"):
        kind(plant, SlowClock("shock-c"))
    with pytest.raises(InputError, match="tolerance"):
        kind(plant, SlowClock("shock-d"), tolerance=0.0)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_held_acts_before_time_passes(kind):
    run = kind(Plant("shock-d", "CP"), SlowClock("shock-d"))
    run.hold(44_000.0)
    fast = run.metrics()
    assert run.beat.metrics["map"] == fast["map"]
    run.hold(25_000.0, {"systemic_resistance": 1.3})
    slow = run.metrics()
    assert run.slow.hours == 0.0
    assert slow["pump_flow"] < fast["pump_flow"] - 0.5
    run.advance(2.5, 44_000.0)
    assert run.slow.hours == 2.5
