"""Run folders of every kind, read back."""

import json

import numpy as np
import pandas
import pytest

import impellab as face
from experiments.runs import load_run, run_study
from experiments.runs.work_folder import WorkFolder
from experiments.trials import Trial, simulation
from plants import InputError

from .conftest import SquareSettings


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    trial = Trial("shock-d", "CP", level="P-6", duration=4.0, seed=3)
    return simulation(trial, runs=tmp_path_factory.mktemp("runs"))


def test_a_simulation_has_its_waveforms_and_steps_as_tables_too(simulated):
    run = load_run(simulated.folder)
    assert (run.command, run.settings["level"], run.metadata["seeds"]) == (
        "simulate",
        "P-6",
        {"seed": 3},
    )
    waves, steps = run.tables["waveforms"], run.tables["steps"]
    assert (len(waves), len(steps)) == (400, 4)
    for table, along in ((waves, "time"), (steps, "step_time")):
        assert table.columns[0] == along
        held = [name for name in run.rollout.data_vars if run.rollout[name].dims == (along,)]
        assert set(table.columns) == {along, *held}
        for name in held:
            np.testing.assert_array_equal(table[name], run.rollout[name])
            assert table.attrs["units"][name] == run.rollout[name].attrs["units"]
    assert run.documents["metrics"]["metrics"]["map"] == pytest.approx(steps["map"].mean(), rel=0.1)
    assert face.load_run is load_run
    assert "waveforms='400 rows'" in repr(run)


def test_a_study_has_its_tables_and_settings(squares, tmp_path):
    made = run_study(squares, SquareSettings(count=3, factor=2.0), runs=tmp_path, workers=1)
    run = load_run(made.folder)
    assert run.command == "square"
    assert run.settings["factor"] == 2.0
    assert run.metadata["study"] == "squares"
    pandas.testing.assert_frame_equal(run.tables["squares"], made.findings.rows)
    assert run.rollout is None


def test_a_training_has_its_settings_and_evaluation(tmp_path):
    (tmp_path / "policy").mkdir()
    (tmp_path / "training.json").write_text(json.dumps({"algorithm": "sac", "steps": 7}))
    (tmp_path / "policy" / "config.json").write_text(json.dumps({"metrics": {"episodes": 3}}))
    run = load_run(tmp_path)
    assert (run.command, run.settings) == ("train", {"algorithm": "sac", "steps": 7})
    assert run.tables["evaluation"].to_dict("records") == [{"metric": "episodes", "value": 3}]
    recorded = {"command": "train", "options": {"steps": 9}, "seeds": {"seed": 1}}
    (tmp_path / "config.json").write_text(json.dumps(recorded))
    run = load_run(str(tmp_path))
    assert (run.settings, run.metadata) == ({"steps": 9}, {"seeds": {"seed": 1}})
    assert run.documents["training"]["steps"] == 7


def test_what_is_no_complete_run_is_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "not there"):
        with pytest.raises(InputError, match=r"a run folder, which holds config\.json"):
            load_run(folder)
    work = WorkFolder.create("square", tmp_path, {}, seeds={})
    with pytest.raises(InputError, match="goes on with --resume"):
        load_run(work.path)
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(InputError, match="holds the options"):
        load_run(tmp_path)
    (tmp_path / "config.json").write_text('{"options": {}}')
    (tmp_path / "rows.parquet").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"rows\.parquet.* a file that can be read"):
        load_run(tmp_path)
