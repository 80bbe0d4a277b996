"""Files as wholes: errors that name them, folders checked before the work, and what a kill left."""

from __future__ import annotations

import csv
import errno
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas
import pytest

from experiments.runs import check_folder, files as module, replace_file, results, run_folder
from experiments.runs.files import csv_text, read_table
from experiments.runs.work_folder import WorkFolder
from plants import InputError

posix = pytest.mark.skipif(os.name != "posix", reason="locks and modes are POSIX's")

RUNNING = """
import sys, time
from pathlib import Path
from experiments.runs import run_folder
with run_folder("simulate", Path(sys.argv[1]), {"patient": sys.argv[2]}) as run:
    run.write_json("half.json", {})
    print("running", flush=True)
    sys.stdin.read()
"""


def running(runs: Path, patient: str) -> subprocess.Popen:
    """A run that goes on until its standard input ends."""
    child = subprocess.Popen(
        [sys.executable, "-c", RUNNING, str(runs), patient],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "running\n"
    return child


@posix
def test_what_a_killed_run_left_is_swept_and_what_is_at_work_or_not_ours_stays(tmp_path):
    alive, killed = running(tmp_path, "alive"), running(tmp_path, "killed")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    others = [tmp_path / name for name in (".mine-12345678", ".20260101-notes", "a-run")]
    for folder in others:
        folder.mkdir()
    assert len(list(tmp_path.glob(".*-simulate-*"))) == 2
    with run_folder("simulate", tmp_path, {"patient": "next"}) as run:
        pass
    (left,) = tmp_path.glob(".*-simulate-*")
    assert (left / "half.json").exists()
    alive.communicate("")
    assert alive.returncode == 0
    finished = [path for path in tmp_path.iterdir() if path not in (*others, run.final)]
    assert len(finished) == 1
    assert (finished[0] / "half.json").exists()
    assert all(folder.is_dir() for folder in others)


@posix
def test_files_that_a_killed_writer_left_in_results_are_swept_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    folder = tmp_path / "square"
    folder.mkdir()

    def killed(*arguments, **options):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        patched.setattr(Path, "unlink", killed)
        with pytest.raises(SystemExit):
            replace_file(folder / "rows.csv", "half")
    (left,) = folder.iterdir()
    others = [folder / name for name in (".gitkeep", ".my-settings", "a.csv-12345678", ".a.csv-1")]
    for path in others:
        path.touch()
    (folder / ".b.csv-12345678").mkdir()
    results.write_results("square", "# Page", {}, [], {"more.csv": "1"})
    assert not left.exists()
    kept = {*others, folder / ".b.csv-12345678", folder / "README.md", folder / "more.csv"}
    assert set(folder.iterdir()) == kept


@posix
def test_a_study_sweeps_too(tmp_path):
    killed = running(tmp_path, "killed")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    work = WorkFolder.create("square", tmp_path, {}, seeds={})
    assert list(tmp_path.iterdir()) == [work.path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to write to here")
def test_a_full_disk_names_the_file_and_leaves_the_old_one(tmp_path, monkeypatch):
    def full(dir, prefix):
        (Path(dir) / f"{prefix}x").touch()
        return os.open("/dev/full", os.O_WRONLY), str(Path(dir) / f"{prefix}x")

    path = tmp_path / "a.csv"
    path.write_text("old")
    monkeypatch.setattr(tempfile, "mkstemp", full)
    with pytest.raises(OSError, match="No space left") as caught:
        replace_file(path, "new" * 10_000)
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == str(path)
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]
    assert path.read_text() == "old"


def test_a_full_disk_is_told_before_the_work(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with (
        pytest.raises(InputError, match=r"runs = .*No space left"),
        run_folder("simulate", tmp_path / "a" / "runs", {}),
    ):
        pytest.fail("the work began")
    with pytest.raises(InputError, match=r"runs = .*No space left"):
        WorkFolder.create("square", tmp_path / "a" / "runs", {}, seeds={})
    with pytest.raises(InputError, match=r"write = .*No space left"):
        check_folder(tmp_path / "b", "write")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_tried_and_nothing_is_left(tmp_path):
    check_folder(tmp_path / "a" / "b", "write")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match=r"write = .*can be written to"):
            check_folder(folder, "write")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "text",
    ["=1+1.toml", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"],  # noqa: RUF001
)
def test_a_spreadsheet_calculates_nothing(text):
    written = csv_text(pandas.DataFrame({"name": [text], text: [1.0]}))
    head, (cell, number) = csv.reader(io.StringIO(written, newline=""))
    shown = "'" + text if text[0] != "\r" else r"\r=1"
    assert head == ["name", shown]
    assert cell == shown
    assert float(number) == 1.0


def test_numbers_and_plain_text_stay_as_they_are():
    table = pandas.DataFrame(
        {"a": ["-2.5", "+1e3", "-", "P-8"], "b": [-1.5, 2, 3, 4], "c": [None, -1, "x", True]}
    )
    assert csv_text(table) == table.to_csv(index=False)


def test_text_that_no_encoding_has_is_written(tmp_path):
    replace_file(tmp_path / "a", "Пациент \udcff")
    assert (tmp_path / "a").read_text(encoding="utf-8") == "Пациент \\udcff"


def test_locks_hold_between_handles(tmp_path):
    handle = module.lock_folder(tmp_path)
    if handle is None:
        pytest.skip("no locks here")
    with pytest.raises(OSError, match=r"."):
        module.lock_folder(tmp_path)
    os.close(handle)
    os.close(module.lock_folder(tmp_path))


def test_a_table_is_read_as_it_was_written(tmp_path):
    """Also where text begins like a formula, or like what marks one."""
    texts = ["+8 or more", "'tis", "-2.5 or less", "-", "below 3"]
    table = pandas.DataFrame({"=name": texts, "map": [-1.0, 2.0, 3.0, 4.0, 5.0]})
    path = tmp_path / "table.csv"
    path.write_text(csv_text(table), encoding="utf-8")
    assert "'+8 or more" in path.read_text(encoding="utf-8")
    assert read_table(path).to_dict("list") == table.to_dict("list")
