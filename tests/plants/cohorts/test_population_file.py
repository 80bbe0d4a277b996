"""The population file: what is wrong in it is refused."""

from __future__ import annotations

import pytest

from plants import InputError
from plants.cohorts.population_file import DATA, read_variation

FILE = (DATA / "population.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[variation.lv_ees]\nvalue = 0.25", "[variation.lv_ees]\nvalue = 2.0", "variation.lv_ees"),
        ("[variation.lv_ees]", "[variation.lv_e]", "variation.lv_e"),
        ("[correlation.lv_ees.rv_ees]", "[correlation.lv_ees.r_mitral]", "r_mitral"),
        ("value = -0.7", "value = -1.5", "correlation.r_pulmonary"),
        ("[recovery.share_full]\nvalue = 0.25", "[recovery.share_full]\nvalue = 0.9", "partial"),
        ("[recovery.time_low]\nvalue = 2.0", "[recovery.time_low]\nvalue = 9.0", "time_low"),
        ("[phenotypes.default]", "[phenotypes.other]", "phenotypes.default"),
        ("pcwp = [15.0, 38.0]", "pcwp = [38.0, 15.0]", "shock-d.pcwp"),
        ("pcwp = [15.0, 38.0]", "pcwp = 15.0", "shock-d.pcwp"),
        ("map = [43.0, 70.0]\ncardiac_output = [1.9, 3.9]\n", "map = [43.0, 70.0]\n", "output"),
        ("shock = true", 'shock = "yes"', "shock"),
        ("[median.haptoglobin_initial]", "[median.haptoglobin]", "haptoglobin"),
    ],
)
def test_a_broken_file_is_refused(tmp_path, old, new, message):
    assert old in FILE
    path = tmp_path / "population.toml"
    path.write_text(FILE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_variation(path)


def test_correlations_that_contradict_each_other_are_refused(tmp_path):
    text = FILE
    for name in ("r_systemic", "heart_rate", "rv_ees"):
        text = text.replace(
            f"[correlation.lv_ees.{name}]\nvalue = ",
            f"[correlation.lv_ees.{name}]\nvalue = -0.9 # ",
        )
    path = tmp_path / "population.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="contradict"):
        read_variation(path)
