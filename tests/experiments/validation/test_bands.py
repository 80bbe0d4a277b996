"""The published bands: each by its rule, with its reason, and what is wrong in the file is told."""

from __future__ import annotations

import copy
import math
import re

import pytest

from experiments.validation.bands import (
    Band,
    Published,
    PublishedStudy,
    published,
    studies,
    unit_of,
)
from plants import InputError

#: Rows of the table of published measurements: study, and what is compared.
PUBLISHED = {
    ("RECOVER I", "cardiac_index"),
    ("RECOVER I", "map"),
    ("RECOVER I", "pa_diastolic"),
    ("RECOVER I", "pump_flow"),
    ("RECOVER RIGHT", "right_pump_flow"),
    ("ISAR-SHOCK", "cardiac_index"),
    ("CP IFU and FAQ", "pump_flow"),
    ("CP IFU and FAQ", "pump_flow_max"),
    ("Dog ischemia/reperfusion", "lvedp"),
    ("Pig CS", "ea_ees_rv"),
    ("Human PV-loop case", "pump_flow_min"),
    ("Human PV-loop case", "pump_flow"),
    ("Human PV-loop case", "pump_flow_pulsatility"),
    ("Human PV-loop case", "aortic_valve_open_fraction"),
    ("Human PV-loop case", "map"),
    ("Human PV-loop case", "lvedv"),
    ("Human PV-loop case", "loop_upstroke_share"),
    ("Burkhoff reviews", "loop_fill"),
    ("Burkhoff reviews", "lv_peak_less_map"),
    ("Burkhoff reviews", "pulse_pressure"),
    ("Burkhoff reviews", "aortic_valve_open_fraction"),
    ("Ramp test", "papi"),
    ("SHOCK trial", "ejection_fraction"),
    ("Josiassen 2020", "stroke_work"),
    ("Josiassen 2020", "rv_stroke_work"),
    ("Console manual", "pump_flow"),
    ("Console manual", "map"),
    ("Console manual", "cardiac_output"),
    ("Console manual", "suction"),
    ("Atrial fibrillation", "cardiac_output"),
    ("Atrial fibrillation", "pcwp"),
    ("Aortic regurgitation", "pump_flow"),
    ("Aortic regurgitation", "cardiac_output"),
    ("Remmelink 2007", "map"),
    ("Tedford 2012", "pulmonary_time_constant"),
}


def every_band() -> list[tuple[str, Band]]:
    return [(name, band) for name, table in studies().items() for band in table.bands]


def test_every_published_measurement_is_compared():
    compared = {(studies()[name].study, band.signal) for name, band in every_band()}
    assert compared >= PUBLISHED


@pytest.mark.parametrize(
    ("name", "band"),
    [pytest.param(n, b, id=f"{n}-{b.measure}") for n, b in every_band() if b.kind == "value"],
)
def test_a_band_follows_the_rule_that_its_reason_names(name, band):
    numbers = re.match(r"\+?(\d+\.?\d*)(?: \+- (\d+\.?\d*))?", band.published)
    if band.reason.startswith("mean +- SD"):
        mean, sd = (float(number) for number in numbers.groups())
        assert (band.low, band.high) == (pytest.approx(mean - sd), pytest.approx(mean + sd))
    elif band.reason.startswith(("no SD", "recalled")):
        text = re.search(r"\d+\.?\d*", band.published)
        rule = published().rule
        mean = float(text.group())
        share = rule.recalled if band.tag.startswith("R") else rule.seen
        assert f"{100 * share:.0f} %" in band.reason
        # Rounded to the digits that were published.
        assert band.low == pytest.approx(mean * (1 - share), abs=0.05)
        assert band.high == pytest.approx(mean * (1 + share), abs=0.05)
    else:
        assert any(
            word in band.reason
            for word in ("guess:", "derived:", "criterion", "range", "lies below", "from the")
        )


def test_every_band_and_condition_has_its_reason_and_guesses_say_so():
    for table in studies().values():
        assert all(band.reason and band.published and unit_of(band.signal) for band in table.bands)
        assert all(support.reason for support in table.supports.values())
        for quantity in table.before.values():
            assert (quantity.tag == "X") == quantity.source.startswith("guess:")
    assert published().head_flow.reason_seen
    assert published().head_flow.reason_recalled


