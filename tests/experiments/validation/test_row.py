"""Topics and confidence of the comparisons."""

from __future__ import annotations

import dataclasses

from experiments.validation.bands import MEASURES, studies
from experiments.validation.comparison import failed_rows
from experiments.validation.row import OTHER, TOPICS
from plants import SIGNALS, Patient


def test_every_compared_signal_has_one_topic():
    named = [name for names in TOPICS.values() for name in names]
    assert len(named) == len(set(named))
    assert set(named) <= {*SIGNALS, *MEASURES}
    compared = {band.signal for study in studies().values() for band in study.bands}
    compared |= {target for name in Patient.names() for target in Patient.load(name).targets}
    assert compared <= set(named)


def test_a_row_knows_its_topic_and_its_tags_letters():
    row = failed_rows(studies()["recover-i"], "why")[0]
    changed = dataclasses.replace(row, signal="papi", tag="R medium-high")
    assert (changed.topic, changed.confidence) == ("right heart and lungs", "R")
    odd = dataclasses.replace(row, signal="blood_volume", tag="S/R")
    assert (odd.topic, odd.confidence) == (OTHER, "S/R")
