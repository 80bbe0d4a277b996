"""impellab simulate with everything the plant can be: right pumps, rhythms, valves, slow clock."""

import json

import numpy as np
import pandas
import pytest
import xarray

from experiments.trials.loops import IRREGULAR_SECONDS, LOOP_INTERVAL
from plants import METRICS, SIGNALS, SLOW_SIGNALS, Patient, Plant, Pump, steady_state
from plants.quantities import DATA

RP = Pump.load("RP")
LEFT = ("--patient", "shock-c", "--device", "CP", "--level", "P-6", "--duration", "3")
BLEEDING = """
name = "bleed-out"
description = "A loss that nobody survives."
[[events]]
disturbance = "volume"
amount = {amount}
unit = "mL"
shape = "ramp"
onset = 2.0
duration = {duration}
source = "made up"
tag = "X"
"""


def bleeding(folder, amount, duration, again=0):
    """A scenario file; with the event given some times more."""
    text = BLEEDING.format(amount=amount, duration=duration)
    event = text[text.index("[[events]]") :]
    path = folder / "bleeding.toml"
    path.write_text(text + event * again, encoding="utf-8")
    return path


def folder_of(tmp_path):
    (folder,) = (tmp_path / "runs").iterdir()
    return folder


def test_a_left_and_a_right_pump_run_together(impellab, tmp_path):
    arguments = (
        "--patient",
        "biventricular-shock",
        "--device",
        "CP+RP",
        "--level",
        "P-8",
        "--right-level",
        "P-7",
        "--duration",
        "3",
    )
    printed = impellab("simulate", *arguments)
    assert "flow of the right pump" in printed.out
    assert "motor current" in printed.out
    assert "CP+RP at P-8 (RP at P-7)" in printed.out
    document = json.loads((folder_of(tmp_path) / "metrics.json").read_text())
    plant = Plant("biventricular-shock", "CP+RP", right_level="P-7")
    truth = steady_state(plant, plant.pump.speed("P-8")).metrics
    for name in ("map", "pcwp", "cvp", "right_pump_flow", "pump_flow", "right_pump_speed"):
        assert document["metrics"][name] == pytest.approx(truth[name], rel=1e-3)
    assert document["metrics"]["right_pump_speed"] == pytest.approx(RP.speed("P-7"))
    with xarray.open_dataset(folder_of(tmp_path) / "rollout.nc", engine="scipy") as rollout:
        assert rollout.attrs["device"] == "CP+RP"
        assert rollout.attrs["right_speed"] == RP.speed("P-7")
    loops = pandas.read_parquet(folder_of(tmp_path) / "pv-loops.parquet")
    assert {"lv_volume", "lv_pressure", "rv_volume", "rv_pressure"} < set(loops.columns)


def test_the_right_side_alone(impellab, tmp_path):
    arguments = ("--patient", "rv-failure", "--device", "RP", "--level", "P-6", "--duration", "3")
    printed = impellab("simulate", *arguments).out
    assert "flow of the right pump" in printed
    assert "motor current" not in printed  # there is no left pump to have one
    document = json.loads((folder_of(tmp_path) / "metrics.json").read_text())
    alone = impellab("simulate", "--patient", "rv-failure", "--duration", "3", "--json").document
    assert document["metrics"]["right_pump_flow"] > 2.0
    assert document["metrics"]["pump_flow"] == pytest.approx(0.0, abs=1e-6)
    assert document["metrics"]["cvp"] < alone["metrics"]["cvp"] - 1.0
    assert document["metrics"]["cardiac_output"] > alone["metrics"]["cardiac_output"] + 0.3
    assert document["notes"] == []


def test_a_right_pump_that_no_sign_asks_for_is_told(impellab):
    arguments = ("--patient", "healthy", "--device", "RP", "--level", "P-4", "--duration", "2")
    (text,) = impellab("simulate", *arguments, "--json").document["notes"]
    assert "no sign of right-ventricular failure" in text
    assert "CVP 4.0" in text


