"""impellab simulate: what it prints, what it leaves, and what it refuses."""

import contextlib
import io
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas
import pytest
import xarray

from experiments.cli import run_command
from experiments.trials import Trial, job as simulation, run_safely
from experiments.trials.loops import LOOP_INTERVAL
from plants import METRICS, SIGNALS, Patient, PhysicsError, Plant, Pump, steady_state
from plants.quantities import DATA, HIGHEST_SEED

SHORT = ("--patient", "shock-d", "--duration", "2")
FILES = {
    "config.json",
    "course.png",
    "metrics.csv",
    "metrics.json",
    "metrics.parquet",
    "patient.toml",
    "pv-loops.csv",
    "pv-loops.parquet",
    "pv-loops.png",
    "report.html",
    "rollout.nc",
    "steps.parquet",
    "waveforms.parquet",
}


@pytest.fixture(scope="module")
def supported(tmp_path_factory):
    """What a simulation answers; its figures are drawn."""
    runs, out = tmp_path_factory.mktemp("supported") / "runs", io.StringIO()
    arguments = ("--device", "CP", "--level", "P-8", "--json", "--runs", str(runs))
    with contextlib.redirect_stdout(out):
        assert run_command(["simulate", *SHORT, *arguments]) == 0
    return json.loads(out.getvalue())


def test_the_document_keeps_the_contract(supported):
    assert set(supported["metrics"]) == set(METRICS.names)
    assert supported["units"] == {name: SIGNALS[name].unit for name in METRICS.names}
    truth = steady_state(Plant("shock-d", "CP"), Pump.load("CP").speed("P-8")).metrics
    for name in ("map", "cardiac_output", "pcwp", "pump_flow"):
        assert supported["metrics"][name] == pytest.approx(truth[name], rel=1e-3)
    assert supported["beyond_life"] == supported["notes"] == []


def test_the_run_folder_is_complete(supported):
    folder = Path(supported["run"])
    assert list(folder.parent.iterdir()) == [folder]
    assert {path.name for path in folder.iterdir()} == FILES
    config = json.loads((folder / "config.json").read_text())
    assert config["options"]["level"] == "P-8"
    assert config["options"]["tier"] == "icu"
    assert config["seeds"] == {"seed": 0}
    with xarray.open_dataset(folder / "rollout.nc", engine="scipy") as rollout:
        assert rollout["aortic_pressure"].attrs["units"] == "mmHg"
        assert rollout.attrs["patient"] == "shock-d"
    loops = pandas.read_parquet(folder / "pv-loops.parquet")
    assert loops["loop"].nunique() == 2
    assert Patient.load(folder / "patient.toml") == Patient.load("shock-d")
    page = (folder / "report.html").read_text()
    assert page.count("data:image/png;base64,") == 2


def test_each_loop_is_one_closed_beat(supported):
    loops = Path(supported["run"]) / "pv-loops.parquet"
    for _, loop in pandas.read_parquet(loops).groupby("loop"):
        for name in ("lv_volume", "rv_volume"):
            volume = loop[name].to_numpy()
            assert abs(volume[-1] - volume[0]) < 0.05 * np.ptp(volume)
        assert len(loop) == pytest.approx(
            60 / Patient.load("shock-d")["heart_rate"] / LOOP_INTERVAL, abs=2
        )


def test_readable_output_has_units(impellab):
    result = impellab("simulate", *SHORT, "--device", "CP", "--level", "P-8")
    assert result.code == 0
    assert "mmHg" in result.out
    assert "mean arterial pressure" in result.out
    assert "runs/" in result.out


def test_without_a_pump(impellab):
    document = impellab("simulate", *SHORT, "--json").document
    assert document["metrics"]["pump_flow"] == 0.0
    assert document["metrics"]["map"] == pytest.approx(57.0, rel=0.01)
    assert "pump flow" not in impellab("simulate", *SHORT).out


