"""Text of users: with a byte-order mark, too long, too deep, and files that never end."""

from __future__ import annotations

import json
import os
import time

import pytest

from plants import InputError, Patient
from plants.quantities import DATA, load_toml, parse_json, read_json, read_text
from plants.quantities.surroundings.text_file import MOST_BYTES, MOST_LEVELS, parse_toml

MARK = b"\xef\xbb\xbf"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    own = (DATA / "patients" / "shock-d.toml").read_bytes()
    path = tmp_path / "mine.toml"
    path.write_bytes(MARK + own)
    assert Patient.load(path) == Patient.load("shock-d")
    path.write_bytes(MARK + b'{"a": [1]}')
    assert read_json(path) == {"a": [1]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{'a.' * 50_000}a = 1", "parts"),
        (f"{'a . ' * 50_000}a = 1", "parts"),
        (f"""{'"a".' * 20_000}a = 1""", "parts"),
        (f"{chr(39)}a{chr(39)}{'.a' * 50_000} = 1", "parts"),
        (f"[{'a.' * 50_000}a]", "parts"),
        (f"x = {{ {'a.' * 50_000}a = 1 }}", "parts"),
        (f"x = {'[' * 100_000}", "levels"),
        (f"x = {'[' * 50_000}{']' * 50_000}", "levels"),
        (f"x = {'{a=' * 50_000}1{'}' * 50_000}", "levels"),
        (f"""s = "[[[" # {"[" * 50}\nx = {"[" * 100_000}""", "levels"),
        (f"x = '''{'a' * (MOST_BYTES + 1)}'''", "longer"),
        ("x" * 900_000, "toml"),
        ('"""' * 300_000, "toml"),
        ('"""' + r"\"" * 400_000, "toml"),
        ("'''\n\"\"\"" * 100_000, "toml"),
    ],
)
def test_what_costs_a_parser_its_time_is_refused_at_once(tmp_path, text, told):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    begun = time.process_time()
    with pytest.raises(InputError, match=told) as caught:
        load_toml(path)
    assert time.process_time() - begun < 5.0
    assert len(str(caught.value)) < 1000


def test_what_stands_in_strings_and_comments_has_no_depth():
    text = "[" * 100 + "." * 100 + "a." * 100
    content = parse_toml(f"""x = "{text}" # {text}\ny = '{text}'\nz = '''\n{text}'''""")
    assert content["x"] == content["y"] == content["z"] == text
    assert parse_toml('x = "a\\"[[" # "')["x"] == 'a"[['
    assert parse_json(json.dumps({"x": text + '"'})) == {"x": text + '"'}


@pytest.mark.parametrize("levels", [MOST_LEVELS, MOST_LEVELS + 1])
def test_the_limit_of_depth_is_where_it_is_said_to_be(levels):
    texts = [
        (parse_toml, f"x = {'[' * levels}{']' * levels}"),
        (parse_toml, ".".join(["a"] * levels) + " = 1"),
        (parse_json, "[" * levels + "]" * levels),
    ]
    for parse, text in texts:
        if levels <= MOST_LEVELS:
            parse(text)
        else:
            with pytest.raises(ValueError, match=str(MOST_LEVELS)):
                parse(text)


@pytest.mark.parametrize(
    "path", ["~nobodyxx/x.toml", "a\0b.toml", f"{'a' * 300}.toml", "\udcff.toml"]
)
def test_a_path_that_cannot_be_is_bad_input(path):
    with pytest.raises(InputError, match="toml"):
        load_toml(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_file_that_never_ends_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    for name in ("pipe.toml", "zero.toml"):
        with pytest.raises(InputError, match="not a regular file"):
            load_toml(tmp_path / name)
    with pytest.raises(OSError, match="directory"):
        read_text(tmp_path)


def test_a_long_value_is_told_by_its_beginning():
    assert len(str(InputError("name", "a" * 10_000, "text"))) < 500
    assert "very large" in str(InputError("count", 1 << 20_000, "a number"))
