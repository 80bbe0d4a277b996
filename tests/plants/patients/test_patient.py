"""Patients: the presets, what a file may hold, and that every refusal says what is wrong."""

from __future__ import annotations

import copy
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from plants import PATIENT_PARAMETERS, SIGNALS, InputError, Patient, Quantity
from plants.patients import patient as patient_module

PRESETS = {"healthy", "hfref", "shock-c", "shock-d", "shock-e", "biventricular-shock", "rv-failure"}


@pytest.fixture(scope="module")
def healthy() -> Patient:
    return Patient.load("healthy")


@pytest.fixture
def write(tmp_path, healthy):
    """Write the healthy preset with one text replaced by another and give back the path."""

    def write_(old: str, new: str) -> Path:
        text = healthy.to_toml()
        assert text.count(old) == 1, f"{old!r} must stand in the file exactly once"
        path = tmp_path / "mine.toml"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    return write_


def table(name: str, **changes: str) -> tuple[str, str]:
    """The first lines of a parameter of the healthy preset, and the same with other values."""
    quantity = Patient.load("healthy").entries[name]
    lines = {"value": repr(quantity.value), "unit": f'"{quantity.unit}"'}
    new = lines | changes

    def text(keys: dict[str, str]) -> str:
        return f"[parameters.{name}]\n" + "\n".join(f"{key} = {keys[key]}" for key in keys)

    return text(lines), text(new)


def refusal(source: object) -> InputError:
    with pytest.raises(InputError) as caught:
        Patient.load(source)
    return caught.value


def says(error: InputError, *parts: object) -> None:
    for part in parts:
        assert str(part) in str(error)


# --- presets -----------------------------------------------------------------------------------


def test_presets_are_the_seven_profiles():
    assert set(Patient.names()) == PRESETS


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_preset_gives_every_parameter_with_unit_source_and_tag(name):
    patient = Patient.load(name)
    assert patient.name == name
    assert patient.description
    assert list(patient.values) == list(PATIENT_PARAMETERS)
    for key, quantity in patient.entries.items():
        assert quantity.unit == PATIENT_PARAMETERS[key].unit
        assert quantity.source
        # A guess admits it, and only a guess does.
        assert quantity.source.startswith("guess") == quantity.tag.startswith("X"), key


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_preset_names_its_identification_targets(name):
    targets = Patient.load(name).targets
    assert list(targets) == [
        "map",
        "cardiac_output",
        "pcwp",
        "cvp",
        "mpap",
        *("papi", "pulse_pressure", "lvedv", "rvedv", "la_volume_max", "la_volume_min"),
        "lvedp",
    ]
    assert all(quantity.unit == SIGNALS[key].unit for key, quantity in targets.items())
    assert targets["lvedp"].value >= targets["pcwp"].value  # the atrium's contraction adds to it


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_preset_file_is_in_the_form_to_toml_writes(name):
    path = Path(patient_module.__file__).parents[1] / "data" / "patients" / f"{name}.toml"
    assert path.read_text(encoding="utf-8") == Patient.load(name).to_toml()


def test_published_targets_of_shock_stage_d():
    targets = Patient.load("shock-d").targets
    values = [targets[name].value for name in ("map", "cardiac_output", "pcwp", "cvp", "mpap")]
    assert values == [57, 2.9, 27, 13, 34]


# --- access ------------------------------------------------------------------------------------


def test_vector_is_in_declared_order_and_a_fresh_array(healthy):
    vector = healthy.vector()
    assert vector.dtype == np.float64
    assert [healthy[name] for name in PATIENT_PARAMETERS] == vector.tolist()
    vector[:] = 0
    assert healthy.vector().min() >= 0
    assert healthy["heart_rate"] == 70


def test_frozen(healthy):
    with pytest.raises(AttributeError):
        healthy.name = "other"
    with pytest.raises(TypeError):
        healthy.values["heart_rate"] = 80.0
    with pytest.raises(TypeError):
        healthy.entries["heart_rate"] = None


def test_unknown_parameter_lists_those_that_exist(healthy):
    with pytest.raises(InputError, match=r"lv_eas.*lv_ees"):
        healthy["lv_eas"]