#: The tables of a study, as the data file gives them.
TABLE = {
    "name": "isar-shock",
    "study": "ISAR-SHOCK",
    "title": "ISAR-SHOCK: shock of acute infarction on the 2.5",
    "source": "Seyfarth 2008",
    "condition": "30 minutes",
    "base": "shock-c",
    "base_reason": "the nearest",
    "baroreflex": True,
    "before": {"map": {"value": 78.0, "unit": "mmHg", "source": "ISAR-SHOCK", "tag": "R medium"}},
    "supports": {"support": {"device": "2.5", "level": "P-8", "reason": "highest"}},
    "bands": [
        {
            "measure": "change of cardiac index",
            "kind": "change",
            "signal": "cardiac_index",
            "at": "support",
            "against": "before",
            "published": "+0.49 +- 0.46",
            "tag": "R high",
            "low": 0.03,
            "high": 0.95,
            "reason": "mean +- SD",
        }
    ],
}


def _tampered(*changes):
    """The tables of a study, with something changed in them."""
    table = copy.deepcopy(TABLE)
    for change in changes:
        change(table)
    return table


def test_the_tables_of_a_study_are_read():
    read = PublishedStudy.read(_tampered(), source="mine.toml")
    assert read.presets == ("shock-c",)
    assert read.before["map"].value == 78.0
    assert read.bands[0].at == ("support",)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda t: t["bands"][0].update(low=2.0), "low"),
        (lambda t: [t["bands"][0].pop(end) for end in ("low", "high")], "low"),
        (lambda t: t["bands"][0].update(signal="cardiac_indx"), "cardiac_index"),
        (lambda t: t["bands"][0].update(at="suport"), "support"),
        (lambda t: t["bands"][0].update(kind="difference"), "change"),
        (lambda t: t["bands"][0].update(reason=" "), "reason"),
        (lambda t: t["bands"][0].update(tag="sure"), "tag"),
        (lambda t: t["bands"][0].update(colour="green"), "colour"),
        (lambda t: t["supports"]["support"].pop("level"), "level"),
        (lambda t: t["supports"]["support"].update(level="P-17"), "P-17"),
        (lambda t: t["supports"]["support"].update(place="roof"), "roof"),
        (lambda t: t["supports"]["support"].update(drugs={"vasopresor": 0.1}), "vasopressor"),
        (lambda t: t["supports"]["support"].update(drugs={"vasopressor": -0.1}), "vasopressor"),
        (lambda t: t["supports"]["support"].update(disturbances={"map": 1.0}), "disturbance"),
        (lambda t: t["supports"]["support"].update(valve="aortic"), "aortic-regurgitation"),
        (lambda t: t["supports"]["support"].update(rhythm="bigeminy"), "baroreflex"),
        (lambda t: t["supports"]["support"].update(functional_leak=-1.0), "functional_leak"),
        (lambda t: t["supports"]["support"].update(functional_leak=1.0), "baroreflex"),
        (
            lambda t: (
                t.update(coronary_coupling=False),
                t["supports"]["support"].update(patient="healthy"),
            ),
            "supports.support.patient",
        ),
        (lambda t: t.update(base="shock-z"), "shock-z"),
        (lambda t: t.pop("source"), "source"),
    ],
)
def test_a_slip_in_the_data_file_is_named(change, named):
    with pytest.raises(InputError, match=named):
        PublishedStudy.read(_tampered(change), source="mine.toml")


def test_every_slip_is_told_at_once():
    slips = (
        lambda t: t["bands"][0].update(low=2.0),
        lambda t: t["supports"]["support"].update(level="P-17"),
        lambda t: t.update(title=" "),
    )
    with pytest.raises(InputError) as refused:
        PublishedStudy.read(_tampered(*slips), source="mine.toml")
    for place_in_file in ("bands[0].low", "supports.support.level", "title"):
        assert f"mine.toml: {place_in_file}" in str(refused.value)


def test_what_is_unknown_beside_the_studies_is_refused():
    with pytest.raises(InputError, match="rule"):
        Published.read({"rules": {}}, source="mine.toml")


def _band(kind, at, low=None, high=None, against=None):
    texts = {"measure": "m", "published": "p", "tag": "S", "reason": "r"}
    return Band(kind=kind, signal="map", at=at, against=against, low=low, high=high, **texts)


def test_a_trend_must_have_a_slope_and_a_range_includes_its_ends():
    assert not _band("rises", ("a", "b"), low=0.0).holds(0.0)
    assert _band("rises", ("a", "b"), low=0.0).holds(1e-9)
    assert _band("value", ("a",), low=1.0, high=2.0).holds(2.0)
    assert not _band("value", ("a",), low=1.0, high=2.0).holds(2.0001)
    assert _band("value", ("a",), high=2.0).holds(-1e9)


@pytest.mark.parametrize("kind", ["value", "rises", "change", "spread"])
def test_what_is_not_a_number_is_a_miss(kind):
    assert not _band(kind, ("a", "b"), low=-1e9, high=1e9, against="a").holds(math.nan)
