"""The guide to weaning tells the criteria, phases, policies, cases and findings of the code."""

import re
from pathlib import Path

import pytest

from controllers import FINDINGS, STEP_POLICIES, WeaningCriteria
from controllers.weaning.decision import PHASES
from plants import HourScenario
from plants.bedside import CASES

DOCS = Path(__file__).parents[3] / "docs"
GUIDE = (DOCS / "weaning.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| `(\w+)`( \(shown only\))? \| ([\d.]*) ?\| ([\d.]*) ?\|", re.M)
#: Parts of protocols and harm; those of the plan have margins that are guesses.
TOLD = ("ready", "step", "right_ventricle", "deterioration", "explant", "device_harm")


def test_the_table_of_criteria_is_that_of_the_file():
    told = {(part, name): (note, low, high) for part, name, note, low, high in ROW.findall(GUIDE)}
    criteria = WeaningCriteria.load()
    known = {
        (part, name): limit
        for part in TOLD
        for name, limit in criteria[part].items()
        if limit.tag != "X"
    }
    assert set(told) == set(known)
    for key, limit in known.items():
        note, low, high = told[key]
        assert (float(low) if low else float("-inf")) == limit.low, key
        assert (float(high) if high else float("inf")) == limit.high, key
        assert bool(note) == (not limit.needed), key


@pytest.mark.parametrize(
    "name", [*PHASES, *STEP_POLICIES, *CASES, *FINDINGS], ids=lambda name: name
)
def test_everything_that_has_a_name_is_told(name):
    assert re.search(rf"\b{name}\b", GUIDE)


def test_waits_are_those_of_the_file():
    criteria = WeaningCriteria.load()
    text = " ".join(GUIDE.split())
    assert f"a wait: {criteria.number('first_retry_wait'):g} h, doubled by each failure" in text
    assert f"at most {criteria.number('longest_retry_wait'):g} h" in text
    assert f"{criteria.number('reassess_lead'):g} h before the label's end" in text
    assert f"in the label's last {criteria.number('last_attempt_lead'):g} h a chance" in text
    assert f"In the last {criteria.number('last_explant_lead'):g} h of the label" in text
    assert f"until {criteria.number('undisturbed_lead'):g} h before" in text
    assert f"older than {criteria.number('lab_age'):g} h" in text
    assert f"echo older than {criteria.number('echo_age'):g} h" in text
    assert f"below {criteria.number('relapse_share'):.0%}".replace("%", " %") in text


def test_the_events_are_told_on_the_page_of_the_command_line():
    text = (DOCS / "command-line.md").read_text(encoding="utf-8")
    for name in HourScenario.names():
        assert f"`{name}`" in text or name == "none"