def test_the_same_seed_gives_the_same_run(impellab):
    arguments = (*SHORT, "--device", "CP", "--level", "P-6", "--spread", "0.1", "--json")
    first, again, other = (
        impellab("simulate", *arguments, "--seed", seed).document["metrics"] for seed in (3, 3, 4)
    )
    assert first == again
    assert first["map"] != other["map"]


def test_a_users_own_files(impellab, tmp_path, user_controller):
    for kind, name in (("patients", "shock-c"), ("devices", "CP"), ("scenarios", "hemorrhage")):
        text = (DATA / kind / f"{name}.toml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    result = impellab(
        "simulate",
        "--patient",
        "shock-c.toml",
        "--device",
        "CP.toml",
        "--scenario",
        "hemorrhage.toml",
        "--controller",
        user_controller,
        "--duration",
        "3",
        "--json",
    )
    # What the controller prints is on standard error.
    assert "act" in result.errors
    assert result.document["course"]["effort"] == pytest.approx(0.3)


def test_a_course_with_which_nobody_lives_says_so_wherever_it_is_told(impellab, tmp_path):
    profile = Patient.load("rv-failure")
    volume = 2.2 * profile["blood_volume"]
    patient = profile.replace("overloaded", source="test", tag="X", blood_volume=volume)
    (tmp_path / "overloaded.toml").write_text(patient.to_toml(), encoding="utf-8")
    result = impellab("simulate", "--patient", "overloaded.toml", "--duration", "2", "--json")
    assert result.code == 0  # a label, and no failure
    told = {each["signal"]: each for each in result.document["beyond_life"]}
    assert told.keys() == {"cvp", "pcwp", "lvedp"}
    assert told["cvp"]["value"] == pytest.approx(result.document["metrics"]["cvp"], rel=0.01)
    assert told["cvp"]["value"] > told["cvp"]["limit"]
    assert any("no patient lives with" in line for line in result.errors)
    (folder,) = (tmp_path / "runs").iterdir()
    kept = json.loads((folder / "metrics.json").read_text())
    assert kept["beyond_life"] == result.document["beyond_life"]
    assert "no patient lives with" in (folder / "report.html").read_text()
    with xarray.open_dataset(folder / "rollout.nc", engine="scipy") as rollout:
        text = rollout.attrs["beyond_life"]
    assert text.startswith("cvp ")
    row = run_safely(Trial("overloaded.toml", "none", duration=2.0)).row()
    assert (row["outcome"], row["beyond_life"]) == ("completed", text)
    assert run_safely(Trial("healthy", "none", duration=2.0)).row()["beyond_life"] == ""


def test_a_broken_file_is_named(impellab, tmp_path):
    text = (DATA / "patients" / "shock-d.toml").read_text(encoding="utf-8")
    head, key, tail = text.partition("[parameters.heart_rate]\nvalue = ")
    assert key
    broken = head + key + "9" + tail
    (tmp_path / "mine.toml").write_text(broken, encoding="utf-8")
    result = impellab("simulate", "--patient", "mine.toml")
    assert result.code == 2
    for word in ("mine.toml", "heart_rate", "allowed"):
        assert word in result.error


@pytest.mark.parametrize(
    "spec", ["mine.py:Broken", "mine.py:Exits", "mine.py:Missing", "mine.py", "none.py:X"]
)
def test_a_controller_that_does_not_work(impellab, tmp_path, user_controller, spec):
    arguments = (*SHORT, "--device", "CP", "--controller", spec, "--json")
    result = impellab("simulate", *arguments)
    assert result.code == 2
    assert result.out == ""
    assert "controller" in result.errors[-1]
    assert not (tmp_path / "runs").exists()


def test_commands_that_are_no_speed_are_told(impellab, user_controller):
    spec = user_controller.replace("Mine", "NotANumber")
    result = impellab("simulate", *SHORT, "--device", "CP", "--controller", spec, "--json")
    assert result.code == 0
    (text,) = result.document["notes"]
    assert "no finite speed" in text
    assert any(text in line for line in result.errors)


