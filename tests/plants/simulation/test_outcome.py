"""What a simulation that cannot go on means for the patient."""

from __future__ import annotations

import pytest

from plants.quantities import FailureKind, PhysicsError
from plants.simulation import DIED, LEFT, failure_outcome, is_fatal

OF_THE_CIRCULATION = {
    "NO_PERIODIC_BEAT",
    "COMPARTMENT_EMPTY",
    "REFLEX_UNSETTLED",
    "SLOW_STATE_OUT_OF_RANGE",
    "DIED",
}


@pytest.mark.parametrize("kind", FailureKind)
def test_a_circulation_without_an_equilibrium_is_not_survived(kind):
    error = PhysicsError("at 3 s", kind=kind)
    assert is_fatal(error) == (kind.name in OF_THE_CIRCULATION)
    assert failure_outcome(error) == (DIED if is_fatal(error) else LEFT, "at 3 s")


@pytest.mark.parametrize(("left", "outcome"), [(4499.0, DIED), (4501.0, LEFT)])
def test_whoever_lost_a_tenth_of_the_blood_was_bled_empty(left, outcome):
    error = PhysicsError("out of range", kind=FailureKind.OUT_OF_PHYSICAL_RANGE)
    ended, reason = failure_outcome(error, blood_volume=left, first_volume=5000.0)
    assert ended == outcome
    assert reason.endswith("out of range")
    assert reason.startswith("bled empty: 501 mL of 5000 mL") == (outcome == DIED)


def test_what_a_message_says_decides_nothing():
    words = "no periodic beat: lv_volume falls to -3 mL"
    assert not is_fatal(PhysicsError(words, kind=FailureKind.SOLVER_STOPPED))
    assert not is_fatal(PhysicsError(words))
