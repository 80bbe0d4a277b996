"""File names out of any name, and folders that nobody else may write to."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import PurePosixPath, PureWindowsPath

import pytest

from plants.quantities import file_name, file_names, private_folder
from plants.quantities.surroundings.safe_path import MOST_BYTES

PLAIN = ["shock-d", "CP", "2.5", "rv failure", "a_b+c", "Пациент-1", "患者", "CP+RP"]
BAD = [
    *("", ".", "..", "../../escaped", "/etc/passwd", "shock-d/3", "a\\b", "C:\\x", "C:x", "~root"),
    *("a" * 300, "я" * 120, "a\0b", "a\nb", "\x1b[31mred", "a:b", "a*b?", "$x", "\u202eabc"),
    *("CON", "nul", "com1", "LPT9.txt", "aux ", "name.", "name ", " name", "-rf", ".hidden"),
    *("e\u0301", "\ud800", "a~1c86ce4f", "a|b", '"a"', "<a>"),
]


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_name_stays(name):
    assert file_name(name) == name


@pytest.mark.parametrize("name", BAD)
def test_any_name_becomes_a_file_name(tmp_path, name):
    made = file_name(name)
    assert made != name
    assert len(made.encode()) <= MOST_BYTES + 20
    for kind in (PurePosixPath, PureWindowsPath):
        assert kind(f"{made}.toml").name == f"{made}.toml"
    if sys.version_info >= (3, 13):
        from ntpath import isreserved

        assert not isreserved(f"{made}.toml")
    assert all(character.isprintable() for character in made)
    assert made[0] not in "-. "
    assert made[-1] not in ". "
    (tmp_path / f"{made}.toml").write_text("x")
    assert [path.name for path in tmp_path.iterdir()] == [f"{made}.toml"]


def test_different_names_have_different_files():
    names = [*PLAIN, *BAD, "shock-d_3", "shock-d:3", "a" * 299, *map(file_name, BAD)]
    assert len({file_name(name) for name in names}) == len(names)


def test_the_same_name_twice_and_other_capitals_do_not_overwrite():
    names = file_names(["x", "X", "x", "x~2", "a/b", "a/b"])
    assert len({name.casefold() for name in names}) == len(names)
    assert names[0] == "x"


def test_a_readable_part_is_left():
    assert file_name("shock-d/3").startswith("shock-d_3~")
    assert file_name("Пациент/1").startswith("Пациент_1~")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_private_folder_is_made_private_and_one_open_to_others_is_refused(tmp_path):
    path = private_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    path.chmod(0o777)
    with pytest.raises(PermissionError, match="another user"):
        private_folder(path)
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(PermissionError, match="another user"):
        private_folder(tmp_path / "link")
