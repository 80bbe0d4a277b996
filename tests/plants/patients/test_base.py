"""Patients that rest on another one: what comes from the base, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from plants import InputError, Patient, Quantity

OWN = """
[parameters.r_pulmonary]
value = 0.2
unit = "mmHg.s/mL"
source = "right heart catheter"
tag = "S"
[targets.map]
value = 61.0
unit = "mmHg"
source = "arterial line"
tag = "S"
[targets.pa_systolic]
value = 48.0
unit = "mmHg"
source = "right heart catheter"
tag = "S"
"""


@pytest.fixture
def write(tmp_path):
    """Write a file that names a base and give back its path."""

    def write_(base: str | None, text: str = OWN, name: str = "mine", head: str = "") -> Path:
        path = tmp_path / f"{name}.toml"
        line = "" if base is None else f'base = "{base}"\n'
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'name = "{name}"\n{line}{head}\n{text}', encoding="utf-8")
        return path

    return write_


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        Patient.load(path)
    return str(caught.value)


def test_what_is_not_given_comes_from_the_base(write):
    base, mine = Patient.load("shock-d"), Patient.load(write("shock-d"))
    assert mine.entries["r_pulmonary"] == Quantity(0.2, "mmHg.s/mL", "right heart catheter", "S")
    assert {key: entry for key, entry in mine.entries.items() if key != "r_pulmonary"} == {
        key: entry for key, entry in base.entries.items() if key != "r_pulmonary"
    }
    assert list(mine.entries) == list(base.entries)
    assert mine.targets["map"].value == 61.0
    assert mine.targets["cvp"] == base.targets["cvp"]
    assert list(mine.targets) == [*base.targets, "pa_systolic"]
    assert (mine.name, mine.description, mine.held) == ("mine", base.description, base.held)


def test_text_and_held_go_before_those_of_the_base(write):
    elder = write("rv-failure", "", name="elder", head='held = ["rv_ees"]')
    head = 'description = "Taller."\nheld = []'
    mine = Patient.load(write("elder.toml", "", head=head))
    assert (mine.description, mine.held) == ("Taller.", ())
    assert Patient.load(write("elder.toml", "")).held == Patient.load(elder).held == ("rv_ees",)


def test_a_base_may_be_a_file_and_rest_on_another(write, tmp_path, monkeypatch):
    write("shock-d", name="elder")
    venous = OWN.split("[targets.map]")[0].replace("r_pulmonary", "r_venous")
    path = write("elder.toml", venous, name="younger")
    monkeypatch.chdir("/")  # seen from the file's folder, not from here
    mine = Patient.load(path)
    assert (mine["r_venous"], mine["r_pulmonary"], mine.targets["map"].value) == (0.2, 0.2, 61.0)
    assert mine["lv_ees"] == Patient.load("shock-d")["lv_ees"]
    (tmp_path / "elder.toml").write_text(Patient.load("healthy").to_toml(), encoding="utf-8")
    assert Patient.load(path)["lv_ees"] == Patient.load("healthy")["lv_ees"]


def test_the_file_written_is_complete(write, tmp_path):
    mine = Patient.load(write("shock-d"))
    whole = tmp_path / "whole.toml"
    whole.write_text(mine.to_toml(), encoding="utf-8")
    assert "base" not in mine.to_toml().split("[parameters")[0]
    assert Patient.load(whole) == mine


def test_all_mistakes_are_told_at_once(write):
    text = OWN.replace("r_pulmonary", "r_pulmonry").replace("value = 61.0", "value = 6100.0")
    error = refusal(write("shok-d", text, head='held = ["rv_eees"]\nnmae = 3'))
    for part in (
        "mine.toml: base = 'shok-d'",
        "did you mean shock-d?",
        "parameters.r_pulmonry",
        "did you mean r_pulmonary?",
        "targets.map.value = 6100.0",
        "held[0] = 'rv_eees'",
        "key nmae",
    ):
        assert part in error
    assert "is missing" not in error


def test_a_mistake_of_the_base_is_told_in_its_place(write):
    text = Patient.load("healthy").to_toml().split("\n", 2)[2]
    write(None, text.replace("value = 70.0", "value = 700.0", 1), name="elder")
    error = refusal(write("elder.toml", OWN.replace("value = 0.2", "value = 20.0")))
    assert "mine.toml: parameters.r_pulmonary.value = 20.0" in error
    assert "elder.toml: parameters.heart_rate.value = 700.0" in error


@pytest.mark.parametrize("base", ["5", '"none.toml"', '""', "true"])
def test_a_base_that_is_none(write, base):
    assert f"mine.toml: base = {base}".replace('"', "'").replace("true", "True") in refusal(
        write(None, head=f"base = {base}")
    )


def test_a_volume_budget_that_only_both_overdraw(write):
    text = OWN.split("[targets.map]")[0].replace("r_pulmonary", "blood_volume")
    text = text.replace("0.2", "2000.0").replace("mmHg.s/mL", "mL")
    error = refusal(write("shock-d", text))
    assert "mine.toml: parameters.blood_volume.value = 2000.0" in error
    assert "more than" in error


def test_a_circle_is_refused(write, tmp_path):
    assert "base = 'mine.toml'" in refusal(write("mine.toml"))
    write("link.toml", name="one")
    path = write("one.toml", name="two")
    (tmp_path / "link.toml").symlink_to(path)
    error = refusal(path)
    assert "does not rest on this one" in error
    assert "two.toml -> " in error


def test_a_misspelt_base_is_near(write):
    assert "did you mean base?" in refusal(write(None, head='bsae = "shock-d"'))
