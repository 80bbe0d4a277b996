"""How the tracker's corrector deals with readings that contradict each other."""

import numpy as np
import pytest

from controllers.tracking.filter import Gaussian, Linearised, ReadingTable, TrackerSettings
from controllers.tracking.filter.correction import Corrector
from controllers.tracking.model import STATE_INDEX, StateSpace

TABLE = ReadingTable("icu")
SPACE = StateSpace(TABLE.biased)
PRIOR = Gaussian(SPACE.mean.copy(), np.diag(SPACE.sd))
NAMES = ("map", "systolic", "diastolic", "cvp", "mpap", "pcwp")
# All pressures rise with the resistance only, by as much.
SLOPE = 100.0


@pytest.fixture
def asked():
    """What the corrector linearised: the spread of the resistance, and the readings."""
    return []


@pytest.fixture
def linearise(asked):
    def function(estimate, names):
        column = STATE_INDEX["systemic_resistance"]
        slope = np.zeros((len(names), len(SPACE.names)))
        slope[:, column] = SLOPE
        asked.append((np.linalg.norm(estimate.root[column]), names))
        value = 80.0 + SLOPE * estimate.mean[column] * np.ones(len(names))
        return Linearised(estimate.mean, value, slope, np.zeros((len(names), 1)))

    return function


def readings(*values):
    return TABLE.usable(dict(zip(NAMES, values, strict=True)))


def corrector():
    return Corrector(TrackerSettings(), TABLE, SPACE)


def test_after_a_contradiction_an_abrupt_change_is_assumed_at_once(asked, linearise):
    # No resistance gives these, whichever is left out.
    torn = readings(20.0, 60.0, 110.0, 190.0, 240.0, 300.0)
    first = corrector().update(PRIOR, torn, linearise)
    assert "contradict" in first.reason
    assert np.array_equal(first.estimate.mean, PRIOR.mean)
    searched = list(asked)
    asked.clear()
    again = corrector().update(PRIOR, torn, linearise, contradicted_before=True)
    assert again.reason == first.reason
    assert len(asked) < len(searched) / 2
    assert {names for _, names in asked} == {NAMES}
    wide = PRIOR.widened(np.diag(SPACE.jump_sd))
    column = STATE_INDEX["systemic_resistance"]
    assert asked[0][0] == pytest.approx(np.linalg.norm(wide.root[column]))


def test_after_a_contradiction_readings_that_agree_are_learned_from(linearise):
    plain = readings(*[150.0] * len(NAMES))
    update = corrector().update(PRIOR, plain, linearise, contradicted_before=True)
    assert not update.reason
    assert update.jumped
    column = STATE_INDEX["systemic_resistance"]
    assert update.estimate.mean[column] == pytest.approx(0.7, abs=0.05)