def test_rhythms_run_and_are_seeded(impellab):
    def metrics(*arguments):
        answer = impellab("simulate", *LEFT, "--duration", 8, *arguments, "--json")
        return answer.document["metrics"]

    regular = metrics()
    for kind, seeds in (
        ("atrial-fibrillation", (1, 1, 2)),
        ("ectopic", (1, 1, 2)),
        ("bigeminy", (1, 2)),
    ):
        first, *again, other = (metrics("--rhythm", kind, "--seed", seed) for seed in seeds)
        assert all(each == first for each in again), kind
        assert first["map"] != regular["map"], kind
        assert (first["map"] != other["map"]) is (kind != "bigeminy"), kind


def test_an_irregular_rhythm_is_drawn_over_several_beats(impellab, tmp_path):
    impellab("simulate", *LEFT, "--rhythm", "atrial-fibrillation")
    loops = pandas.read_parquet(folder_of(tmp_path) / "pv-loops.parquet")
    sizes = loops.groupby("loop").size()
    assert sizes["on CP, at the end"] == pytest.approx(IRREGULAR_SECONDS / LOOP_INTERVAL, abs=2)
    assert sizes["without a pump, undisturbed"] < 500


def test_valve_diseases_are_put_on(impellab, tmp_path):
    both = (
        "--valve-disease",
        "aortic-stenosis:severe",
        "--valve-disease",
        "mitral-regurgitation:severe",
    )
    document = impellab("simulate", "--patient", "hfref", "--duration", "3", *both, "--json")
    metrics = document.document["metrics"]
    assert metrics["mitral_regurgitant_fraction"] > 0.3
    assert metrics["lv_peak_pressure"] > metrics["systolic"] + 10
    assert "severe aortic-stenosis" in Patient.load(folder_of(tmp_path) / "patient.toml").name


def test_the_slow_clock_shows_its_signals(impellab, tmp_path):
    assert "plasma-free hemoglobin" in impellab("simulate", *LEFT, "--slow").out
    document = json.loads((folder_of(tmp_path) / "metrics.json").read_text())
    assert set(document["metrics"]) == {*METRICS.names, *SLOW_SIGNALS}
    assert document["units"]["pfhb"] == SIGNALS["pfhb"].unit == "mg/dL"
    assert 0.0 < document["metrics"]["pfhb"] < 5.0
    assert document["metrics"]["sheath_artery_ratio"] > 0.5


def test_the_baroreflex_defends_the_pressure(impellab):
    bled = ("--patient", "healthy", "--scenario", "hemorrhage", "--duration", "70", "--json")
    off = impellab("simulate", *bled).document["metrics"]
    on = impellab("simulate", *bled, "--baroreflex").document["metrics"]
    assert on["map"] > off["map"] + 5
    assert on["heart_rate"] > off["heart_rate"] + 5
    assert on["sympathetic_activity"] > 1.1


def test_a_sheath_that_endangers_the_limb_is_told(impellab):
    (text,) = impellab("simulate", *LEFT, "--artery-diameter", "5", "--json").document["notes"]
    assert "the limb is at risk" in text
    assert impellab("simulate", *LEFT, "--artery-diameter", "8", "--json").document["notes"] == []


def test_the_boost_that_is_used_up_is_told(impellab, tmp_path):
    text = (DATA / "devices" / "2.5.toml").read_text(encoding="utf-8")
    assert text.count("value = 300.0\n") == 1  # of the boost
    (tmp_path / "brief.toml").write_text(text.replace("value = 300.0", "value = 10.0"))
    on = ("--patient", "shock-c", "--device", "brief.toml", "--level", "P-9", "--json")
    assert impellab("simulate", *on, "--duration", "8").document["notes"] == []
    (text,) = impellab("simulate", *on, "--duration", "13").document["notes"]
    assert "P-9 is for at most 10 s" in text


