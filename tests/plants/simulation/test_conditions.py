"""Conditions by name: what they make of a patient and a plant, and what is refused."""

import dataclasses
import json

import pytest

from plants import Conditions, InputError, Plant, Pump, SlowParameters


def test_nothing_asked_is_the_plain_plant():
    plain = Conditions()
    plant = plain.plant("shock-d", "CP")
    assert plant.parameters.tolist() == Plant("shock-d", "CP").parameters.tolist()
    simulator = plain.simulator(plant)
    assert simulator.slow is None
    assert simulator.rhythm is None
    assert not plain.beat_by_beat


def test_they_survive_json():
    conditions = Conditions(
        right_level="P-4", rhythm="ectopic", valve_disease=("aortic-stenosis:mild",), slow=True
    )
    assert Conditions.of(json.loads(json.dumps(dataclasses.asdict(conditions)))) == conditions
    assert Conditions.of(conditions) is conditions


def test_diseases_are_put_on_one_after_the_other():
    conditions = Conditions(
        valve_disease=("aortic-stenosis:severe", "mitral-regurgitation:moderate")
    )
    patient = conditions.diseased("shock-c")
    plain = Conditions().diseased("shock-c")
    assert patient["r_aortic"] > 10 * plain["r_aortic"]
    assert patient["leak_mitral"] > plain["leak_mitral"]
    assert "severe aortic-stenosis" in patient.name
    assert "moderate mitral-regurgitation" in patient.name
    assert Conditions(valve_disease="aortic-stenosis:severe").valve_disease == (
        "aortic-stenosis:severe",
    )


def test_the_right_pump_runs_at_its_level():
    rp = Pump.load("RP")
    assert Conditions(right_level="P-3").plant("shock-d", "CP+RP").right_speed == rp.speed("P-3")
    assert Conditions().plant("shock-d", "CP+RP").right_speed == rp.speed("P-6")


def test_the_rhythm_is_seeded():
    conditions = Conditions(rhythm="atrial-fibrillation")
    plant = conditions.plant("shock-d", "CP")
    beats = [conditions.simulator(plant, seed=seed).rhythm.beat(5) for seed in (1, 1, 2)]
    assert beats[0] == beats[1] != beats[2]


@pytest.mark.parametrize(
    ("conditions", "gain"), [(Conditions(slow=True), 0.0), (Conditions(baroreflex=True), 1.0)]
)
def test_the_reflex_is_on_only_when_asked(conditions, gain):
    plant = conditions.plant("shock-d", "CP")
    simulator = conditions.simulator(plant)
    assert simulator.slow.parameters["baroreflex_gain"] == gain
    assert simulator.slow.patient == plant.patient


@pytest.mark.parametrize(
    ("device", "access", "femoral", "sheath"),
    [
        ("CP", None, 1.0, 14.0),
        ("5.0", "femoral cut-down", 1.0, 0.0),  # a graft leaves nothing in the artery
        ("5.5", None, 0.0, 0.0),
        ("RP", None, 0.0, 23.0),
        ("CP+RP", None, 1.0, 14.0),
        (None, None, 0.0, 0.0),
    ],
)
def test_the_way_in_reaches_the_limb(device, access, femoral, sheath):
    conditions = Conditions(slow=True, access=access)
    values = conditions.slow_parameters(Plant("rv-failure", device))
    assert values["femoral"] == femoral
    assert values["sheath_french"] == sheath


def test_a_femoral_artery_is_the_limbs_and_another_is_not():
    default = SlowParameters.load()["artery_diameter"]
    for device, expected in (("CP", 6.1), ("5.5", default)):
        conditions = Conditions(slow=True, artery_diameter=6.1)
        assert conditions.slow_parameters(Plant("shock-d", device))["artery_diameter"] == expected


@pytest.mark.parametrize(
    ("device", "access", "diameter"),
    [("5.0", "femoral cut-down", 5.0), ("CP", None, 4.0), ("CP+RP", None, 4.0)],
)
def test_impossible_anatomy_is_refused(device, access, diameter):
    with pytest.raises(InputError, match=r"at least .* mm of the femoral artery"):
        Conditions(access=access, artery_diameter=diameter).plant("shock-d", device)


@pytest.mark.parametrize(
    ("options", "device", "word"),
    [
        ({"right_level": "P-3"}, "CP", "right_level"),
        ({"right_level": "P-3"}, "RP", "right_level"),
        ({"right_level": "P-1"}, "CP+RP", "P-2"),
        ({"access": "femoral vein"}, "CP", "femoral percutaneous"),
        ({"access": "femoral percutaneous"}, None, "access"),
        ({"artery_diameter": 6.0}, None, "artery_diameter"),
        ({"artery_diameter": float("nan")}, "CP", "artery_diameter"),
        ({"artery_diameter": -6.0}, "CP", "artery_diameter"),
    ],
)
def test_what_makes_no_sense_together_is_refused(options, device, word):
    with pytest.raises(InputError, match=word):
        Conditions(**options).plant("rv-failure", device)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"rhythm": "jazz"}, "atrial-fibrillation"),
        ({"valve_disease": "aortic-stenosis"}, "mild"),
        ({"valve_disease": ("aortic-stenosis:bad",)}, "severe"),
        ({"valve_disease": "gout:mild"}, "mitral-regurgitation"),
        ({"valve_disease": ":mild"}, "mitral-regurgitation"),
        ({"slow": 1}, "slow"),
        ({"baroreflex": "on"}, "baroreflex"),
    ],
)
def test_unknown_names_are_refused_at_once(options, word):
    with pytest.raises(InputError, match=word):
        Conditions(**options)
