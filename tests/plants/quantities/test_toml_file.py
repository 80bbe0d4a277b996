"""Finding and reading files: presets by name, a user's own by path."""

from __future__ import annotations

import pytest

from plants import InputError
from plants.quantities import DATA, load_toml


@pytest.mark.parametrize(
    ("folder", "given", "nearest"),
    [
        ("patients", "shok-d", "shock-d"),
        ("devices", "cp", "CP"),
        ("scenarios", "hemorrage", "hemorrhage"),
        ("therapies", "defalt", "default"),
    ],
)
def test_an_unknown_preset_suggests_the_nearest(folder, given, nearest):
    with pytest.raises(InputError) as caught:
        load_toml(given, folder, "preset")
    assert caught.value.field == "preset"
    assert caught.value.allowed.startswith("one of ")
    end = f", or a path that ends in .toml (did you mean {nearest}?)"
    assert caught.value.allowed.endswith(end)


def test_nothing_is_suggested_where_nothing_is_near():
    with pytest.raises(InputError) as caught:
        load_toml("qqqq", "patients", "patient")
    assert caught.value.allowed.endswith("a path that ends in .toml")


def test_without_a_folder_there_are_no_presets():
    with pytest.raises(InputError) as caught:
        load_toml("access")
    assert caught.value.allowed == "a path that ends in .toml"


def test_files_of_the_package_go_by_their_place_in_it(tmp_path):
    by_name, by_path = (
        load_toml("CP", "devices", "device"),
        load_toml(DATA / "devices" / "CP.toml"),
    )
    assert by_name == by_path
    assert by_name[1] == "plants/data/devices/CP.toml"
    mine = tmp_path / "mine.toml"
    mine.write_text("a = 1\n", encoding="utf-8")
    assert load_toml(mine) == ({"a": 1}, str(mine))
