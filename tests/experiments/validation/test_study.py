"""The validation: bands by their rule, measures of loops, reflex, rows, misses, command."""

from __future__ import annotations

import copy
import dataclasses
import math
import re

import numpy as np
import pandas
import pytest

from experiments.runs import render, run_study
from experiments.studies.support import head_flow_rmse, head_flow_table
from experiments.validation import STUDY, ValidationSettings, parts, study
from experiments.validation.bands import (
    BEFORE,
    Band,
    Published,
    PublishedStudy,
    published,
    studies,
    unit_of,
)
from experiments.validation.comparison import band_value, failed_rows, study_rows
from experiments.validation.conditions import highest_without_suction, place, simulate_study
from experiments.validation.displayed import head_flow_rows, preset_rows
from experiments.validation.figures import validation_figures
from experiments.validation.measures import loop_fill, stroke_shares
from experiments.validation.report import validation_tables
from experiments.validation.row import MISS, WITHIN
from experiments.validation.slow import reflex_effects, resting_lactate, with_reflex
from plants import InputError, Patient, PhysicsError, Plant, Pump, steady_state

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
}


def every_band() -> list[tuple[str, Band]]:
    return [(name, band) for name, table in studies().items() for band in table.bands]


@pytest.fixture(scope="module")
def recover():
    return simulate_study(studies()["recover-i"])[0]


@pytest.fixture(scope="module")
def flows() -> pandas.DataFrame:
    return head_flow_table(["CP", "5.5"], pulsatile=False)


# -- the data file ---------------------------------------------------------------------------------


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


# -- values and verdicts ---------------------------------------------------------------------------


def _band(kind, at, low=None, high=None, against=None):
    texts = {"measure": "m", "published": "p", "tag": "S", "reason": "r"}
    return Band(kind=kind, signal="map", at=at, against=against, low=low, high=high, **texts)


@pytest.mark.parametrize(
    ("kind", "at", "against", "expected"),
    [
        ("value", ("b",), None, 3.0),
        ("change", ("b",), "a", 2.0),
        ("ratio", ("b",), "a", 3.0),
        ("rises", ("a", "b", "c"), None, -1.0),
        ("falls", ("b", "c"), None, 1.0),
    ],
)
def test_a_value_is_made_of_the_conditions(kind, at, against, expected):
    values = {"a": {"map": 1.0}, "b": {"map": 3.0}, "c": {"map": 2.0}}
    assert band_value(_band(kind, at, low=0.0, against=against), values) == expected


def test_a_trend_must_have_a_slope_and_a_range_includes_its_ends():
    assert not _band("rises", ("a", "b"), low=0.0).holds(0.0)
    assert _band("rises", ("a", "b"), low=0.0).holds(1e-9)
    assert _band("value", ("a",), low=1.0, high=2.0).holds(2.0)
    assert not _band("value", ("a",), low=1.0, high=2.0).holds(2.0001)
    assert _band("value", ("a",), high=2.0).holds(-1e9)


@pytest.mark.parametrize("kind", ["value", "rises", "change"])
def test_what_is_not_a_number_is_a_miss(kind):
    assert not _band(kind, ("a", "b"), low=-1e9, high=1e9, against="a").holds(math.nan)


def test_a_rectangle_fills_its_box_and_a_triangle_half_of_it():
    box = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.0, 0.0, 2.0, 2.0])
    assert loop_fill(*box) == 1.0
    turn = np.linspace(0, np.pi, 2001)
    arch = np.cos(turn), np.sin(turn)
    half_sine = np.linspace(-1, 1, 2001), np.cos(np.linspace(-1, 1, 2001) * np.pi / 2)
    assert loop_fill(*arch) == pytest.approx(np.pi / 4, abs=1e-3)
    assert loop_fill(*half_sine) == pytest.approx(2 / np.pi, abs=1e-3)


def _loop(drained: float):
    """Filling, upstroke, ejection and downstroke; so much of the width falls in each stroke."""
    pressure = np.concatenate(
        [np.full(50, 5.0), np.linspace(5, 100, 100), np.full(30, 100.0), np.linspace(100, 5, 100)]
    )
    volume = np.concatenate(
        [
            np.linspace(0, 1, 50),
            np.linspace(1, 1 - drained, 100),
            np.linspace(1 - drained, drained, 30),
            np.linspace(drained, 0, 100),
        ]
    )
    return volume, pressure


@pytest.mark.parametrize("drained", [0.0, 0.2, 0.4])
@pytest.mark.parametrize("shift", [0, 77])
def test_the_strokes_of_the_pressure_show_how_much_is_drained_in_them(drained, shift):
    volume, pressure = (np.roll(x, shift) for x in _loop(drained))
    up, down = stroke_shares(volume, pressure)
    # Between 10 and 90 % of the pressure, 0.8 of a straight stroke.
    assert up == pytest.approx(0.8 * drained, abs=0.02)
    assert down == pytest.approx(0.8 * drained, abs=0.02)


