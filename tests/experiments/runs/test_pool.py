"""Trials in several processes and on a cluster."""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import time
import warnings
from concurrent.futures import Future

import pandas
import pytest

from experiments.runs import Findings, RunError, pool, run_each, run_study
from experiments.runs.work_folder import SUFFIX
from experiments.trials import Trial, run_safely
from plants import InputError

from .conftest import SquareSettings


def test_a_worker_that_dies_is_told(monkeypatch, tmp_path):
    path = tmp_path / "exits.py"
    path.write_text(
        "import os, signal\n"
        "from controllers import FixedLevel\n"
        "class Exits(FixedLevel):\n"
        "    def act(self, measurement):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    trials = [Trial(controller=f"{path}:Exits", level="P-6", duration=2.0, seed=s) for s in (0, 1)]
    with pytest.raises(RunError, match="ended from outside"):
        list(run_each(run_safely, trials, workers=2))


def test_what_workers_are_warned_of_is_told_once(monkeypatch):
    monkeypatch.setattr(warnings, "showwarning", pool._hear)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        heard = [pool._Heard(warnings.warn)(text) for text in ("moved", "moved", "slow")]
    assert heard == [(None, ("moved",)), (None, ("moved",)), (None, ("slow",))]

    class Executor:  # of workers that have done all of it
        def submit(self, work, item):
            done = Future()
            done.set_result(heard[item])
            return done

    monkeypatch.setattr(pool, "_processes", lambda count: contextlib.nullcontext(Executor()))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert list(run_each(print, [0, 1, 2], workers=2)) == [None] * 3
    assert sorted(str(each.message) for each in told) == ["moved", "slow"]


def test_workers_and_cluster_are_checked():
    with pytest.raises(InputError, match="workers"):
        list(run_each(run_safely, [Trial()], workers=0))
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="cluster"):
        list(run_each(run_safely, [Trial()], cluster="no://where"))


@pytest.fixture(scope="module")
def local():
    """Address of a scheduler and a worker in this process."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


def test_a_cluster_gives_the_same_results(local):
    trials = [Trial(level="P-6", duration=3.0, spread=0.1, seed=seed) for seed in range(3)]
    here = {done.trial.key: done.course for done in run_each(run_safely, trials, workers=1)}
    there = {done.trial.key: done.course for done in run_each(run_safely, trials, cluster=local)}
    assert there == here


SLOW = "import time\ndef work(n):\n    time.sleep(0.2)\n    return n * n\n"


@pytest.fixture
def dask(tmp_path, monkeypatch):
    """A scheduler and a worker; their processes, the address, and slow work that the worker has."""
    pytest.importorskip("distributed")
    (tmp_path / "slow_work.py").write_text(SLOW)
    monkeypatch.syspath_prepend(tmp_path)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path[1:]])}
    file = tmp_path / "scheduler.json"

    def started(what, *arguments):
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard"]
        return subprocess.Popen(
            [*command, *arguments],
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    scheduler = started(
        "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)
    )
    limit = time.monotonic() + 60
    while not file.is_file() or not file.read_text():
        assert time.monotonic() < limit
        time.sleep(0.1)
    address = json.loads(file.read_text())["address"]
    worker = started("worker", address, "--no-nanny", "--nthreads", "1")
    from slow_work import work

    yield {"scheduler": scheduler, "worker": worker}, address, work
    for process in (scheduler, worker):
        process.kill()
        process.wait(timeout=30)
    sys.modules.pop("slow_work")


def test_a_cluster_without_a_worker_is_told_in_a_line(dask, monkeypatch, capfd):
    processes, address, work = dask
    results = run_each(work, range(1000), cluster=address)
    assert next(results) >= 0  # The worker may take its time to come.
    capfd.readouterr()
    monkeypatch.setattr(pool, "_LOOK_SECONDS", 0.5)
    monkeypatch.setattr(pool, "_WORKERLESS_SECONDS", 2.0)
    processes["worker"].kill()
    begun = time.monotonic()
    with pytest.raises(RunError, match="has had no worker for 2 s") as error:
        list(results)
    assert time.monotonic() - begun < 45
    assert address in str(error.value)
    assert "\n" not in str(error.value)
    waiting = [f"impellab: the cluster {address} has no worker; waiting for one"]
    assert capfd.readouterr().err.splitlines() == waiting


def test_what_a_lost_cluster_has_done_is_gone_on_with(dask, squares, tmp_path, capfd):
    processes, address, work = dask

    def findings(settings, results):
        return Findings({"squares": pandas.DataFrame({"square": list(results)})}, "Squares.")

    study = dataclasses.replace(
        squares,
        cases=lambda settings: range(settings.count),
        work=work,
        result=int,
        findings=findings,
    )

    def lose_scheduler(share):
        processes["scheduler"].kill()

    begun = time.monotonic()
    with pytest.raises(RunError, match="does not answer any more") as error:
        run_study(
            study,
            SquareSettings(count=20),
            runs=tmp_path / "runs",
            cluster=address,
            progress=lose_scheduler,
        )
    assert time.monotonic() - begun < 45
    assert address in str(error.value)
    assert "\n" not in str(error.value)
    (interrupted,) = (tmp_path / "runs").glob(f"*{SUFFIX}")
    (line,) = capfd.readouterr().err.splitlines()
    assert line == f"to go on: impellab square --resume {interrupted}"
    again = run_study(study, None, resume=interrupted, workers=1)
    assert again.findings.rows["square"].tolist() == [n * n for n in range(20)]


@pytest.mark.parametrize("address", ["no://where", "tcp://", "nowhere", "", "127.0.0.1:x"])
def test_an_address_that_is_none_is_refused_in_a_line(address, capfd):
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="cluster") as error:
        list(run_each(abs, [-1], cluster=address))
    assert "\n" not in str(error.value)
    assert capfd.readouterr().err == ""


def test_no_scheduler_at_the_address(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(pool, "_CONNECT_SECONDS", 0.5)
    with pytest.raises(InputError, match="that answers"):
        list(run_each(abs, [-1], cluster="127.0.0.1:1"))


def test_an_error_of_the_work_is_its_own(local):
    with pytest.raises(FileNotFoundError):
        list(run_each(open, ["/not/there"], cluster=local))
