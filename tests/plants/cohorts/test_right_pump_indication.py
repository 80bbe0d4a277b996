"""A right pump alone is for a failing right ventricle."""

import pytest

from plants import Indication, InputError, Patient, Plant, check_indication, indication, simulate
from plants.cohorts.right_pump_indication import LIMITS

LEFT = ("hfref", "shock-c", "shock-d", "shock-e")


@pytest.mark.parametrize("name", Patient.names())
def test_the_profiles_are_told_apart(name):
    indicated = indication(name)
    assert indicated.left_failure is (name in LEFT)
    if name in ("rv-failure", "biventricular-shock"):
        assert len(indicated.right_signs) == 3
    if name == "healthy":
        assert indicated.right_signs == ()


@pytest.mark.parametrize("name", LEFT)
def test_a_right_pump_alone_is_refused_with_values_rule_and_source(name):
    plant = Plant(name, "RP")  # The plant itself may be studied.
    with pytest.raises(InputError) as caught:
        check_indication(plant)
    indicated = indication(name)
    for word in (
        "RP",
        name,
        f"CVP {indicated.cvp:.1f}",
        f"PCWP {indicated.pcwp:.1f}",
        "PCWP > 15 mmHg",
        "CVP/PCWP <= 0.63",
        "Kormos 2010",
        "CP+RP",
    ):
        assert word in str(caught.value)
    with pytest.raises(InputError, match="failure of the left ventricle"):
        simulate(name, "RP", level="P-6", duration=1.0)


@pytest.mark.parametrize(
    ("patient", "device"), [("rv-failure", "RP"), ("biventricular-shock", "RP"), ("healthy", "RP")]
)
def test_a_right_pump_without_left_failure_is_accepted(patient, device):
    assert check_indication(Plant(patient, device)) == indication(patient)


@pytest.mark.parametrize("device", [None, "CP", "CP+RP"])
def test_only_a_right_pump_alone_is_asked_about(device):
    assert check_indication(Plant("shock-d", device)) is None


@pytest.mark.parametrize(
    ("cvp", "pcwp", "left"),
    [
        (9.0, 15.0, False),  # the wedge pressure must be above 15
        (9.0, 15.1, True),
        (12.6, 20.0, True),  # 0.63 itself is not above 0.63
        (12.7, 20.0, False),
        (5.0, 0.0, False),
        (5.0, -1.0, False),
    ],
)
def test_the_rule_at_its_edges(cvp, pcwp, left):
    assert Indication("somebody", cvp, pcwp, 1.0).left_failure is left


def test_every_limit_has_a_source():
    assert [limit.value for limit in LIMITS.values()] == [15.0, 0.63, 1.0, 15.0]
    for limit in LIMITS.values():
        assert len(limit.source) > 20
