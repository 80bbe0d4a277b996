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
from plants.quantities import HIGHEST_SEED, STREAMS, stream, stream_seed

#: The stream without a key; the docstring of the module says why.
UNKEYED = "monitors"
ROOT = Path(__file__).parents[3]
#: Every stream, a family's one by one.
NAMED = [(name, member) for name, s in STREAMS.items() for member in s.members or ("",)]
KEYS = {pair: STREAMS[pair[0]].key(pair[1]) for pair in NAMED if STREAMS[pair[0]].key(pair[1])}
SEEDS = (0, 1, 7, 123_456, HIGHEST_SEED)
#: What stands beside a seed: nothing, a block, cause and noise, the name of a profile, zeros.
BESIDE = ((), (0,), (7,), (3, 1, 200), ("shock-d",), (0, 0, 0), (0, 0, 0, 0))


def rows_of_seeds(name):
    """All that a stream may be asked with: what has no key takes one seed, a counter two."""
    if name == UNKEYED:
        return [(seed,) for seed in SEEDS]
    beside = [row for row in BESIDE if len(row) == 1 or not STREAMS[name].by_counter]
    return [(seed, *row) for seed in SEEDS for row in beside]


def test_no_two_streams_have_the_same_key():
    same = [pair for pair in combinations(KEYS, 2) if KEYS[pair[0]] == KEYS[pair[1]]]
    assert same == []


def test_a_key_is_one_word_and_not_zero():
    """A zero at the end is not seen by NumPy's sequence."""
    assert all(len(key) == 1 and 0 < key[0] <= HIGHEST_SEED for key in KEYS.values())


def test_no_two_streams_coincide():
    """Whatever their seeds, none of a stream's first numbers is among those of another."""
    asked = [(name, member, row) for name, member in NAMED for row in rows_of_seeds(name)]
    drawn = np.array([stream(name, *row, member=member).random(8) for name, member, row in asked])
    values, counts = np.unique(drawn, return_counts=True)
    shared = np.isin(drawn, values[counts > 1]).any(axis=1)
    assert [what for what, is_shared in zip(asked, shared, strict=True) if is_shared] == []


def test_the_draws_of_a_patient_and_of_the_monitors_are_uncorrelated():
    """Both take the seed of a trial."""
    own, noise = (
        np.concatenate([stream(name, seed).standard_normal(9) for seed in range(400)])
        for name in ("individual", "monitors")
    )
    assert abs(np.corrcoef(own, noise)[0, 1]) < 0.06  # 3.6 standard errors


def test_no_stream_is_without_a_key_but_that_of_the_monitors():
    without = {name for name, member in NAMED if (name, member) not in KEYS}
    assert {name for name in without if not STREAMS[name].by_counter} == {UNKEYED}
    assert without - {UNKEYED} == {"rhythm"}  # Its generator is of another kind.


@pytest.mark.parametrize("seed", [-1, 2**32, 5 + 7 * 2**32, 1.5, True, None])
@pytest.mark.parametrize("name", ["monitors", "individual", "suction course", "rhythm"])
def test_a_seed_that_is_not_one_word_is_refused(name, seed):
    """Seed 5 + 7 * 2**32 alone is the row 5, 7: pressure on arrival of seed 5."""
    beside = (0,) if name == "rhythm" else ()
    with pytest.raises(InputError, match=r"seed = .*0 to 4294967295"):
        stream(name, seed, *beside)


def test_nothing_stands_beside_the_seed_of_a_stream_without_a_key():
    with pytest.raises(InputError, match="'monitors' has no key"):
        stream("monitors", 5, 7)


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
        ("individual", "", [5, zlib.crc32(b"individual")]),
        ("suction course", "", [5, zlib.crc32(b"suction course")]),
        ("suction noise", "", [5, zlib.crc32(b"suction noise")]),
        ("detector start", "", [5, zlib.crc32(b"detector start")]),
    ],
)
def test_the_keys_are_those_of_published_results(name, member, words):
    beside = ("shock-d",) if name == "virtual patient" else ()
    drawn = stream(name, 5, *beside, member=member).random()
    assert drawn == np.random.default_rng(words).random()


def test_the_beats_of_a_rhythm_come_from_a_counter():
    expected = np.random.Generator(np.random.Philox(key=[5, 3])).random(4)
    assert stream("rhythm", 5, 3).random(4) == pytest.approx(expected, abs=0)


def test_a_seed_for_a_library_is_that_of_the_sequence():
    words = (3, 1000, zlib.crc32(b"learning resumed"))
    expected = np.random.SeedSequence(words).generate_state(1)[0]
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