def test_use_beyond_the_label_is_told(impellab, monkeypatch):
    monkeypatch.setattr("plants.console.label_limits.label_limit", lambda pump, indication: 1e-4)
    (text,) = impellab("simulate", *LEFT, "--json").document["notes"]
    assert "beyond the label" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--patient", "shock-d", "--device", "RP", "--level", "P-6"],
            ["device = 'RP'", "failure of the left ventricle", "PCWP 27.0", "0.63"],
        ),
        (
            [
                "--patient",
                "shock-d",
                "--device",
                "5.0",
                "--level",
                "P-6",
                "--access",
                "femoral cut-down",
                "--artery-diameter",
                "5",
            ],
            ["artery_diameter", "5.6 mm of the femoral artery", "5.0"],
        ),
        (
            [
                "--patient",
                "shock-d",
                "--device",
                "CP",
                "--level",
                "P-6",
                "--access",
                "direct aortic",
            ],
            ["direct aortic", "femoral percutaneous"],
        ),
        (
            ["--patient", "shock-d", "--device", "CP", "--level", "P-6", "--right-level", "P-6"],
            ["--right-level", "CP+RP"],
        ),
        (
            ["--patient", "shock-d", "--device", "CP+RP", "--level", "P-6", "--right-level", "P-1"],
            ["P-1", "P-2"],
        ),
        (["--patient", "shock-d", "--device", "CP+5.5", "--level", "P-6"], ["left pump", "CP"]),
        (["--patient", "rv-failure", "--device", "RP"], ["level", "P-2", "P-9"]),
        (
            ["--patient", "rv-failure", "--device", "RP", "--controller", "nmpc"],
            ["RP", "left ventricle", "nmpc"],
        ),
        (
            ["--patient", "rv-failure", "--device", "RP", "--controller", "pi"],
            ["RP", "left ventricle"],
        ),
        (
            ["--patient", "rv-failure", "--device", "RP", "--controller", "lqg"],
            ["RP", "left ventricle", "lqg"],
        ),
        (["--patient", "shock-d", "--rhythm", "jazz"], ["jazz", "bigeminy"]),
        (["--patient", "shock-d", "--valve-disease", "gout:mild"], ["gout", "aortic-stenosis"]),
        (["--patient", "shock-d", "--valve-disease", "aortic-stenosis:bad"], ["bad", "severe"]),
    ],
)
def test_bad_input_is_told_in_one_line(impellab, tmp_path, arguments, words):
    for options in ([], ["--json"]):
        result = impellab("simulate", *arguments, *options)
        assert result.code == 2
        for word in words:
            assert word in result.error
    assert list(tmp_path.iterdir()) == []


def test_a_patient_bled_empty_is_an_outcome(impellab, tmp_path):
    path = bleeding(tmp_path, -4000.0, 25.0)
    result = impellab("simulate", *LEFT, "--duration", "120", "--scenario", path, "--json")
    assert result.code == 1
    document = result.document
    assert document["outcome"].startswith("died: bled empty: ")
    assert "mL of 5000 mL of blood lost" in document["outcome"]
    assert any(document["outcome"] in line for line in result.errors)
    assert 5 < document["course"]["survived_seconds"] < 120
    # Nothing of what was until then is lost.
    folder = folder_of(tmp_path)
    for name in ("course.png", "pv-loops.png", "report.html", "metrics.json", "rollout.nc"):
        assert (folder / name).stat().st_size > 0
    with xarray.open_dataset(folder / "rollout.nc", engine="scipy") as rollout:
        assert rollout.attrs["outcome"] == "died"
        assert rollout.sizes["step_time"] == document["course"]["survived_seconds"]
        assert np.isfinite(rollout["aortic_pressure"]).all()
        assert float(rollout["blood_volume"][-1]) < 4000.0


def test_a_death_by_pressure_ends_the_course(impellab, tmp_path):
    path = bleeding(tmp_path, -4000.0, 400.0)
    printed = impellab("simulate", *LEFT, "--duration", "400", "--scenario", path)
    assert printed.code == 1
    assert "died: map below 30 mmHg" in " ".join(printed.out.split())
    document = json.loads((folder_of(tmp_path) / "metrics.json").read_text())
    assert document["outcome"] == "died: map below 30 mmHg for 10 s"
    assert document["metrics"]["map"] < 30.0
    assert document["course"]["survived_seconds"] < 400


def test_more_blood_than_there_is_is_refused(impellab, tmp_path):
    path = bleeding(tmp_path, -3000.0, 60.0, again=1)
    result = impellab("simulate", *LEFT, "--duration", "120", "--scenario", path)
    assert result.code == 2
    for word in ("bleeding.toml", "bleed-out", "-6000 mL", "5000 mL", "shock-c"):
        assert word in result.error
    assert not (tmp_path / "runs").exists()
