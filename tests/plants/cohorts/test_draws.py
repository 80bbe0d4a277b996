"""What comes back of a ventricle that recovers."""

import pytest

from plants import Patient
from plants.bedside import weaning_patient
from plants.cohorts import recovered_shares
from plants.slow import SLOW_PARAMETERS

HEALTHY = Patient.load("healthy")
RECOVERED = {
    "recoverable": ("lv_ees", 1.0),
    "rv_recoverable": ("rv_ees", 1.0),
    "lv_softening": ("lv_alpha", -1.0),
    "rv_softening": ("rv_alpha", -1.0),
}


@pytest.mark.parametrize("name", RECOVERED)
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_share_of_the_gap_to_a_healthy_heart_comes_back(name, share):
    parameter, sign = RECOVERED[name]
    patient = Patient.load("shock-d").replace(rv_ees=0.2)
    after = patient[parameter] * (1.0 + sign * recovered_shares(patient, share)[name])
    gap = HEALTHY[parameter] - patient[parameter]
    assert after == pytest.approx(patient[parameter] + share * gap)


def test_who_is_as_strong_and_soft_as_a_healthy_heart_gains_nothing():
    strong = HEALTHY.replace(lv_ees=3.0, rv_ees=0.6, lv_alpha=0.02, rv_alpha=0.01)
    assert set(recovered_shares(strong, 1.0).values()) == {0.0}


def test_some_of_any_stiffness_stays():
    stiff = Patient.load("shock-e").replace(rv_alpha=0.08)
    assert recovered_shares(stiff, 1.2)["rv_softening"] == SLOW_PARAMETERS["rv_softening"].high


def test_the_wall_of_a_right_ventricle_that_fails_for_good_stays_stiff():
    patient, _ = weaning_patient(3, case="rv-failure")
    assert patient.slow["rv_softening"] == patient.slow["rv_recoverable"] == 0.0
    assert patient.slow["lv_softening"] > 0.0
