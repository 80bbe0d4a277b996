"""Random streams: each by its name, each with draws of its own, none drawn past the register."""

from __future__ import annotations

import re
import zlib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from plants import HAZARDS, HourScenario, InputError
from plants.bedside import investigations
from plants.quantities import STREAMS, stream, stream_seed

#: Streams without a key.
UNKEYED = (
    "individual",
    "monitors",
    "suction course",
    "suction noise",
    "suction figure",
    "detector start",
    "resampling",
    "speed batch",
    "random actions",
    "learning resumed",
)
ROOT = Path(__file__).parents[3]
#: Every stream, a family's one by one.
NAMED = [(name, member) for name, s in STREAMS.items() for member in s.members or ("",)]
KEYED = [(name, member) for name, member in NAMED if STREAMS[name].key(member)]
#: Seeds beside which a stream is asked for where it takes more than one.
BESIDE = {"virtual patient": ("shock-d",), "rhythm": (0,)}


def first(name, member, seed):
    """The first number of a stream."""
    return stream(name, seed, *BESIDE.get(name, ()), member=member).random()


def test_no_two_streams_have_the_same_key():
    keys = {pair: STREAMS[pair[0]].key(pair[1]) for pair in KEYED}
    same = [pair for pair in combinations(keys, 2) if keys[pair[0]] == keys[pair[1]]]
    assert same == []


@pytest.mark.parametrize("seed", [0, 7, 123_456])
def test_no_two_streams_coincide(seed):
    alone = ("monitors", "")  # Stands for all that have no key.
    others = [pair for pair in NAMED if pair[0] not in UNKEYED]
    numbers = [first(*pair, seed) for pair in (*others, alone)]
    assert len(set(numbers)) == len(others) + 1


def test_no_stream_is_without_a_key_but_those_that_are_named():
    without = {
        name for name, s in STREAMS.items() if not (s.text or s.number is not None or s.by_counter)
    }
    assert without == set(UNKEYED)


def test_every_member_of_a_family_has_a_key_of_its_own():
    for declared in STREAMS.values():
        assert ("{}" in declared.text) == bool(declared.members)


def test_the_families_are_those_of_the_files_and_laws():
    assert set(STREAMS["hour events"].members) == set(HourScenario.names())
    assert set(STREAMS["investigations"].members) == set(investigations())
    assert STREAMS["hazard threshold"].members == HAZARDS


@pytest.mark.parametrize(
    ("name", "member", "words"),
    [
        ("certain malposition", "", [5, zlib.crc32(b"slip")]),
        ("pump release", "", [5, zlib.crc32(b"pump")]),
        ("malposition", "", [5, zlib.crc32(b"malposition")]),
        ("weaning probe", "", [5, zlib.crc32(b"weaning probe")]),
        ("weaning case", "doses", [5, zlib.crc32(b"weaning doses")]),
        ("hour events", "relapse", [5, zlib.crc32(b"events relapse")]),
        ("investigations", "pfhb", [5, zlib.crc32(b"pfhb")]),
        ("hazard threshold", "limb_hazard", [5, zlib.crc32(b"limb_hazard")]),
        ("coronary intervention", "", [5, zlib.crc32(b"coronary intervention")]),
        ("virtual patient", "valve", [5, zlib.crc32(b"shock-d"), zlib.crc32(b"valve")]),
        ("head flow", "", [5, 0x4EAD]),
        ("pressure on arrival", "", [5, 7]),
        ("monitors", "", 5),
        ("individual", "", 5),
    ],
)
def test_the_keys_are_those_of_published_results(name, member, words):
    assert first(name, member, 5) == np.random.default_rng(words).random()


def test_the_beats_of_a_rhythm_come_from_a_counter():
    expected = np.random.Generator(np.random.Philox(key=[5, 3])).random(4)
    assert stream("rhythm", 5, 3).random(4) == pytest.approx(expected, abs=0)


def test_a_seed_for_a_library_is_that_of_the_sequence():
    expected = np.random.SeedSequence((3, 1000)).generate_state(1)[0]
    assert stream_seed("learning resumed", 3, 1000) == expected


@pytest.mark.parametrize(
    ("name", "member", "message"),
    [
        ("malpositon", "", "did you mean malposition"),
        ("hour events", "relaps", "did you mean relapse"),
        ("hour events", "", "one of none, relapse"),
        ("malposition", "mitral", "a single one"),
    ],
)
def test_a_stream_that_is_not_registered_is_refused(name, member, message):
    with pytest.raises(InputError, match=message):
        stream(name, 1, member=member)


def test_every_random_draw_uses_a_registered_stream():
    """No package makes a generator of its own."""
    makes = re.compile(r"default_rng\(|SeedSequence\(|crc32\(|Philox\(|RandomState\(")
    past = [
        path.relative_to(ROOT).as_posix()
        for package in ("plants", "controllers", "envs", "experiments")
        for path in (ROOT / package).rglob("*.py")
        if makes.search(path.read_text(encoding="utf-8"))
    ]
    assert past == ["plants/quantities/seeds.py"]
