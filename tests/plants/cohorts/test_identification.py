"""Identification: the built-in patients meet their targets, and patients can be found anew."""

from __future__ import annotations

import pytest

from plants import (
    SIGNALS,
    InputError,
    Patient,
    PhysicsError,
    Plant,
    Quantity,
    TargetRow,
    compare_with_targets,
    identify,
    steady_state,
)
from plants.cohorts import ESTIMATED_PARAMETERS

#: Targets that are compared only: the file guesses how much the atrial contraction adds to the
#: wedge pressure, and the identified ventricle takes it with a higher end-diastolic pressure.
KNOWN_MISSES = {
    ("healthy", "lvedp"),
    ("hfref", "lvedp"),
    ("rv-failure", "lvedp"),
    ("shock-c", "lvedp"),
    ("shock-d", "lvedp"),
}


@pytest.mark.parametrize("name", Patient.names())
def test_the_built_in_patients_meet_what_they_were_fitted_to(name):
    rows = compare_with_targets(Patient.load(name))
    assert {row.signal for row in rows} == set(Patient.load(name).targets)
    for row in rows:
        if row.fitted:
            assert abs(row.deviation) < 0.01, row
        elif (name, row.signal) not in KNOWN_MISSES:
            assert row.met, row


@pytest.mark.parametrize("name", sorted(name for name, _ in KNOWN_MISSES))
def test_the_known_misses_lie_on_the_side_of_their_reason(name):
    """Above the target, as an atrial kick puts it; should one vanish, the note goes too."""
    (row,) = (row for row in compare_with_targets(Patient.load(name)) if row.signal == "lvedp")
    assert row.deviation > 0.05


def test_a_row_tells_its_deviation():
    row = TargetRow("one", "map", "mmHg", 80.0, 83.2, True)
    assert row.deviation == pytest.approx(0.04)
    assert row.met
    assert not TargetRow("one", "map", "mmHg", 80.0, 85.0, True).met


def test_an_identified_patient_is_found_again():
    """From wrong start values back to the targets; the parameters come back with them."""
    patient = Patient.load("shock-c")
    wrong = patient.replace(lv_ees=1.3 * patient["lv_ees"], r_systemic=0.8 * patient["r_systemic"])
    identified = identify(wrong)
    assert all(abs(row.deviation) < 0.002 for row in identified.rows if row.fitted)
    for name in ("lv_ees", "r_systemic"):
        assert identified.patient[name] == pytest.approx(patient[name], rel=0.02)
        assert identified.patient.entries[name].tag == "D"
    assert identified.patient.entries["c_aorta"] == patient.entries["c_aorta"]
    assert 3 < identified.evaluations < 20
    assert identified.settled


def test_few_parameters_fit_few_targets():
    """Also past a parameter value of 1, whose logarithm is no measure of its differences."""
    patient = Patient.load("hfref")
    targets = {"map": Quantity(90.0, "mmHg", "a test", "X")}
    raised = Patient("mine", "", dict(patient.entries), targets)
    identified = identify(raised, free=("r_systemic",))
    (row,) = identified.rows
    assert row.model == pytest.approx(90.0, rel=1e-4)
    assert identified.patient["r_systemic"] > patient["r_systemic"]


TARGETS = {
    "map": (88.0, "mmHg", {"r_systemic"}),
    "mpap": (35.0, "mmHg", {"r_pulmonary"}),
    "cvp": (5.0, "mmHg", {"vu_systemic_veins"}),
    "pcwp": (18.0, "mmHg", {"lv_alpha"}),
    "cardiac_output": (4.6, "L/min", {"lv_ees"}),
    "ejection_fraction": (0.28, "1", {"lv_ees"}),
    "lvedv": (230.0, "mL", {"lv_ees"}),
    "systolic": (105.0, "mmHg", {"r_systemic"}),
    "pulse_pressure": (35.0, "mmHg", {"c_systemic_arteries"}),
    "pa_diastolic": (28.0, "mmHg", {"r_pulmonary"}),
    "papi": (1.5, "1", {"c_pulmonary_arteries"}),
    "rvedv": (150.0, "mL", {"rv_alpha"}),
    "rvesv": (80.0, "mL", {"rv_ees"}),
    "la_volume_max": (118.0, "mL", {"la_v0"}),
    "mitral_regurgitant_fraction": (0.3, "1", {"leak_mitral"}),
}


def with_targets(name, **values):
    """A patient whose file tells no other targets than these."""
    patient = Patient.load(name)
    targets = {
        key: Quantity(value, TARGETS.get(key, (0, "1/min"))[1], "a test", "X")
        for key, value in values.items()
    }
    return Patient("mine", "", dict(patient.entries), targets)


def shock(**values):
    """Stage D with no other targets than these."""
    targets = {
        name: Quantity(value, SIGNALS[name].unit, "a test", "X") for name, value in values.items()
    }
    return Patient.load("shock-d").changed(targets=targets)


def moved(before, after):
    return {name for name in before.entries if before.entries[name] != after.entries[name]}


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_alone_moves_one_parameter(target):
    value, _, names = TARGETS[target]
    patient = with_targets("hfref", **{target: value})
    identified = identify(patient)
    assert moved(patient, identified.patient) == names
    (row,) = identified.rows
    assert row.model == pytest.approx(value, rel=1e-3)


def test_two_targets_move_two_parameters():
    patient = with_targets("hfref", map=88.0, cardiac_output=4.6)
    identified = identify(patient)
    assert moved(patient, identified.patient) == {"r_systemic", "lv_ees"}
    assert all(abs(row.deviation) < 1e-3 for row in identified.rows)


