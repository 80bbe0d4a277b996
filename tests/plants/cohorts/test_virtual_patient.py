"""Virtual patients: frozen, checked, and put on a pump by an access that their arteries allow."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from plants import (
    InputError,
    Patient,
    Plant,
    Population,
    Pump,
    SlowClock,
    SlowParameters,
    VirtualPatient,
)


def made(femoral=6.9, axillary=6.0, **changes):
    """A patient in shock with such arteries (mm)."""
    return VirtualPatient(
        **{
            "patient": Patient.load("shock-d"),
            "phenotype": "shock-d",
            "seed": 0,
            "sex": "male",
            "artery_diameter": femoral,
            "axillary_diameter": axillary,
            "responder": "full",
        }
        | changes
    )


@pytest.mark.parametrize(
    ("device", "femoral", "axillary", "access"),
    [
        ("CP", 6.9, 6.0, "femoral percutaneous"),
        ("5.0", 6.9, 6.5, "axillary transpectoral"),
        ("5.0", 6.9, 4.8, "femoral cut-down"),
        ("5.5", 4.0, 4.8, "direct aortic"),
        ("LD", 4.0, 4.0, "direct aortic"),
    ],
)
def test_the_first_access_that_fits_is_taken(device, femoral, axillary, access):
    assert made(femoral, axillary).on(Pump.load(device)).access == access


def test_impossible_anatomy_is_refused_with_every_reason():
    """A 21 Fr pump, 7 mm wide, through arteries of 5 mm."""
    with pytest.raises(InputError, match=r"axillary.*5.* mm.*femoral cut-down") as caught:
        made(5.0, 5.0).on(Pump.load("5.0"))
    assert "5.6 mm" in str(caught.value)


def test_an_access_that_is_asked_for_is_not_replaced():
    patient = made(5.0, 7.0)
    assert patient.on(Pump.load("5.0")).access == "axillary transpectoral"
    with pytest.raises(InputError, match="femoral artery"):
        patient.on(Pump.load("5.0"), "femoral cut-down")
    with pytest.raises(InputError, match="one of femoral percutaneous"):
        patient.on(Pump.load("CP"), "direct aortic")


def test_a_pump_through_a_vein_is_not_for_these_arteries():
    with pytest.raises(InputError, match="artery"):
        made().on(Pump.load("RP"))


def test_the_slow_clock_gets_the_patients_own_numbers_and_the_access():
    patient = made(slow={"recoverable": 2.0, "hemoglobin_initial": 9.0})
    defaults = SlowParameters.load()
    on_cp = patient.on(Pump.load("CP")).slow_parameters(Pump.load("CP"))
    assert on_cp["recoverable"] == 2.0
    assert on_cp["hemoglobin_initial"] == 9.0
    assert on_cp["artery_diameter"] == 6.9
    assert (on_cp["femoral"], on_cp["sheath_french"]) == (1.0, 14.0)
    assert on_cp["recovery_time"] == defaults["recovery_time"]
    through_axilla = patient.on(Pump.load("5.0"))
    on_5 = through_axilla.slow_parameters(Pump.load("5.0"))
    assert (on_5["femoral"], on_5["surgical"], on_5["pump_french"]) == (0.0, 1.0, 21.0)
    alone = patient.slow_parameters()
    assert (alone["femoral"], alone["sheath_french"], alone["pump_french"]) == (0.0, 0.0, 0.0)


def test_a_pump_without_an_access_has_no_parameters():
    with pytest.raises(InputError, match="access"):
        made().slow_parameters(Pump.load("CP"))


def test_drawn_patients_start_a_slow_clock():
    pump = Pump.load("CP")
    for seed in range(3):
        drawn = Population("shock-c").draw(seed).on(pump)
        clock = SlowClock(drawn.patient, drawn.slow_parameters(pump))
        assert clock.first_metrics["map"] > 40
        assert Plant(drawn.patient, pump).pump == pump


def test_frozen_equal_and_carried_to_a_worker():
    patient = made(slow={"recoverable": 1.0})
    assert pickle.loads(pickle.dumps(patient)) == patient
    with pytest.raises(dataclasses.FrozenInstanceError):
        patient.access = "femoral percutaneous"
    with pytest.raises(TypeError):
        patient.slow["recoverable"] = 2.0
    given = {"recoverable": 1.0}
    patient = made(slow=given)
    given["recoverable"] = 5.0
    assert patient.slow["recoverable"] == 1.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"artery_diameter": float("nan")}, "artery_diameter"),
        ({"axillary_diameter": 0.1}, "axillary_diameter"),
        ({"sex": "other"}, "one of female, male"),
        ({"responder": "some"}, "one of full, partial, none"),
        ({"slow": {"recoverable": float("inf")}}, "slow.recoverable"),
    ],
)
def test_bad_values_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        made(**changes)


def test_a_row_tells_everything():
    row = made(slow={"recoverable": 1.5}).row()
    assert row["recoverable"] == 1.5
    assert row["lv_ees"] == Patient.load("shock-d")["lv_ees"]
    assert row["artery_diameter"] == 6.9