def test_pickle_and_copy_give_an_equal_patient(healthy):
    for twin in (pickle.loads(pickle.dumps(healthy)), copy.deepcopy(healthy)):
        assert twin == healthy
        assert hash(twin) == hash(healthy)
        assert twin.path == healthy.path
    assert healthy.replace(lv_ees=1.0) != healthy


# --- replace -----------------------------------------------------------------------------------


def test_replace_changes_only_what_is_given(healthy):
    weak = healthy.replace("weak", lv_ees=0.5)
    assert (weak.name, weak["lv_ees"], healthy.name) == ("weak", 0.5, "healthy")
    assert {k: v for k, v in weak.values.items() if k != "lv_ees"} == {
        k: v for k, v in healthy.values.items() if k != "lv_ees"
    }
    assert weak.targets == healthy.targets


def test_replace_records_where_a_value_came_from(healthy):
    entry = healthy.replace(lv_ees=0.5, source="identified", tag="D").entries["lv_ees"]
    assert entry == Quantity(0.5, "mmHg/mL", "identified", "D")
    assert healthy.replace(lv_ees=0.5).entries["lv_ees"].tag == "X"


def test_replace_twice_keeps_a_short_path(healthy):
    once = healthy.replace(lv_ees=0.5)
    assert once.replace(rv_ees=0.2).path == once.path


@pytest.mark.parametrize("value", [99.0, 0, -1, math.nan, math.inf, True, "1.0", None, [1.0]])
def test_replace_refuses_what_a_file_may_not_hold(healthy, value):
    with pytest.raises(InputError) as caught:
        healthy.replace(lv_ees=value)
    says(caught.value, "healthy.toml", "parameters.lv_ees.value", repr(value), "0.05 to 10 mmHg/mL")


def test_replace_refuses_unknown_names(healthy):
    with pytest.raises(InputError, match=r"lv_eas.*lv_ees"):
        healthy.replace(lv_eas=1.0)


def test_replace_checks_the_volume_budget(healthy):
    with pytest.raises(InputError, match=r"blood_volume.*vu_systemic_veins 4200"):
        healthy.replace(vu_systemic_veins=4200)


@pytest.mark.parametrize("number", [np.float64(0.5), np.float32(0.5), 1, np.int64(1)])
def test_numbers_of_any_kind_become_floats(healthy, number):
    value = healthy.replace(lv_ees=number)["lv_ees"]
    assert type(value) is float
    assert value == float(number)


# --- files -------------------------------------------------------------------------------------


def test_a_file_of_ones_own_loads(write):
    path = write(*table("lv_ees", value="2"))
    patient = Patient.load(path)
    assert patient["lv_ees"] == 2.0
    assert patient.path == str(path)
    assert Patient.load(str(path)) == patient


def test_description_and_targets_may_be_left_out(tmp_path, healthy):
    text = healthy.to_toml()
    lines = text[: text.index("\n[targets")].splitlines(keepends=True)
    path = tmp_path / "bare.toml"
    path.write_text("".join(line for line in lines if not line.startswith("description")))
    patient = Patient.load(path)
    assert patient.description == ""
    assert not patient.targets


@pytest.mark.parametrize(
    ("changes", "field", "value", "allowed"),
    [
        ({"value": "99.0"}, "parameters.lv_ees.value", "99.0", "0.05 to 10 mmHg/mL"),
        ({"value": "nan"}, "parameters.lv_ees.value", "nan", "0.05 to 10 mmHg/mL"),
        ({"value": "-inf"}, "parameters.lv_ees.value", "-inf", "0.05 to 10 mmHg/mL"),
        ({"value": "true"}, "parameters.lv_ees.value", "True", "a number, 0.05 to 10 mmHg/mL"),
        ({"value": '"1.5"'}, "parameters.lv_ees.value", "'1.5'", "a number, 0.05 to 10 mmHg/mL"),
        ({"value": "[1.5]"}, "parameters.lv_ees.value", "[1.5]", "a number, 0.05 to 10 mmHg/mL"),
        ({"value": "1" + "0" * 400}, "parameters.lv_ees.value", "1000", "0.05 to 10 mmHg/mL"),
        ({"unit": '"Pa/mL"'}, "parameters.lv_ees.unit", "'Pa/mL'", "'mmHg/mL' (value 0.05 to 10"),
        ({"unit": "1"}, "parameters.lv_ees.unit", "= 1 ", "'mmHg/mL'"),
    ],
)
def test_refused_value_or_unit(write, changes, field, value, allowed):
    path = write(*table("lv_ees", **changes))
    says(refusal(path), f"{path}: ", field, value, allowed)


