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
RESISTANCE, SLOPE = STATE_INDEX["systemic_resistance"], 100.0


@pytest.fixture
def asked():
    """What the corrector linearised: the spread of the resistance, and the readings."""
    return []


@pytest.fixture
def linearise(asked):
    def function(estimate, names):
        slope = np.zeros((len(names), len(SPACE.names)))
        slope[:, RESISTANCE] = SLOPE
        asked.append((np.linalg.norm(estimate.root[RESISTANCE]), names))
        value = 80.0 + SLOPE * estimate.mean[RESISTANCE] * np.ones(len(names))
        return Linearised(estimate.mean, value, slope, np.zeros((len(names), 1)))

    return function


def readings(*values):
    return TABLE.usable(dict(zip(NAMES, values, strict=True)))


def corrector():
    return Corrector(TrackerSettings(), TABLE, SPACE)


def test_after_a_contradiction_no_reading_is_left_out(asked, linearise):
    # No resistance gives these, whichever is left out.
    torn = readings(20.0, 60.0, 110.0, 190.0, 240.0, 300.0)
    first = corrector().update(PRIOR, torn, linearise)
    assert "contradict" in first.reason
    assert np.array_equal(first.estimate.mean, PRIOR.mean)
    searched = list(asked)
    asked.clear()
    again = corrector().update(PRIOR, torn, linearise, contradicted_before=True)
    assert again.reason == first.reason
    assert (again.nis, again.log_likelihood) == (first.nis, first.log_likelihood)
    assert {names for _, names in searched} > {names for _, names in asked} == {NAMES}
    wide = np.linalg.norm(PRIOR.widened(np.diag(SPACE.jump_sd)).root[RESISTANCE])
    assert [spread for spread, _ in asked].count(pytest.approx(wide)) == 1


def test_after_a_contradiction_readings_as_predicted_are_no_abrupt_change(linearise):
    plain = readings(*[80.0] * len(NAMES))
    update = corrector().update(PRIOR, plain, linearise, contradicted_before=True)
    usual = corrector().update(PRIOR, plain, linearise)
    assert not update.jumped
    assert np.array_equal(update.estimate.mean, usual.estimate.mean)
    assert update.nis == usual.nis


def test_after_a_contradiction_an_abrupt_change_is_learned_from(linearise):
    certain = Gaussian(PRIOR.mean, 0.01 * PRIOR.root)
    changed = readings(*[120.0] * len(NAMES))
    update = corrector().update(certain, changed, linearise, contradicted_before=True)
    assert not update.reason
    assert update.jumped
    assert update.estimate.mean[RESISTANCE] == pytest.approx(0.4, abs=0.05)
