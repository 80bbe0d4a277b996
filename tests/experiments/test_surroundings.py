"""The command line in surroundings that are not as usual: names, encodings, settings, folders."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.trials import Trial, job, simulation
from plants import InputError, Patient

#: A name that is a path, a formula of a spreadsheet and of Matplotlib, and steers a terminal.
HOSTILE = "=1+1 $\\x/../Пациент\x1b[31m"
SHORT = ["--duration", "2"]


def patient_file(folder: Path, name: str, file: str = "mine.toml", mark: bytes = b"") -> Path:
    """A patient of that name, in a file that may begin with a byte-order mark."""
    path, patient = folder / file, Patient.load("shock-d").replace(name)
    path.write_bytes(mark + patient.to_toml().encode())
    return path


def impellab_process(folder: Path, *arguments: str, **environment: str):
    """The command as a user starts it, in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "experiments.cli", *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
        cwd=folder,
        capture_output=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "cp1252", "MPLBACKEND": "module://nowhere"},
        {
            "LC_ALL": "C",
            "LANG": "C",
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
            "MPLBACKEND": "nonsense",
        },
    ],
    ids=["cp1252", "C"],
)
def test_a_hostile_name_in_hostile_surroundings_simulates(tmp_path, environment):
    path = patient_file(tmp_path, HOSTILE, file="=1+1.toml", mark=b"\xef\xbb\xbf")
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\naxes.facecolor: red\n")
    answer = impellab_process(tmp_path, "simulate", "--patient", path.name, *SHORT, **environment)
    assert answer.returncode == 0, answer.stderr
    text = (answer.stdout + answer.stderr).decode(environment.get("PYTHONIOENCODING", "ascii"))
    assert "\x1b" not in text
    assert r"\u041f\u0430\u0446" in text
    assert "could not be" not in text
    (run,) = (tmp_path / "runs").iterdir()
    assert {"pv-loops.png", "course.png", "report.html", "metrics.csv"} <= set(os.listdir(run))
    assert "Пациент" in (run / "report.html").read_text(encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {"=1+1.toml", "matplotlibrc", "runs"}


def test_a_run_that_cannot_be_written_is_refused_before_the_work(tmp_path, monkeypatch):
    def works(*arguments, **options):
        pytest.fail("the work began")

    monkeypatch.setattr(job, "run_trial", works)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"runs = .*can be written to"):
        simulation(Trial(level="P-8"), runs=tmp_path / "file")
