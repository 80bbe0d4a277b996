"""What patients, devices, scenarios and therapies share; and three mistakes told at once."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from plants import Event, InputError, Patient, Pump, Scenario, Therapy
from plants.quantities import DATA, FrozenError, Preset, each_error, preset_names

KINDS: dict[type[Preset], str] = {
    Patient: "shock-d",
    Pump: "CP",
    Scenario: "exercise",
    Therapy: "default",
}
KIND = pytest.mark.parametrize("kind", list(KINDS))


def path_of(kind: type[Preset]) -> Path:
    return DATA / kind.FOLDER / f"{KINDS[kind]}.toml"


@KIND
def test_names_are_those_of_the_files(kind):
    assert kind.names() == preset_names(kind.FOLDER)
    assert KINDS[kind] in kind.names()
    assert all(
        kind.load(name).path == f"plants/data/{kind.FOLDER}/{name}.toml" for name in kind.names()
    )


@KIND
def test_a_copy_of_the_file_gives_an_equal_one_from_another_path(kind, tmp_path):
    preset = kind.load(KINDS[kind])
    mine = tmp_path / "mine.toml"
    mine.write_text(path_of(kind).read_text(encoding="utf-8"), encoding="utf-8")
    for given in (mine, str(mine)):
        loaded = kind.load(given)
        assert loaded == preset
        assert hash(loaded) == hash(preset)
        assert (loaded.path, preset.path == loaded.path) == (str(mine), False)
    assert preset.changed(name="another") != preset
    assert preset != "another kind"


@KIND
def test_one_serves_all_until_its_file_changes(kind, tmp_path):
    assert kind.load(KINDS[kind]) is kind.load(KINDS[kind])
    text = path_of(kind).read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text, encoding="utf-8")
    before = kind.load(mine)
    mine.write_text(text.replace(f'name = "{before.name}"', 'name = "another"'), encoding="utf-8")
    assert kind.load(mine).name == "another"


@KIND
def test_copies_are_equal_and_a_change_is_none(kind):
    preset = kind.load(KINDS[kind])
    for twin in (
        pickle.loads(pickle.dumps(preset)),
        copy.copy(preset),
        copy.deepcopy(preset),
        preset.changed(),
        preset.model_copy(),
    ):
        assert twin == preset
        assert hash(twin) == hash(preset)
        assert twin.path == preset.path
    renamed = preset.model_copy(update={"name": "another"})
    assert renamed.name == "another"
    assert hash(renamed) != hash(preset)
    with pytest.raises(InputError, match="name"):
        preset.model_copy(update={"name": 5})


@KIND
def test_frozen(kind):
    preset = kind.load(KINDS[kind])
    with pytest.raises(FrozenError, match=f"{kind.__name__} is frozen"):
        preset.name = "another"


@KIND
def test_a_misspelt_preset_suggests_the_nearest(kind):
    name = KINDS[kind]
    with pytest.raises(InputError, match=rf"\(did you mean {name}\?\)"):
        kind.load(name + "x")


@KIND
@pytest.mark.parametrize("key", ["path", "entries"])
def test_what_is_no_key_of_a_file_is_refused(kind, key, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(f'{key} = "x"\n' + path_of(kind).read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(InputError, match=f"key {key} = '{key}'"):
        kind.load(mine)


def test_a_value_given_in_code_is_told_with_where_the_rest_came_from():
    with pytest.raises(InputError) as caught:
        Pump.load("CP").replace(head_a=-1.0, max_speed="fast")
    told = {error.field: error.source for error in each_error(caught.value)}
    source = "plants/data/devices/CP.toml with replaced values"
    assert told == {"parameters.head_a.value": source, "parameters.max_speed.value": source}


def test_unknown_values_given_in_code_are_told_at_once():
    with pytest.raises(InputError) as caught:
        Patient.load("healthy").replace(lv_eas=1.0, heart_rat=60.0)
    allowed = [error.allowed for error in each_error(caught.value)]
    assert allowed[0].endswith("(did you mean lv_ees?)")
    assert allowed[1].endswith("(did you mean heart_rate?)")


# --- three mistakes at once ----------------------------------------------------------------------

SHOCK = Patient.load("shock-d")
MISTAKES = {
    Patient: (
        [
            (f'[parameters.lv_ees]\nvalue = {SHOCK["lv_ees"]}\nunit = "mmHg/mL"', None),
            ("[targets.map]", "[targets.mop]"),
            ('name = "shock-d"', "name = 5"),
        ],
        {
            "parameters.lv_ees.unit": "'mmHg/mL' (value 0.05 to 10 mmHg/mL)",
            "targets.mop": "(did you mean map?)",
            "name": "a name that is not blank",
        },
    ),
    Pump: (
        [
            ('side = "left"', 'side = "lft"'),
            ("rpm = 31000.0", 'rpm = "fast"'),
            ("[ratings.peak_flow]\nvalue = 4.3", "[ratings.peak_flow]\nvalue = 43.0"),
        ],
        {
            "device.side": "one of left, right (did you mean left?)",
            "levels[2].rpm": "a number, 0 to 60000 rpm",
            "ratings.peak_flow.value": "0.1 to 20 L/min",
        },
    ),
    Scenario: (
        [
            ('disturbance = "heart_rate"', 'disturbance = "hart_rate"'),
            ("amount = 0.4", "amount = -0.4"),
            ('unit = "mL"', 'unit = "L"'),
            ('description = "', "description = 5 # "),
        ],
        {
            "events[0].disturbance": "(did you mean heart_rate?)",
            "events[1].amount": "0.05 to 20",
            "events[3].unit": "'mL' for volume",
            "description": "text",
        },
    ),
    Therapy: (
        [
            ('signal = "cardiac_power_output"', 'signal = "cardiac_power_outptu"'),
            ("low = { value = 65.0", "low = { value = 95.0"),
            ("value = 0.02", "value = -0.02"),
            ('low = { value = 30.0, unit = "mmHg"', 'low = { value = 30.0, unit = "kPa"'),
        ],
        {
            "goals[1].signal": "(did you mean cardiac_power_output?)",
            "goals[0].low": "at most high = 90 mmHg",
            "effort_weight.value": "0 to 1e+06 1/krpm2",
            "death.low.unit": "'mmHg'",
        },
    ),
}


@pytest.mark.parametrize("kind", list(MISTAKES))
def test_every_mistake_of_a_file_is_told_at_once(kind, tmp_path):
    changes, expected = MISTAKES[kind]
    text = path_of(kind).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, old.replace("mmHg/mL", "Pa/mL") if new is None else new, 1)
    mine = tmp_path / "mine.toml"
    mine.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        kind.load(mine)
    told = {error.field: error.allowed for error in each_error(caught.value)}
    assert set(told) == set(expected)
    for field, allowed in expected.items():
        assert allowed in told[field]
    lines = str(caught.value).splitlines()
    assert len(lines) == len(expected)
    assert all(line.startswith(f"{mine}: ") for line in lines)


def test_levels_that_contradict_each_other_are_told_at_once():
    pump = Pump.load("CP")
    levels = list(pump.levels)
    levels[2] = levels[2]._replace(rpm=20_000.0, flow_low=3.0)
    levels[3] = levels[3]._replace(name="fast")
    with pytest.raises(InputError) as caught:
        pump.changed(levels=tuple(levels))
    fields = [error.field for error in each_error(caught.value)]
    assert fields == ["levels[2].rpm", "levels[2].flow_low", "levels[3].name"]


def test_an_event_tells_all_that_is_wrong_with_it():
    with pytest.raises(InputError) as caught:
        Event("heart_rate", 9.0, "ramp", -1.0, time_constant=2.0, tag="Q")
    fields = {error.field for error in each_error(caught.value)}
    assert fields == {"amount", "onset", "duration", "time_constant", "tag"}
