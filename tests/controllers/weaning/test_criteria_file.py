"""The file of the criteria of weaning: as published, and refused with all that is wrong."""

import math
from pathlib import Path

import pytest

import controllers
from controllers import Criterion, WeaningCriteria
from plants import InputError
from plants.quantities import each_error

TEXT = (Path(controllers.__file__).parent / "data" / "weaning.toml").read_text(encoding="utf-8")


def load(tmp_path, *changes):
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return WeaningCriteria.load(path)


def test_criteria_are_as_published():
    criteria = WeaningCriteria.load()
    ready = {
        criterion.signal: (criterion.low, criterion.high) for criterion in criteria.needed("ready")
    }
    published = {
        "map": 65.0,
        "heart_rate": 100.0,
        "cardiac_index": 2.2,
        "cvp": 12.0,
        "pcwp": 18.0,
        "lactate": 2.0,
        "cardiac_power_output": 0.6,
        "papi": 0.9,
    }
    for name, limit in published.items():
        assert limit in ready[name]
    assert criteria["explant"]["cardiac_power_output"].low == 0.6
    for part in criteria.parts.values():
        for criterion in part.values():
            assert criterion.source.startswith("guess") == (criterion.tag == "X")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[ready.map]", "[ready.mapp]", "mapp"),
        ('low = 65.0\nunit = "mmHg"', 'low = 65.0\nunit = "kPa"', "unit"),
        ('low = 65.0\nunit = "mmHg"', 'low = 6500.0\nunit = "mmHg"', "low"),
        ("\nneeded = false", '\nneeded = "no"', "needed"),
        ("[numbers.first_retry_wait]", "[numbers.retries]", "retries"),
    ],
)
def test_a_bad_file_is_refused_with_its_key(tmp_path, old, new, named):
    with pytest.raises(InputError, match=named):
        load(tmp_path, (old, new))


def test_all_that_is_wrong_is_told_at_once_with_the_nearest_names(tmp_path):
    with pytest.raises(InputError) as caught:
        load(
            tmp_path,
            ("[ready.map]", "[ready.mapp]"),
            ('high = 100.0\nunit = "1/min"', 'high = 100.0\nunit = "1/s"'),
            ("[numbers.negligible_inotrope]", "[numbers.negligable_inotrope]"),
            ("low = 62.0", "low = 6200.0"),
            ("[device_harm.pfhb]\nhigh", "[device_harm.pfhb]\nhihg"),
        )
    fields = {error.field for error in each_error(caught.value)}
    assert {
        "ready.mapp",
        "ready.heart_rate.unit",
        "numbers.negligable_inotrope",
        "numbers.negligible_inotrope",
        "step.map.low",
        "key device_harm.pfhb.hihg",
    } <= fields
    text = str(caught.value)
    assert "did you mean map?" in text
    assert "did you mean negligible_inotrope?" in text
    assert "did you mean high?" in text
    assert all("mine.toml" in line for line in text.splitlines())


def test_a_criterion_without_bounds_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"ready\.map.*low, high or both"):
        load(tmp_path, ("[ready.map]\nlow = 65.0\n", "[ready.map]\n"))


def test_what_is_not_told_is_open():
    criteria = WeaningCriteria.load()
    assert criteria["ready"]["map"] == Criterion(
        "map", low=65.0, high=math.inf, source="Cleveland Clinic (Randhawa 2021 JACC HF)", tag="S"
    )
    assert not criteria["explant"]["mpap"].needed