@pytest.mark.parametrize(
    ("key", "line"),
    [("tag", 'tag = "Z"'), ("tag", 'tag = ""'), ("source", 'source = " "'), ("source", "source=1")],
)
def test_refused_source_or_tag(tmp_path, healthy, key, line):
    before, after = healthy.to_toml().split("[parameters.lv_ees]\n")
    lines = after.splitlines()
    index = next(i for i, text in enumerate(lines) if text.startswith(key))
    lines[index] = line
    path = tmp_path / "mine.toml"
    path.write_text(before + "[parameters.lv_ees]\n" + "\n".join(lines))
    says(refusal(path), f"{path}: parameters.lv_ees.{key} = ", "allowed: ")


def test_missing_parameter(tmp_path, healthy):
    text = healthy.to_toml()
    start = text.index("[parameters.rv_ees]")
    path = tmp_path / "mine.toml"
    path.write_text(text[:start] + text[text.index("[parameters.rv_v0]") :])
    says(refusal(path), f"{path}: parameters.rv_ees is missing", "0.02 to 5 mmHg/mL")


@pytest.mark.parametrize("key", ["value", "unit", "source", "tag"])
def test_missing_key_of_a_parameter(tmp_path, healthy, key):
    before, after = healthy.to_toml().split("[parameters.lv_ees]\n")
    lines = after.splitlines()
    del lines[next(i for i, text in enumerate(lines) if text.startswith(key))]
    path = tmp_path / "mine.toml"
    path.write_text(before + "[parameters.lv_ees]\n" + "\n".join(lines))
    says(refusal(path), f"{path}: parameters.lv_ees.{key} is missing", "0.05 to 10 mmHg/mL")


def test_unknown_parameter_lists_the_choices(write):
    path = write("[parameters.lv_ees]", "[parameters.lv_eas]")
    says(refusal(path), f"{path}: parameters.lv_eas", "'lv_eas'", "one of heart_rate, ", "lv_ees,")


def test_unknown_key_of_a_parameter(write):
    old, new = table("lv_ees")
    path = write(old, new.replace("value", "vlaue"))
    says(refusal(path), f"{path}: ", "parameters.lv_ees.vlaue", "one of value, unit, source, tag")


def test_unknown_table(write):
    path = write("[targets.map]", "[target.map]")
    known = "one of name, description, parameters, targets, held, base (did you mean targets?)"
    says(refusal(path), f"{path}: key target", known)


def test_unknown_target(write):
    path = write("[targets.map]", "[targets.mop]")
    says(refusal(path), f"{path}: targets.mop", "one of heart_rate, ", "map,")


def test_target_out_of_range_or_in_another_unit(write):
    old = '[targets.map]\nvalue = 92.0\nunit = "mmHg"'
    path = write(old, old.replace("92.0", "9200.0"))
    says(refusal(path), f"{path}: targets.map.value = 9200.0", "-50 to 300 mmHg")
    path = write(old, old.replace("mmHg", "kPa"))
    says(refusal(path), f"{path}: targets.map.unit = 'kPa'", "'mmHg'")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('name = "healthy"\n', "", "name is missing"),
        ('name = "healthy"\n', "name = 5\n", "name = 5"),
        ('name = "healthy"\n', 'name = ""\n', "name = ''"),
        ('description = "Healthy adult at rest."', "description = 5", "description = 5"),
        ("[targets.map]", "[targets]\ncvp2 = 1\n[targets.map]", "targets.cvp2"),
    ],
)
def test_refused_heading(write, old, new, field):
    path = write(old, new)
    says(refusal(path), f"{path}: ", field, "allowed: ")


@pytest.mark.parametrize("body", ["parameters = 5", "", "parameters = {lv_ees = 5}"])
def test_refused_parameters_table(tmp_path, body):
    path = tmp_path / "mine.toml"
    path.write_text(f'name = "x"\n{body}\n')
    says(refusal(path), f"{path}: parameters", "allowed: ")