# -- conditions ------------------------------------------------------------------------------------


def test_the_reflex_in_equilibrium_holds_the_pressure_that_it_answers():
    plant = Plant("shock-d", "CP")
    free = steady_state(plant, 44_000.0).metrics["map"]
    steady, held = with_reflex(plant, 44_000.0, {"wall_contact": 0.0}, 57.0)
    assert 57.0 < steady.metrics["map"] < free
    answered = reflex_effects(steady.metrics["map"], 57.0)
    assert {name: held[name] for name in answered} == pytest.approx(answered, abs=1e-3)
    again = steady_state(plant, 44_000.0, held)
    assert again.metrics["map"] == pytest.approx(steady.metrics["map"], abs=1e-6)


def test_the_reflex_is_neutral_at_its_operating_point():
    effects = reflex_effects(57.0, 57.0)
    assert effects.pop("venous_volume") == 0.0
    assert effects == pytest.approx(dict.fromkeys(effects, 1.0))
    metrics = steady_state(Plant("shock-d")).metrics
    _, held = with_reflex(Plant("shock-d"), 0.0, {}, metrics["map"])
    assert held == {}


def test_lactate_grows_with_the_stage_of_shock():
    values = [
        resting_lactate(plant, steady_state(plant).metrics)
        for plant in map(Plant, ("healthy", "shock-c", "shock-d", "shock-e"))
    ]
    assert values == sorted(values)
    assert values[0] < 2.0


def test_the_patient_of_a_study_has_the_published_values_before(recover):
    targets = {row.signal: row for row in recover.targets}
    assert set(targets) == set(recover.study.before)
    assert all(abs(row.deviation) < 1e-3 for row in targets.values())
    before = recover.conditions[BEFORE].values
    assert before["cardiac_index"] == pytest.approx(1.65, abs=0.01)
    assert before["pa_diastolic"] == pytest.approx(28.0, abs=0.05)
    kept = Patient.load("shock-d")["r_pulmonary"]
    assert recover.patient["r_pulmonary"] == kept


def test_a_condition_is_a_periodic_beat_with_its_waveforms(recover):
    condition = recover.conditions["support"]
    waves, values = condition.waves, condition.values
    assert condition.pump == "5.0 P-8"
    assert waves["aortic_pressure"].mean() == pytest.approx(values["map"], rel=2e-3)
    assert waves["lv_volume"].min() == pytest.approx(values["loop_least_volume"])
    assert abs(waves["lv_volume"][-1] - waves["lv_volume"][0]) < 1.0
    assert condition.disturbances["systemic_resistance"] < 1.0


def test_places_are_beyond_the_limits_of_the_pump():
    pump = Pump.load("CP")
    assert place(pump, "deep")["inlet_depth"] > pump["position_deep"]
    assert place(pump, "shallow")["inlet_depth"] < -pump["position_shallow"]
    assert set(place(pump, "wall")) == {"wall_contact"}


def test_the_highest_level_without_suction_is_below_one_with_it():
    plant = Plant("rv-failure", "5.5")  # Little comes through the lungs.
    name = highest_without_suction(plant)
    above = [level for level in plant.pump.levels if level.rpm > plant.pump.speed(name)]
    assert steady_state(plant, plant.pump.speed(name)).metrics["suction"] < 0.01
    assert above
    assert steady_state(plant, above[0].rpm).metrics["suction"] >= 0.01


# -- rows ------------------------------------------------------------------------------------------


def test_the_rows_of_a_study_are_complete(recover):
    rows = study_rows(recover)
    assert [row.measure for row in rows] == [band.measure for band in recover.study.bands]
    for row in rows:
        assert (row.verdict == MISS) == bool(row.explanation)
        assert math.isfinite(row.model)
        assert row.device == "5.0"
    assert rows[1].unit == "mmHg"
    assert rows[1].band == "74.8 to 91.4"


@pytest.mark.parametrize("shift", [-30.0, 30.0])
def test_a_model_that_is_off_is_a_miss_and_says_why(recover, shift):
    support = recover.conditions["support"]
    wrong = dataclasses.replace(
        support, values=dict(support.values) | {"map": support.values["map"] + shift}
    )
    case = dataclasses.replace(recover, conditions={**recover.conditions, "support": wrong})
    row = next(row for row in study_rows(case) if row.signal == "map")
    assert row.verdict == MISS
    assert "L/min" in row.explanation


