"""The same course of the arterial pressure gets the same verdict in every loop."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

import envs
from experiments.trials import Trial, run_trial, score
from experiments.weaning.pci import PciTrial, course as pci
from plants import (
    METRICS,
    BatchSimulator,
    Death,
    Inflation,
    Intervention,
    Plant,
    Sensors,
    Simulator,
    Therapy,
    simulate,
)
from plants.simulation import run_course

PERIODS = (0.5, 0.7, 1.0, 2.5, 3.0, 4.0, 6.0, 7.0, 9.9, 10.0, 12.0, 20.0)
#: How long the pressure is low, s, from an onset that no period ends with.
ONSET, LASTING = 41.013, (3.1, 9.1, 10.4, 13.3, 14.2, 20.5, 27.7)
SECONDS = 100.0
DEATH = Death(signal="map", low=45.0, seconds=10.0)
THERAPY = Therapy.load("v0").model_copy(update={"death": DEATH})
WELL, LOW = 80.0, 40.0


@pytest.fixture(scope="module")
def truth():
    simulator = Simulator(Plant("shock-d", "CP"))
    simulator.reset(speed=44_000.0)
    return simulator.metrics()


@pytest.fixture
def course(monkeypatch, truth):
    """Plants whose pressure is low for a while and that do nothing else."""
    told = {"lasting": 0.0}

    def pressure(time):
        return LOW if ONSET <= time < ONSET + told["lasting"] else WELL

    def reset(self, state=None, *, speed=0.0):
        self.time = 0.0

    def advance(self, speed, seconds, **_):
        self.time += seconds
        return np.empty((0, 0))

    def matrix(self):
        rows = np.repeat([[truth[name]] for name in METRICS.names], self.size, axis=1)
        rows[METRICS.index["map"]] = pressure(self.clock)
        return rows

    def advance_batch(self, speeds, seconds, **_):
        self.clock += seconds

    def reset_lanes(self, lanes, **_):
        self.clock, self.size = 0.0, len(lanes)

    monkeypatch.setattr(Simulator, "reset", reset)
    monkeypatch.setattr(Simulator, "advance", advance)
    monkeypatch.setattr(Simulator, "metrics", lambda self: truth | {"map": pressure(self.time)})
    monkeypatch.setattr(BatchSimulator, "advance", advance_batch)
    monkeypatch.setattr(BatchSimulator, "metric_matrix", matrix)
    monkeypatch.setattr(BatchSimulator, "reset_lanes", reset_lanes)
    monkeypatch.setattr(
        BatchSimulator, "times", property(lambda self: np.full(self.size, self.clock))
    )
    monkeypatch.setattr(BatchSimulator, "failures", {})
    return told


def by_simulate(period):
    rollout = simulate(
        "shock-d",
        "CP",
        speed=44_000.0,
        therapy=THERAPY,
        duration=SECONDS,
        period=period,
        log_interval=None,
    )
    return rollout.attrs["outcome"] == "died"


def by_score(period, run):
    """The score of a course that the death of its own therapy did not end."""
    rollout = run_course(
        Simulator(Plant("shock-d", "CP")),
        lambda _: type("Held", (), {"speed": 44_000.0}),
        Sensors("icu", seed=0),
        duration=SECONDS,
        period=period,
        start_speed=44_000.0,
        log_interval=None,
    )
    trial = Trial(level="P-6", duration=SECONDS, period=period)
    known = vars(run) | {"trial": trial, "rollout": rollout, "therapy": THERAPY}
    return score(type(run)(**known))[1] == "died"


def by_environment(period):
    env = envs.SupportEnv(therapy=THERAPY, period=period)
    env.reset(seed=0)
    hold = np.zeros(1, np.float32)
    return any(env.step(hold)[2] for _ in steps(period, lambda: env._ended))


def by_batch(period):
    vector = envs.SupportVectorEnv(2, therapy=THERAPY, period=period)
    vector.reset(seed=0)
    hold = np.zeros((2, 1), np.float32)
    ended = [vector.step(hold)[2].tolist() for _ in steps(period, lambda: vector._over.any())]
    assert all(first == second for first, second in ended)
    return ended[-1] == [True, True]


def steps(period, over):
    """As many steps as fill the time, until an episode is over."""
    for _ in range(math.floor(SECONDS / period)):
        if over():
            return
        yield


def by_intervention(period, monkeypatch):
    monkeypatch.setattr(pci, "PERIOD", period)
    planned = Intervention(
        (Inflation(500.0, 60.0, 0.5),), opened=SECONDS - pci._AFTER, recovery=30.0
    )
    run = pci._Run(PciTrial("hfref", "CP", spread=0.0), planned, {}, None)
    run.therapy, run.label_hours = THERAPY, SECONDS / 3600.0
    rows = {name: [] for name in ("time", *pci.RECORDED_SIGNALS)}
    supported, _ = run._on_the_pump(Simulator(Plant("hfref", "CP")), rows)
    _, unsupported = run._unsupported()
    assert (supported == "died") == bool(unsupported)
    assert supported in ("died", "label")
    return supported == "died"


@pytest.fixture(scope="module")
def run():
    return run_trial(Trial(level="P-6", duration=2.0))


@pytest.mark.parametrize("period", PERIODS)
def test_every_loop_gives_the_same_verdict(period, course, run, monkeypatch):
    needed = math.ceil(Fraction(10) / Fraction(str(period)))
    verdicts = set()
    # Short periods are many steps, and all of them fill the time alike.
    for lasting in LASTING if period > 1.0 else LASTING[1:6:2]:
        course["lasting"] = lasting
        times = [k * period for k in range(math.floor(SECONDS / period))]
        expected = sum(ONSET <= time < ONSET + lasting for time in times) >= needed
        assert by_simulate(period) is expected
        assert by_score(period, run) is expected
        assert by_environment(period) is expected
        assert by_batch(period) is expected
        assert by_intervention(period, monkeypatch) is expected
        verdicts.add(expected)
    assert verdicts == {True, False}
