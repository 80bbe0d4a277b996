"""Trials in several processes and on a cluster."""

import pytest

from experiments.runs import RunError, run_each
from experiments.trials import Trial, run_safely
from plants import InputError


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


def test_workers_and_cluster_are_checked():
    with pytest.raises(InputError, match="workers"):
        list(run_each(run_safely, [Trial()], workers=0))
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="cluster"):
        list(run_each(run_safely, [Trial()], cluster="no://where"))


def test_a_cluster_gives_the_same_results(monkeypatch):
    distributed = pytest.importorskip("distributed")
    trials = [Trial(level="P-6", duration=3.0, spread=0.1, seed=seed) for seed in range(3)]
    here = {done.trial.key: done.course for done in run_each(run_safely, trials, workers=1)}
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        there = {
            done.trial.key: done.course
            for done in run_each(run_safely, trials, cluster=cluster.scheduler_address)
        }
    assert there == here
