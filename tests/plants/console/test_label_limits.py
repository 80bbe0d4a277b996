"""Label limits: the published ones, tracked and flagged, and the boost of the 2.5."""

from __future__ import annotations

import math

import pytest

from plants import DeviceDriver, InputError, LabelClock, Pump, label_limit

# Days in shock and hours in high-risk intervention, by the reference's table of devices.
LABELS = {
    "2.5": (4, 6),
    "CP": (4, 6),
    "5.0": (6, None),
    "LD": (6, None),
    "5.5": (14, None),
    "RP": (14, None),
}


@pytest.mark.parametrize("device", Pump.names())
def test_published_limits(device):
    pump = Pump.load(device)
    days, hours = LABELS[device]
    assert label_limit(pump) == 24 * days
    if hours is None:
        with pytest.raises(InputError, match=r"high-risk PCI.*label of the .*: shock"):
            label_limit(pump, "high-risk PCI")
    else:
        assert label_limit(pump, "high-risk PCI") == hours


@pytest.mark.parametrize(("steps", "hours"), [(1, 96.0), (960, 0.1), (5760, 1 / 60)])
def test_the_whole_label_may_be_used_and_not_more(steps, hours):
    clock = LabelClock(Pump.load("CP"))
    for _ in range(steps):
        clock.advance(hours)
    assert not clock.exceeded
    assert clock.remaining == pytest.approx(0.0, abs=1e-9)
    clock.advance(0.01)
    assert clock.exceeded
    assert clock.remaining == 0.0


def test_time_left_falls_by_the_time_used():
    clock = LabelClock(Pump.load("2.5"), "high-risk PCI")
    assert clock.remaining == 6.0
    assert clock.advance(2.5) is clock
    assert (clock.used, clock.remaining, clock.exceeded) == (2.5, 3.5, False)
    assert clock.message == "2.5: 2.5 h of use in high-risk PCI, 3.5 h left by the label (6 h)"
    clock.reset()
    assert clock.remaining == 6.0
    clock.reset(7.0)
    assert clock.exceeded
    assert "1 h beyond the label" in clock.message


@pytest.mark.parametrize("hours", [-1.0, math.nan, math.inf, "1", None, True])
def test_refused_hours(hours):
    clock = LabelClock(Pump.load("CP"))
    with pytest.raises(InputError, match="hours"):
        clock.advance(hours)
    with pytest.raises(InputError, match="hours"):
        clock.reset(hours)
    assert clock.used == 0.0


def test_refused_indication():
    with pytest.raises(InputError, match=r"stroke.*shock, high-risk PCI"):
        LabelClock(Pump.load("CP"), "stroke")
    cp = Pump.load("CP")
    unlabelled = cp.changed(ratings={})
    with pytest.raises(InputError, match="none"):
        LabelClock(unlabelled)


def test_boost_of_the_2_5_falls_back_to_p_8_after_five_minutes():
    pump = Pump.load("2.5")
    driver = DeviceDriver(pump, quantise=True)
    speeds = [driver.apply(pump.speed("P-9"), time=float(second)) for second in range(0, 900, 10)]
    fallen = speeds.index(pump.speed("P-8"))
    assert 280 <= 10 * fallen <= 300
    assert set(speeds[:fallen]) == {pump.speed("P-9")}
    assert set(speeds[fallen:]) == {pump.speed("P-8")}