def test_a_scenario_that_never_sets_in_is_told(impellab):
    where = ("--device", "CP", "--level", "P-8", "--scenario", "hemorrhage", "--json")
    assert "never set in" in impellab("simulate", *SHORT, *where).document["notes"][0]


def test_the_highest_seed_can_be_written_and_no_higher(impellab):
    where = ("--device", "CP", "--level", "P-8", "--json", "--seed")
    assert impellab("simulate", *SHORT, *where, str(HIGHEST_SEED)).code == 0
    result = impellab("simulate", *SHORT, *where, str(HIGHEST_SEED + 1))
    assert result.code == 2
    assert f"--seed = {HIGHEST_SEED + 1}" in result.error


def test_a_simulation_that_cannot_go_on(impellab, tmp_path, monkeypatch):
    def ended(trial, **options):
        raise PhysicsError("patient shock-d: no periodic beat")

    monkeypatch.setattr(simulation, "run_trial", ended)
    result = impellab("simulate", *SHORT, "--json")
    assert result.code == 1
    assert "no periodic beat" in result.error
    assert not (tmp_path / "runs").exists()


def test_a_failure_in_the_middle_leaves_nothing(impellab, tmp_path, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(simulation, "save_rollout", full)
    result = impellab("simulate", *SHORT, "--json")
    assert result.code == 2
    assert "No space left on device" in result.error
    assert f"{tmp_path.name}/runs/" in result.error  # where it is full
    assert list(tmp_path.iterdir()) == []


def test_a_report_or_figure_that_fails_does_not_lose_the_run(impellab, tmp_path, monkeypatch):
    def fails(*arguments, **options):
        raise ZeroDivisionError("a scale of nothing")

    for name in ("write_report", "time_course"):
        monkeypatch.setattr(simulation, name, fails)
    result = impellab("simulate", *SHORT, "--json")
    assert result.code == 0
    assert len(result.errors) == 2
    assert all("could not be made (ZeroDivisionError: a scale" in text for text in result.errors)
    (run,) = (tmp_path / "runs").iterdir()
    left = {path.name for path in run.iterdir()}
    assert {"rollout.nc", "metrics.csv", "config.json", "pv-loops.png"} <= left
    assert not {"course.png", "report.html"} & left


def test_an_unwritable_folder(impellab, tmp_path):
    (tmp_path / "file").write_text("")
    result = impellab("simulate", *SHORT, "--runs", "file/runs")
    assert result.code == 2
    assert "file/runs" in result.error


def test_a_run_times_the_simulation_and_its_report_keeps_quotes(tmp_path, monkeypatch):
    real = simulation.run_trial

    def slow(*arguments, **options):
        time.sleep(0.5)
        return real(*arguments, **options)

    monkeypatch.setattr(simulation, "run_trial", slow)
    monkeypatch.setattr("sys.argv", ["impellab", "simulate", "--patient", "my patient.toml"])
    began = datetime.now(UTC)
    result = simulation.simulation(Trial(device="none", duration=2.0), runs=tmp_path)
    config = json.loads((result.folder / "config.json").read_text())
    assert config["wall_seconds"] >= 0.5
    assert datetime.fromisoformat(config["started"]) - began < timedelta(seconds=0.5)
    assert "impellab simulate --patient &#39;my patient.toml&#39;" in (
        result.folder / "report.html"
    ).read_text(encoding="utf-8")


def test_a_controller_without_solves_has_no_rows_of_them(tmp_path):
    result = simulation.simulation(
        Trial(controller="pi", duration=2.0), runs=tmp_path, controlled=True
    )
    assert result.course["solves"] == 0.0
    assert not [row for row in result.course_rows() if str(row[0]).startswith("solve")]
