"""Whether a heart that holds without the pump today still does in two days."""

import math
from types import SimpleNamespace

import pytest

from controllers.tracking.estimate import Belief
from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.lasting import expected_loss, lasts, note_loss
from controllers.weaning.progress import Progress

CRITERIA = WeaningCriteria.load()


def outlook(perfusion, trend=0.1, gained=0.4, here=46.0, index=2.4):
    told = {level: {"coronary_perfusion_pressure": Belief("coronary_perfusion_pressure", "mmHg",
                                                          value, 1.0),
                    "cardiac_index": Belief("cardiac_index", "L/min/m2", index, 0.05)}
            for level, value in (("P-2", here), ("", perfusion))}  # fmt: skip
    return SimpleNamespace(trend=trend, gained=gained, trusted=True, at=told.get,
                           free=lambda: told[""])  # fmt: skip


def loss(*args, **kwargs):
    return expected_loss(outlook(*args, **kwargs), "P-2", CRITERIA)


def test_a_heart_that_is_perfused_as_before_goes_on_recovering():
    assert loss(46.0) == 0.0


def test_the_less_it_is_perfused_the_more_is_lost():
    losses = [loss(pressure) for pressure in (40.0, 34.0, 30.0, 26.0)]
    assert losses == sorted(losses)
    assert losses[-1] > 0.3


def test_it_slides_back_or_goes_on():
    # The perfusion falls with the contractility: a little less of it turns the course.
    found = [loss(pressure, trend=0.15) for pressure in range(31, 40)]
    assert max(found) > 0.3
    assert min(found) == 0.0


def test_who_has_gained_nothing_loses_nothing():
    assert loss(28.0, trend=0.0, gained=0.0) == pytest.approx(0.0, abs=1e-9)
    assert loss(28.0, trend=0.0, gained=0.1) <= 0.1 + 1e-9


def test_without_a_trend_nothing_is_told():
    assert math.isnan(loss(30.0, trend=math.nan))


def test_the_last_looks_at_the_lowest_level_count():
    state = Progress(("P-2", "P-3", "P-4"), support=2)
    now = SimpleNamespace(outlook=outlook(26.0), criteria=CRITERIA, level="P-2")
    note_loss(now, state)
    assert lasts(now, state) is None
    state.move(0, 1.0)
    note_loss(now, state)
    assert not lasts(now, state).met
    now.outlook = outlook(46.0)
    for _ in range(3):
        note_loss(now, state)
    assert lasts(now, state).met
    now.outlook.trusted = False
    note_loss(now, state)
    assert len(state.losses) == 4
    state.move(1, 2.0)
    note_loss(now, state)
    assert state.losses == []


def test_a_flow_without_margin_bears_no_loss():
    state = Progress(("P-2", "P-3", "P-4"), support=2)
    state.losses.append(0.1)
    for index, borne in ((2.4, True), (1.84, False), (1.7, False)):
        now = SimpleNamespace(outlook=outlook(46.0, index=index), criteria=CRITERIA)
        assert lasts(now, state).met is borne
