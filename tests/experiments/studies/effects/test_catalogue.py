"""The file of the effects: what its keys become, and what is refused."""

from __future__ import annotations

import pytest

from experiments.studies.effects.catalogue import EFFECTS, read_effects
from plants import InputError


def read_effect(**changed):
    table = {
        "case": "a test",
        "both": {"patient": "shock-d", "device": "CP"},
        "off": {"pump": {"suction_resistance": 0.0}},
        "on": {"level": "P-2"},
        "reshaped": [{"level": "P-9"}],
        "expectations": [{"signal": "map", "change": "rises", "by": 1, "reason": "a test"}],
        "unmoved": ["blood_volume"],
    }
    content = {"shown": ["map"], "effects": {"a": table | changed}}
    return read_effects(content, source="mine.toml").effects["a"]


def test_conditions_are_what_they_share_and_what_differs():
    effect = read_effect()
    assert (effect.off.device, effect.off.level, effect.off.pump) == (
        "CP",
        None,
        {"suction_resistance": 0.0},
    )
    assert (effect.on.device, effect.on.level, effect.on.pump) == ("CP", "P-2", {})
    assert effect.reshaped == (effect.off.changed(level="P-9"),)


def test_what_is_unmoved_is_expected_last():
    signals = [(each.signal, each.change) for each in read_effect().expectations]
    assert signals == [("map", "rises"), ("blood_volume", "stays")]
    assert EFFECTS["suction"].expectations[-1].by == 1e-9


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"on": {"pateint": "healthy"}}, "effects.a.on.pateint.*patient"),
        ({"unmoved": ["heart_rat"]}, "effects.a.unmoved.*heart_rate"),
        ({"expectations": [{"signal": "mpa"}]}, r"effects.a.expectations\[0\].signal.*map"),
        ({"case": ""}, "effects.a.case"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(changed, told):
    with pytest.raises(InputError, match=told):
        read_effect(**changed)