def test_a_study_without_a_periodic_beat_is_all_misses(monkeypatch):
    def fails(_):
        raise PhysicsError("no periodic beat")

    monkeypatch.setattr(parts, "simulate_study", fails)
    part = parts.run_part(parts.PartName("recover-i"))
    assert part.rows == failed_rows(studies()["recover-i"], "no periodic beat")
    assert {row.verdict for row in part.rows} == {MISS}
    assert {row.explanation for row in part.rows} == {"no periodic beat"}
    findings = STUDY.findings(ValidationSettings(study=("recover-i",)), [part])
    assert findings.held is False
    assert findings.document["studies"] == []


def test_levels_are_judged_by_their_widened_range(flows):
    rows = {row.measure: row for row in head_flow_rows(flows, head_flow_rmse(flows))}
    seen = rows["CP P-9 at 60 mmHg"]
    assert (seen.low, seen.high) == (pytest.approx(3.25), pytest.approx(3.75))
    recalled = rows["CP P-4 at 60 mmHg"]
    assert (recalled.low, recalled.high) == (pytest.approx(1.7), pytest.approx(2.875))
    assert "5.5 P-5 at 60 mmHg" not in rows
    assert rows["5.5 P-9 at 100 mmHg"].low is None
    total = rows["CP: RMSE of the mean flow against every range"]
    assert total.high == pytest.approx(0.37)
    assert total.verdict == WITHIN


def test_a_flow_out_of_its_range_is_a_miss(flows):
    wrong = flows.copy()
    wrong["steady_flow"] += 2.0
    wrong["steady_miss"] += 2.0
    rows = head_flow_rows(wrong, head_flow_rmse(wrong))
    by_name = {row.measure: row for row in rows}
    assert by_name["CP P-9 at 60 mmHg"].verdict == MISS
    assert by_name["CP P-9 at 60 mmHg"].explanation
    assert by_name["CP: RMSE of the mean flow against every range"].verdict == MISS


def test_the_worse_error_of_law_and_patient_counts(flows):
    highest = flows[flows["level"] == "P-9"].copy()
    highest["pulsatile_flow"] = 0.2
    rows = head_flow_rows(highest, head_flow_rmse(flows))
    assert rows[0].model == 0.2
    assert rows[0].verdict == MISS


@pytest.fixture
def presets():
    common = {"patient": "p", "unit": "mmHg", "target": 20.0, "reason": "because"}
    return pandas.DataFrame(
        [
            common | {"signal": "pcwp", "model": 20.9, "fitted": True},
            common | {"signal": "cvp", "model": 21.1, "fitted": True},
            common | {"signal": "lvedp", "model": 22.9, "fitted": False},
        ]
    )


def test_presets_are_judged_by_the_tolerance_of_their_kind(presets):
    verdicts = [(row.verdict, row.explanation) for row in preset_rows(presets)]
    assert verdicts == [(WITHIN, ""), (MISS, "because"), (WITHIN, "")]


# -- the whole -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_study_runs_and_every_miss_is_explained():
    results = [parts.run_part(parts.PartName(name)) for name in studies()]
    rows = [row for part in results for row in part.rows]
    assert len(rows) == len(every_band()) + len(studies()["burkhoff"].bands)
    for row in rows:
        assert math.isfinite(row.model), row
        assert (row.verdict == MISS) == bool(row.explanation), row
        assert not row.explanation.startswith("not known"), row
    drawn = validation_figures(results)
    assert set(drawn) >= {*studies()} - {"burkhoff"} | {"burkhoff_shock-d", "burkhoff_shock-e"}
    identified = validation_tables(results)["identified"]
    assert (identified["model"] / identified["value"] - 1).abs().max() < 1e-3
    text = render("validation.md", rows=rows, miss=MISS)
    missed = [row for row in rows if row.verdict == MISS]
    assert all(f"- {row.study}, {row.measure}: " in text for row in missed)


def test_the_displayed_flows_are_a_part_for_each_pump():
    assert parts.chosen_parts(["head-flow"]) == [
        parts.PartName("head-flow", name) for name in Pump.names()
    ]
    assert len(parts.chosen_parts()) == len(studies()) + len(Pump.names()) + 1
    with pytest.raises(InputError, match="recover-i"):
        ValidationSettings(study=("recover-1",))


def test_the_longest_parts_come_first_and_the_rows_stay_in_the_order_of_the_file(presets):
    settings = ValidationSettings(study=("presets", "isar-shock", "head-flow"))
    cases = STUDY.cases(settings)
    assert cases[0] == parts.PartName("head-flow", Pump.names()[0])
    rows = {name: failed_rows(studies()["isar-shock"], "-".join(name)) for name in cases}
    rows[parts.PartName("presets")] = preset_rows(presets)
    findings = STUDY.findings(settings, [parts.Part(name, rows[name]) for name in cases])
    assert findings.rows["explanation"].tolist() == [
        "isar-shock-",
        *(f"head-flow-{name}" for name in Pump.names()),
        *("", "because", ""),
    ]