def test_volume_budget_names_both_sides(write):
    path = write(*table("blood_volume", value="1500.0"))
    says(
        refusal(path),
        f"{path}: parameters.blood_volume.value = 1500.0",
        "more than",
        "vu_aorta 60",
        "vu_systemic_veins",
        "up to 12000 mL",
    )


@pytest.mark.parametrize("text", [b"[parameters\n", b"a = \n", b"\xff\xfe", b"a = 1\na = 2\n"])
def test_broken_toml(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_bytes(text)
    says(refusal(path), str(path), "a valid TOML file (")


def test_file_not_found_and_folder(tmp_path):
    says(refusal(tmp_path / "none.toml"), "none.toml", "No such file")
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    says(refusal(folder), "folder.toml", "a file that can be read")


@pytest.mark.parametrize("name", ["shock-x", "", "Healthy", "../patients/healthy"])
def test_unknown_preset_lists_the_names(name):
    says(refusal(name), repr(name), "shock-d", "a path that ends in .toml")


@pytest.mark.parametrize("name", [None, 5, b"healthy"])
def test_preset_that_is_no_name(name):
    says(refusal(name), repr(name), "a name or a path")


# --- properties --------------------------------------------------------------------------------

# A new value for any one parameter, within its range; the volumes have a budget of their own.
one_value = st.sampled_from(
    [
        p
        for p in PATIENT_PARAMETERS.values()
        # Whether these are allowed hangs on others.
        if not p.name.startswith(("vu_", "l_", "activation_", "systole_"))
    ]
).flatmap(lambda p: st.tuples(st.just(p), st.floats(p.low, p.high)))

text = st.text(
    st.characters(exclude_categories=["Cs"]),  # lone surrogates are no text
    max_size=30,
)


@given(one_value)
@settings(max_examples=60, deadline=None)
def test_every_value_in_range_survives_the_file(tmp_path_factory, chosen):
    parameter, value = chosen
    patient = Patient.load("healthy")
    if parameter.name == "blood_volume":
        value = max(value, patient["blood_volume"])
    changed = patient.replace(**{parameter.name: value})
    path = tmp_path_factory.mktemp("patient") / "mine.toml"
    path.write_text(changed.to_toml(), encoding="utf-8")
    assert Patient.load(path) == changed


@given(name=text.filter(str.strip), description=text, source=text.filter(str.strip))
@settings(max_examples=60, deadline=None)
def test_any_text_survives_the_file(tmp_path_factory, name, description, source):
    changed = Patient.load("healthy").replace(
        name, description=description, source=source, lv_ees=1.0
    )
    path = tmp_path_factory.mktemp("patient") / "mine.toml"
    path.write_bytes(changed.to_toml().encode("utf-8"))
    assert Patient.load(path) == changed


@given(parameter=st.sampled_from(list(PATIENT_PARAMETERS.values())), value=st.floats())
@settings(max_examples=100, deadline=None)
def test_no_value_out_of_range_is_ever_taken(parameter, value):
    patient = Patient.load("healthy")
    if parameter.low <= value <= parameter.high:
        return
    with pytest.raises(InputError) as caught:
        patient.replace(**{parameter.name: value})
    says(caught.value, parameter.name, f"{parameter.low:g} to {parameter.high:g}")


def test_held_parameters_are_kept_and_written(tmp_path):
    text = Patient.load("rv-failure").to_toml()
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("\n", '\nheld = ["rv_ees"]\n', 1), encoding="utf-8")
    patient = Patient.load(path)
    assert patient.held == ("rv_ees",)
    assert patient.replace(lv_ees=2.0).held == ("rv_ees",)
    assert pickle.loads(pickle.dumps(patient)).held == ("rv_ees",)
    assert 'held = ["rv_ees"]' in patient.to_toml()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('held = ["rv_ees", "courage"]', "held[1] = 'courage'"),
        ('held = ["rv_eees"]', "did you mean rv_ees?"),
        ('held = "rv_ees"', "a list"),
        ("held = 3", "a list"),
    ],
)
def test_held_must_name_parameters(tmp_path, healthy, line, words):
    path = tmp_path / "mine.toml"
    first, rest = healthy.to_toml().split("\n", 1)
    path.write_text(f"{first}\n{line}\n{rest}")
    says(refusal(path), "held", words, "mine.toml")
