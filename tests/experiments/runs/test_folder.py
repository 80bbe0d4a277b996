"""Run folders: complete, or not there."""

import errno
import json
import os
import re
from pathlib import Path

import pandas
import pytest
from matplotlib.figure import Figure

import experiments
from experiments.runs import (
    DEBUG,
    PrintedTable,
    ReportFigure,
    folder as module,
    run_folder,
    run_name,
    write_report,
)
from plants import InputError


def test_a_run_has_its_configuration(tmp_path):
    with run_folder("simulate", tmp_path, {"patient": "shock-d"}, seeds={"seed": 3}) as run:
        assert run.path != run.final
        run.write_table("t", pandas.DataFrame({"a": [1.0]}))
    config = json.loads((run.final / "config.json").read_text())
    assert config["options"] == {"patient": "shock-d"}
    assert config["seeds"] == {"seed": 3}
    assert {"argv", "versions", "python", "platform", "git", "started"} <= set(config)
    assert config["versions"]["numpy"]
    assert [path.name for path in tmp_path.iterdir()] == [run.final.name]
    assert pandas.read_parquet(run.final / "t.parquet").equals(pandas.read_csv(run.final / "t.csv"))


def test_the_name_says_when_and_what(tmp_path):
    name = run_name("simulate", {"a": 1})
    assert name.split("-")[1] == "simulate"
    assert name[-8:] == run_name("simulate", {"a": 1})[-8:]
    assert name[-8:] != run_name("simulate", {"a": 2})[-8:]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_of_a_run_that_fails(tmp_path, error):
    runs = tmp_path / "a" / "runs"

    def fails():
        with run_folder("simulate", runs, {}) as run:
            (run.path / "half.csv").write_text("a,")
            raise error

    with pytest.raises(error):
        fails()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_when_the_disk_is_full(tmp_path, monkeypatch):
    def full(self, name, document):
        (self.path / name).write_text("{")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.RunFolder, "write_json", full)
    with (
        pytest.raises(OSError, match=f"No space.*{tmp_path.name}"),
        run_folder("simulate", tmp_path, {}),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_equal_runs_in_the_same_second_stay_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "run_name", lambda *_: "same")
    for _ in range(3):
        with run_folder("simulate", tmp_path, {}):
            pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["same", "same-2", "same-3"]


def test_a_folder_that_cannot_be_made_is_bad_input(tmp_path):
    (tmp_path / "file").write_text("")
    for runs in (tmp_path / "file", tmp_path / "file" / "runs"):
        with pytest.raises(InputError, match="runs"), run_folder("simulate", runs, {}):
            pass


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_others_may_read_a_run_as_the_mask_allows(tmp_path):
    with run_folder("simulate", tmp_path, {}) as run:
        (run.path / "private.txt").touch(0o600)
    mask = os.umask(0)
    os.umask(mask)
    assert run.final.stat().st_mode & 0o777 == 0o777 & ~mask
    assert (run.final / "private.txt").stat().st_mode & 0o777 == 0o666 & ~mask


def test_the_report_is_one_page_and_escapes_what_it_shows(tmp_path):
    with run_folder("simulate", tmp_path, {"patient": "<script>"}) as run:
        picture = run.path / "p.png"
        picture.write_bytes(b"not really a picture")
        table = PrintedTable("numbers", ["name", "map [mmHg]"], [["<b>", 57.03419]])
        write_report(run, "A run", tables=[table], figures=[ReportFigure("a caption", picture)])
    page = (run.final / "report.html").read_text()
    assert "data:image/png;base64," in page
    assert "57.03" in page
    assert "<script>" not in page
    assert "<b>" not in page
    assert 'src="http' not in page


@pytest.mark.parametrize("name", ["../escaped", "/etc/passwd", "a/b", "..", ".", "", "a\0b"])
def test_a_run_never_writes_outside_its_folder(tmp_path, name):
    with run_folder("simulate", tmp_path / "runs", {}) as run:
        for write in (run.write_text, run.write_json):
            with pytest.raises(ValueError, match="no name of a file"):
                write(name, "text")
        run.write_table(f"{name}/table", pandas.DataFrame({"a": [1.0]}))
        run.write_figure(f"{name}/figure", lambda: Figure())
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert [path.suffix for path in sorted(run.final.iterdir())].count(".png") == 1
    assert len(list(run.final.glob("*table*"))) == 2


def test_no_job_makes_paths_in_a_run_folder_by_itself():
    code = Path(experiments.__file__).parent.rglob("*.py")
    named = [path for path in code if re.search(r"\brun\.path\s*/", path.read_text("utf-8"))]
    assert named == []


def test_a_figure_and_a_report_that_fail_do_not_lose_the_run(tmp_path, monkeypatch, capsys):
    def fails() -> Figure:
        raise ZeroDivisionError("a scale of nothing")

    with run_folder("simulate", tmp_path, {}) as run:
        run.write_table("t", pandas.DataFrame({"a": [1.0]}))
        picture = run.write_figure("pv-loops", fails, "Loops.")
        with run.optional("the report"):
            write_report(run, "A run", figures=[picture])
        with run.optional("another page"):
            raise OSError(errno.ENOSPC, "No space left on device")
    assert picture.path is None
    told = capsys.readouterr().err
    assert "the figure pv-loops could not be made (ZeroDivisionError: a scale of nothing)" in told
    assert "another page could not be made" in told
    assert "a scale of nothing" in (run.final / "report.html").read_text()
    assert (run.final / "t.csv").exists()
    assert not list(run.final.glob("*.png"))


def test_a_defect_in_a_figure_is_shown_when_asked(tmp_path, monkeypatch):
    monkeypatch.setenv(DEBUG, "1")
    with pytest.raises(ZeroDivisionError), run_folder("simulate", tmp_path, {}) as run:
        run.write_figure("a", lambda: 1 / 0)
