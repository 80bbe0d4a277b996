"""The validation: bands by their rule, measures of loops, settled reflex, rows, misses, command."""

from __future__ import annotations

import dataclasses
import math
import re

import numpy as np
import pandas
import pytest

import experiments.runs as study_output
from experiments.studies.support import head_flow_rmse, head_flow_table
from experiments.validation import job as study
from experiments.validation import summary, unit_of, validation_figures, validation_tables
from experiments.validation.bands import BEFORE, Band, content, read_study, studies
from experiments.validation.cases import highest_without_suction, place, simulate_study
from experiments.validation.checks import band_value, failed_rows, study_rows
from experiments.validation.measures import loop_fill, stroke_shares
from experiments.validation.row import MISS, WITHIN
from experiments.validation.slow import reflex_effects, resting_lactate, with_reflex
from experiments.validation.tables import head_flow_rows, preset_rows
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
    return [(name, band) for name, one in studies().items() for band in one.bands]


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
        mean, sd = (float(one) for one in numbers.groups())
        assert (band.low, band.high) == (pytest.approx(mean - sd), pytest.approx(mean + sd))
    elif band.reason.startswith(("no SD", "recalled")):
        text = re.search(r"\d+\.?\d*", band.published)
        rule = content()["rule"]
        mean = float(text.group())
        share = rule["recalled"] if band.tag.startswith("R") else rule["seen"]
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
    for one in studies().values():
        assert all(band.reason and band.published and unit_of(band.signal) for band in one.bands)
        assert all(support.reason for support in one.supports.values())
        for quantity in one.before.values():
            assert (quantity.tag == "X") == quantity.source.startswith("guess:")
    assert all(content()["head_flow"][f"reason_{kind}"] for kind in ("seen", "recalled"))


def _tampered(change):
    """The tables of a study, with something changed in them."""
    table = content()["studies"]["isar-shock"]
    copied = {**table, "rows": [dict(row) for row in table["rows"]]}
    copied["supports"] = {name: dict(one) for name, one in table["supports"].items()}
    change(copied)
    return copied


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda t: t["rows"][0].update(low=2.0), "low"),
        (lambda t: [t["rows"][0].pop(end) for end in ("low", "high")], "low"),
        (lambda t: t["rows"][0].update(signal="cardiac_indx"), "cardiac_index"),
        (lambda t: t["rows"][0].update(at="suport"), "support"),
        (lambda t: t["rows"][0].update(kind="difference"), "change"),
        (lambda t: t["rows"][0].update(reason=" "), "reason"),
        (lambda t: t["rows"][0].update(tag="sure"), "tag"),
        (lambda t: t["rows"][0].update(colour="green"), "colour"),
        (lambda t: t["supports"]["support"].pop("level"), "level"),
        (lambda t: t["supports"]["support"].update(level="P-17"), "P-17"),
        (lambda t: t["supports"]["support"].update(place="roof"), "roof"),
        (lambda t: t.update(base="shock-z"), "shock-z"),
        (lambda t: t.pop("source"), "source"),
    ],
)
def test_a_slip_in_the_data_file_is_named(change, named):
    with pytest.raises(InputError, match=named):
        read_study("isar-shock", _tampered(change))


# -- values and verdicts ---------------------------------------------------------------------------


def _band(kind, at, low=None, high=None, against=None):
    return Band("m", kind, "map", at, against, "p", "S", low, high, "r", "")


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


def test_the_settled_reflex_holds_the_pressure_that_it_answers():
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

    monkeypatch.setattr(study, "simulate_study", fails)
    part = study.run_part("recover-i")
    assert part.rows == failed_rows(studies()["recover-i"], "no periodic beat")
    assert {row.verdict for row in part.rows} == {MISS}
    assert {row.explanation for row in part.rows} == {"no periodic beat"}
    assert not study.held(part.rows)


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


def test_of_law_and_patient_the_worse_counts(flows):
    one = flows[flows["level"] == "P-9"].copy()
    one["pulsatile_flow"] = 0.2
    rows = head_flow_rows(one, head_flow_rmse(flows))
    assert rows[0].model == 0.2
    assert rows[0].verdict == MISS


def test_presets_are_judged_by_the_tolerance_of_their_kind():
    common = {"patient": "p", "unit": "mmHg", "target": 20.0, "reason": "because"}
    table = pandas.DataFrame(
        [
            common | {"signal": "pcwp", "model": 20.9, "fitted": True},
            common | {"signal": "cvp", "model": 21.1, "fitted": True},
            common | {"signal": "lvedp", "model": 22.9, "fitted": False},
        ]
    )
    verdicts = [(row.verdict, row.explanation) for row in preset_rows(table)]
    assert verdicts == [(WITHIN, ""), (MISS, "because"), (WITHIN, "")]


# -- the whole -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_study_runs_and_every_miss_is_explained():
    parts = study.validate(list(studies()), workers=1)
    rows = study.rows_of(parts)
    assert len(rows) == len(every_band()) + len(studies()["burkhoff"].bands)
    for row in rows:
        assert math.isfinite(row.model), row
        assert (row.verdict == MISS) == bool(row.explanation), row
        assert not row.explanation.startswith("not known"), row
    drawn = validation_figures(parts)
    assert set(drawn) >= {*studies()} - {"burkhoff"} | {"burkhoff_shock-d", "burkhoff_shock-e"}
    identified = validation_tables(parts)["identified"]
    assert (identified["model"] / identified["value"] - 1).abs().max() < 1e-3
    text = summary(rows)
    missed = [row for row in rows if row.verdict == MISS]
    assert all(f"- {row.study}, {row.measure}: " in text for row in missed)


def test_the_displayed_flows_are_a_part_for_each_pump():
    assert study.work(["head-flow"]) == [f"head-flow:{name}" for name in Pump.names()]
    assert len(study.work()) == len(studies()) + len(Pump.names()) + 1
    with pytest.raises(InputError, match="recover-i"):
        study.work(["recover-1"])


def test_the_command_prints_one_document_and_writes_a_folder(impellab, tmp_path):
    result = impellab("validate", "--study", "isar-shock", "--workers", "1", "--json")
    assert result.code == 0
    (row,) = result.document["rows"]
    assert {"study", "measure", "published", "model", "low", "high", "verdict"} <= set(row)
    assert row["low"] <= row["model"] <= row["high"]
    assert row["verdict"] == WITHIN
    assert result.document["units"] == {"cardiac_index": "L/min/m2"}
    assert result.document["studies"][0]["source"].startswith("Seyfarth 2008")
    names = {path.name for path in (tmp_path / result.document["run"]).iterdir()}
    assert {"validation.csv", "identified.csv", "isar-shock.png", "report.html"} <= names


def test_a_missed_band_is_exit_code_1_and_told(impellab, monkeypatch):
    part = study.Part("recover-i", failed_rows(studies()["recover-i"], "it was tampered with"))
    monkeypatch.setattr(study, "run_part", lambda _: part)
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


def test_the_reference_results_are_those_of_all_studies(impellab, monkeypatch):
    part = study.run_part("isar-shock")
    written = {}
    monkeypatch.setattr(study, "validate", lambda *_, **__: [part])
    monkeypatch.setattr(study_output, "write_study", lambda *a, **k: written.update(k, name=a[0]))
    monkeypatch.setattr("experiments.commands.validate.path_text", str)
    assert impellab("validate", "--results").code == 0
    assert written["name"] == "validation"
    assert written["results"] is True
    assert written["regenerate"] == "impellab validate --results"