def test_the_summary_counts_by_study_and_lists_the_misses(recover):
    rows = study_rows(recover)
    wrong = dataclasses.replace(
        rows[0], study="Another", model=9.87654, verdict=MISS, explanation="it was tampered with"
    )
    right = [dataclasses.replace(row, verdict=WITHIN) for row in rows]
    lines = render("validation.md", rows=[*right, wrong], miss=MISS).splitlines()
    assert lines == [
        "4 of 5 values lie in their bands.",
        "",
        "- RECOVER I: 4 of 4",
        "- Another: 0 of 1",
        "",
        "Misses:",
        "",
        f"- Another, {wrong.measure}: 9.88 {wrong.unit}, band {wrong.band}, "
        f"published {wrong.published}: it was tampered with.",
    ]
    held = render("validation.md", rows=right, miss=MISS)
    assert held == "4 of 4 values lie in their bands.\n\n- RECOVER I: 4 of 4"


def test_the_command_prints_one_document_and_writes_a_folder(impellab, tmp_path):
    result = impellab("validate", "--study", "isar-shock", "--workers", "1", "--json")
    assert result.code == 0
    (row,) = result.document["rows"]
    assert {"study", "measure", "published", "model", "low", "high", "verdict"} <= set(row)
    assert row["low"] <= row["model"] <= row["high"]
    assert row["verdict"] == WITHIN
    assert result.document["held"] is True
    assert result.document["units"] == {"cardiac_index": "L/min/m2"}
    assert result.document["studies"][0]["source"].startswith("Seyfarth 2008")
    names = {path.name for path in (tmp_path / result.document["run"]).iterdir()}
    assert {"validation.csv", "identified.csv", "isar-shock.png", "report.html"} <= names


def test_a_killed_validation_goes_on_and_gives_the_same_rows(tmp_path):
    """What is read back is what was made: rows, tables and waveforms."""
    settings = ValidationSettings(study=("isar-shock", "dog-total-support"))
    made = {}

    def killed(name):
        if made:
            raise KeyboardInterrupt
        made[name] = parts.run_part(name)
        return made[name]

    with pytest.raises(KeyboardInterrupt):
        run_study(dataclasses.replace(STUDY, work=killed), settings, runs=tmp_path, workers=1)
    (folder,) = tmp_path.iterdir()

    def going_on(name):
        assert name not in made
        made[name] = parts.run_part(name)
        return made[name]

    shown = {}

    def findings(settings, results):
        shown.update({part.name: part for part in results})
        return STUDY.findings(settings, results)

    study = dataclasses.replace(STUDY, work=going_on, findings=findings)
    run_study(study, None, resume=folder, workers=1)
    assert (
        set(shown)
        == set(made)
        == {parts.PartName("isar-shock"), parts.PartName("dog-total-support")}
    )
    for name, part in made.items():
        assert shown[name].rows == part.rows
        for again, case in zip(shown[name].cases, part.cases, strict=True):
            assert (again.study, again.patient, again.targets) == (
                case.study,
                case.patient,
                case.targets,
            )
            for where, condition in case.conditions.items():
                assert again.conditions[where].disturbances == condition.disturbances
                for wave, values in condition.waves.items():
                    assert np.array_equal(again.conditions[where].waves[wave], values)


@pytest.fixture
def short_work(monkeypatch, presets):
    """The validation with parts that miss all bands, in no time."""

    def missed(name):
        if name.name == "presets":
            return parts.Part(name, preset_rows(presets))
        return parts.Part(name, failed_rows(studies()["recover-i"], "it was tampered with"))

    monkeypatch.setattr(study, "STUDY", dataclasses.replace(STUDY, work=missed))


def test_a_missed_band_is_exit_code_1_and_told(impellab, short_work):
    result = impellab("validate", "--study", "recover-i", "--workers", "1")
    assert result.code == 1
    assert "0 of 4 values lie in their bands" in result.out
    assert "it was tampered with" in result.out
    assert "MISS" in result.out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--study", "recover-1"), "recover-i"),
        (("--workers", "0", "--study", "isar-shock"), "workers"),
        (("--results", "--study", "isar-shock"), "--results"),
    ],
)
def test_bad_input_is_one_line(impellab, arguments, named):
    result = impellab("validate", *arguments)
    assert result.code == 2
    assert named in result.error


def test_the_reference_results_are_those_of_all_studies(impellab, short_work, tmp_path):
    result = impellab("validate", "--workers", "1", "--results")
    assert result.code == 1
    page = (tmp_path / "results" / "validation" / "README.md").read_text()
    assert page.startswith("# The plant against published measurements\n\n2 of ")
    assert "Regenerate with `impellab validate --results`." in page
    assert (tmp_path / "results" / "validation" / "validation.csv").exists()
