"""Suction as an event: onset, release, hysteresis, and what a simulated course makes of it."""

from __future__ import annotations

import math
import operator

import pytest
from hypothesis import given, strategies as st

from plants import Event, InputError, Plant, Scenario, Simulator, SuctionEvents


def run(shares, **options):
    events = SuctionEvents(**options)
    seen = [events.beat(0.5 * k, 0.5, share, 1.0) for k, share in enumerate(shares)]
    return events, seen


def test_onset_and_release_differ():
    _, seen = run([0.04, 0.07, 0.04, 0.04, 0.01, 0.04, 0.06], onset=0.05, release=0.02)
    assert seen == [False, True, True, True, False, False, True]


def test_events_have_times_beats_and_extremes():
    events = SuctionEvents(onset=0.1, release=0.1)
    for k, (share, margin) in enumerate([(0, 3), (0.2, -1), (0.3, -2), (0, 4), (0.5, -5)]):
        events.beat(0.5 * k, 0.5, share, margin)
    first, last = events.events
    assert (first.onset, first.release, first.duration, first.beats) == (0.5, 1.5, 1.0, 2)
    assert (first.deepest, first.lowest_margin) == (0.3, -2)
    assert events.active
    assert math.isinf(last.release)


def test_short_events_are_dropped_with_their_labels():
    shares = [0, 0.2, 0, 0.2, 0.2, 0.2, 0]
    kept, _ = run(shares)
    long, _ = run(shares, least_duration=1.0)
    assert [e.beats for e in kept.events] == [1, 3]
    assert [e.beats for e in long.events] == [3]
    assert long.labels == (False, False, False, True, True, True, False)


def test_reset_forgets():
    events, _ = run([0.2, 0.2])
    events.reset()
    assert (events.labels, events.events, events.active) == ((), (), False)
    assert not events.beat(0.0, 0.5, 0.0, 5.0)


@given(st.lists(st.floats(0, 1), max_size=60), st.floats(0.02, 0.9), st.floats(0, 1))
def test_labels_and_events_agree(shares, onset, ratio):
    events, seen = run(shares, onset=onset, release=ratio * onset)
    assert list(events.labels) == seen
    assert sum(e.beats for e in events.events) == sum(seen)
    onsets = sum(map(operator.gt, seen, [False, *seen]))
    assert len(events.events) == onsets
    assert all(0.5 * e.beats == pytest.approx(e.duration) for e in events.events if e.release < 99)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"onset": 1.5}, "onset"),
        ({"onset": 0.1, "release": 0.2}, "release"),
        ({"least_duration": -1.0}, "least_duration"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(options, field):
    with pytest.raises(InputError) as caught:
        SuctionEvents(**options)
    assert caught.value.field == field


@pytest.mark.parametrize("beat", [(-0.1, 0.5, 0.0), (0.5, 0.0, 0.0), (0.5, 0.5, math.nan)])
def test_beats_that_make_no_sense_are_refused(beat):
    events = SuctionEvents()
    events.beat(0.0, 0.5, 0.0, 1.0)
    with pytest.raises(InputError):
        events.beat(*beat, 1.0)


def test_an_emptied_ventricle_goes_into_suction_and_comes_out_of_it():
    """Pulmonary resistance rises tenfold for 20 s: suction comes after it and is over again."""
    plant = Plant("shock-d", "CP")
    speed, rr = plant.pump.speed("P-9"), 60.0 / plant.heart_rate()
    rise = Event("pulmonary_resistance", 10.0, "pulse", 4.0, duration=20.0)
    simulator = Simulator(plant, Scenario("rise", "", (rise,)))
    simulator.reset(speed=speed)
    events = SuctionEvents()
    for k in range(int(45.0 / rr)):
        simulator.advance(speed, rr)
        metrics = simulator.metrics()
        events.beat(k * rr, rr, metrics["suction"], metrics["suction_margin"])
    told = events.events  # a beat that fills the ventricle may part them
    assert 4.0 < told[0].onset < 20.0
    assert told[0].onset + 5.0 < told[-1].release < 40.0
    assert all(event.lowest_margin < 0.5 for event in told)
    assert not events.active