ICU = {
    **{"map": 60.0, "cardiac_output": 2.9, "pcwp": 27.0, "cvp": 13.0, "mpap": 36.0},
    **{"ejection_fraction": 0.2, "pulse_pressure": 15.0, "pa_systolic": 41.0, "rvedv": 165.0},
}


def test_the_targets_of_an_icu_move_a_parameter_each():
    patient = shock(**ICU)
    identified = identify(patient)
    assert all(abs(row.deviation) < 1e-3 for row in identified.rows)
    assert moved(patient, identified.patient) == {
        *ESTIMATED_PARAMETERS,
        *("c_systemic_arteries", "c_pulmonary_arteries", "rv_alpha"),
    }
    assert not any("contradict" in note for note in identified.notes)
    for each in identified.told.estimates:
        assert identified.patient.entries[each.parameter].source == each.source
        assert each.standard_error > 0
    poor = {each.parameter for each in identified.told.estimates if each.poorly_told}
    assert poor == {"c_pulmonary_arteries", "r_pulmonary"}
    assert any("hardly tell" in note for note in identified.notes)
    assert identify(patient, free=("r_systemic",)).patient["rv_alpha"] == patient["rv_alpha"]


def test_targets_that_contradict_each_other_are_told():
    """Output, ejection fraction and volume: any two give the third."""
    patient = shock(cardiac_output=2.9, ejection_fraction=0.2, lvedv=180.0)
    identified = identify(patient)
    assert len(moved(patient, identified.patient)) == 2
    deviations = {row.signal: row.deviation for row in identified.rows}
    assert deviations["cardiac_output"] > 0.05
    assert deviations["lvedv"] < -0.05
    (note,) = (note for note in identified.notes if "contradict" in note)
    assert all(name in note for name in deviations)


def test_targets_that_agree_with_the_others_contradict_nothing():
    patient = Patient.load("shock-d")
    volumes = steady_state(Plant(patient)).metrics
    told = shock(**{name: volumes[name] for name in ("cardiac_output", "lvedv", "lvesv")})
    identified = identify(told)
    assert not any("cannot" in note for note in identified.notes)
    assert len(identified.told.estimates) == 2


def test_a_target_beyond_a_range_names_the_parameter():
    identified = identify(shock(pulse_pressure=40.0))
    assert identified.patient["c_systemic_arteries"] == pytest.approx(0.2)
    assert "cannot be met within the range of c_systemic_arteries" in identified.notes[0]


def test_a_heart_rate_that_no_patient_may_have_is_refused():
    with pytest.raises(InputError, match=r"targets\.heart_rate\.value = 250.* 30 to 160"):
        identify(with_targets("hfref", heart_rate=250.0))


def test_a_parameter_that_is_held_does_not_move():
    free = with_targets("hfref", map=85.0)
    patient = Patient("mine", "", dict(free.entries), dict(free.targets), held=("r_systemic",))
    identified = identify(patient)
    assert moved(patient, identified.patient) == {"lv_ees"}


def test_a_target_of_the_heart_rate_sets_it():
    patient = with_targets("hfref", heart_rate=97.0)
    alone = identify(patient)
    assert moved(patient, alone.patient) == {"heart_rate"}
    assert alone.patient["heart_rate"] == 97.0
    assert alone.patient.entries["heart_rate"].source == "a test"
    both = identify(with_targets("hfref", heart_rate=97.0, map=88.0))
    assert both.patient["heart_rate"] == 97.0
    assert [row.fitted for row in both.rows] == [True, True]
    assert all(abs(row.deviation) < 1e-3 for row in both.rows)


def test_a_target_of_zero_is_a_target():
    row = TargetRow("mine", "cvp", "mmHg", 0.0, 0.2, True)
    assert row.deviation == pytest.approx(0.04)
    assert row.met
    assert not TargetRow("mine", "cvp", "mmHg", 0.0, -0.3, True).met
    patient = with_targets("hfref", cvp=0.0)
    identified = identify(patient)
    assert moved(patient, identified.patient) == {"vu_systemic_veins"}
    assert abs(identified.rows[0].model) < 0.2


def test_a_target_of_zero_does_not_outweigh_the_others():
    goal = Quantity(0.0, "mmHg", "a test", "X")
    patient = Patient.load("shock-d")
    identified = identify(patient.changed(targets={**patient.targets, "cvp": goal}))
    rows = {row.signal: row for row in identified.rows}
    assert rows["cvp"].model < 5.0
    assert rows["map"].model > 45.0
    assert rows["cardiac_output"].model > 2.0


def test_a_patient_without_targets_is_refused():
    patient = Patient.load("hfref")
    bare = Patient("mine", "", dict(patient.entries), {})
    with pytest.raises(InputError, match="targets"):
        compare_with_targets(bare)
    with pytest.raises(InputError, match="targets"):
        identify(bare)


def test_an_unknown_free_parameter_is_refused():
    with pytest.raises(InputError, match="free"):
        identify(Patient.load("hfref"), free=("courage",))


def test_a_patient_without_a_beat_is_no_result():
    patient = Patient.load("healthy")
    # So little stressed volume that the ventricle is emptied below its unstressed volume.
    drained = patient.replace(blood_volume=patient["blood_volume"] - 900, leak_mitral=5.0)
    try:
        rows = compare_with_targets(drained)
    except PhysicsError:
        return
    assert not all(row.met for row in rows)
