"""When a right ventricle is said to fail."""

from types import SimpleNamespace

import pytest

from controllers import WeaningCriteria
from controllers.tracking.filter import Estimate
from controllers.weaning.assessment.findings import right_ventricular_failure

CRITERIA = WeaningCriteria.load()
LEVELS = ("P-2", "P-4", "P-6", "P-8")
SOUND = {"cvp": 8.0, "papi": 1.5, "pcwp": 8.0, "cardiac_index": 2.5}
CONGESTED, WEAK, LOW = {"cvp": 15.0}, {"papi": 0.6}, {"cardiac_index": 1.7}


def weaning_state(*changes, tracker="trusted"):
    """Values by measurement, and equal ones by forecast where the tracker is trusted."""
    values = dict(SOUND)
    for change in changes:
        values |= change
    estimates = {name: Estimate(name, "", value, 0.1) for name, value in values.items()}
    return SimpleNamespace(
        forecasts=SimpleNamespace(
            tracker=None if tracker == "none" else object(),
            trusted=tracker == "trusted",
            at_level={"P-2": estimates}.get,
        ),
        criteria=CRITERIA,
        values=values,
        level="P-8",
        levels=LEVELS,
    )


@pytest.mark.parametrize(
    "changes", [(CONGESTED, WEAK), (CONGESTED, LOW), (WEAK, LOW), (CONGESTED, WEAK, LOW)]
)
def test_two_of_three_signs_tell_it(changes):
    reason = right_ventricular_failure(weaning_state(*changes))
    assert reason is not None
    assert {f"{value:g}" for change in changes for value in change.values()} <= set(
        str(reason).replace(",", " ").split()
    )


@pytest.mark.parametrize("change", [CONGESTED, WEAK, LOW, {}])
def test_one_sign_alone_does_not(change):
    assert right_ventricular_failure(weaning_state(change)) is None


def test_nor_do_all_of_them_beside_a_high_wedge_pressure():
    changes = (CONGESTED, WEAK, LOW, {"pcwp": 25.0})
    assert right_ventricular_failure(weaning_state(*changes)) is None


@pytest.mark.parametrize("tracker", ["none", "lost"])
def test_by_measurements_the_veins_and_the_pulse_must_speak(tracker):
    assert right_ventricular_failure(weaning_state(CONGESTED, WEAK, tracker=tracker)) is not None
    assert right_ventricular_failure(weaning_state(CONGESTED, LOW, tracker=tracker)) is None


@pytest.mark.parametrize(("tracker", "goes_on"), [("none", False), ("lost", True)])
def test_a_tracker_that_is_at_a_loss_ends_nothing(tracker, goes_on):
    now = weaning_state(LOW, {"pcwp": 6.0}, tracker=tracker)
    assert right_ventricular_failure(now) is None
    assert (right_ventricular_failure(now, known=True) is not None) is goes_on
    assert right_ventricular_failure(weaning_state(tracker=tracker), known=True) is None


def test_a_trusted_forecast_ends_it():
    now = weaning_state(LOW, {"pcwp": 6.0})
    assert right_ventricular_failure(now, known=True) is None
