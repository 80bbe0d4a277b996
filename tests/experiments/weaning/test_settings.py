"""The file of targets and numbers of the weaning study is checked as a whole."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path

import pytest

import experiments
from experiments.weaning.settings import read_study_settings, study_settings
from plants import InputError
from plants.quantities import each_error

FILE = Path(experiments.__file__).parent / "data" / "weaning_targets.toml"
CONTENT = tomllib.loads(FILE.read_text(encoding="utf-8"))


def test_the_file_is_what_is_used():
    settings = read_study_settings(CONTENT, "mine.toml")
    assert settings == study_settings()
    assert settings.targets["failed"].name == "failed"
    assert settings.number("probe_step") == 5.0


def test_everything_that_is_wrong_is_told_at_once():
    content = copy.deepcopy(CONTENT)
    content["targets"]["failed"] |= {"bound": "lest", "value": -1.0, "meening": "no"}
    content["targets"]["weaned"]["tag"] = "Q"
    del content["targets"]["bridged"]["unit"]
    content["numbers"]["probe_step"]["value"] = 600.0
    with pytest.raises(InputError) as refused:
        read_study_settings(content, "mine.toml")
    told = {error.field: error.allowed for error in each_error(refused.value)}
    assert set(told) == {
        "targets.failed.bound",
        "targets.failed.value",
        "key targets.failed.meening",
        "targets.weaned.tag",
        "targets.bridged.unit",
        "numbers.probe_step.value",
    }
    assert "did you mean least?" in told["targets.failed.bound"]
    assert "0 to 1e+06" in told["targets.failed.value"]
    assert "mine.toml" in str(refused.value)
