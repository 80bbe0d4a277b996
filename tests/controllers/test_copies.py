"""Every controller can be copied and pickled in mid-course, and goes on equally."""

import copy
import multiprocessing
import operator
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from controllers import (
    Briefing,
    PciController,
    RecoveryTracker,
    SuctionDetector,
    WeaningBriefing,
    WeaningController,
    controller_names,
    load_controller,
)
from plants import Measurement, Patient, Plant, Pump, Sensors, Simulator, Therapy

CP = Pump.load("CP")
WAYS = pytest.mark.parametrize(
    "way", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))], ids=["copy", "pickle"]
)


def speeds(controller, simulator, sensors, periods):
    commands = []
    for _ in range(periods):
        measurement = sensors.measure(simulator.time, simulator.metrics())
        commands.append(controller.act(measurement).speed)
        simulator.advance(commands[-1], 1.0)
    return commands


@WAYS
@pytest.mark.parametrize("name", [*controller_names(), "fixed:P-6"])
def test_a_loop_goes_on_equally(name, way):
    controller = load_controller(name)
    briefing = Briefing(Patient.load("shock-d"), CP, Therapy.default(), 1.0, "icu", 44_000.0)
    controller.reset(briefing)
    simulator, sensors = Simulator(Plant("shock-e", "CP")), Sensors("icu", seed=2)
    simulator.reset(speed=44_000)
    speeds(controller, simulator, sensors, 3)
    other = way((controller, simulator, sensors))
    assert speeds(*other, 3) == speeds(controller, simulator, sensors, 3)


def seen(hours, low=0.0):
    metrics = Simulator(Plant("shock-d", "CP"))
    metrics.reset(speed=44_000)
    truth = metrics.metrics()
    return Sensors("icu", seed=int(hours)).measure(0.0, truth | {"map": truth["map"] - low})


@WAYS
@pytest.mark.parametrize("tracker", [None, RecoveryTracker])
def test_a_weaning_controller_decides_equally(tracker, way):
    policy = "fast-protocol" if tracker is None else "model-based"
    controller = WeaningController(policy, tracker)
    doses = {"inotrope": 2.0, "vasopressor": 0.1}
    known = Patient.load("shock-d")
    controller.reset(WeaningBriefing(known, CP, Therapy.default(), drugs=doses))
    controller.decide(seen(0.0), 0.0, "P-8")
    other = way(controller)
    first = [controller.decide(seen(k), float(k), "P-8") for k in (1, 2)]
    assert [other.decide(seen(k), float(k), "P-8") for k in (1, 2)] == first


@WAYS
def test_support_of_an_intervention_goes_on_equally(way):
    controller = PciController()
    controller.reset(CP)
    well = {"map": 80.0, "pulse_pressure": 18.0}
    controller.decide(Measurement(0.0, "icu", well), 0.0)
    other = way(controller)
    for now in (60.0, 900.0, 1800.0):
        told = Measurement(now, "icu", well)
        assert other.decide(told, now, opened=True) == controller.decide(told, now, opened=True)


@WAYS
def test_a_detector_of_suction_goes_on_equally(way):
    detector = SuctionDetector("CP")
    time = np.arange(0.0, 2.0, 0.02)
    current, placement = 600.0 + 50.0 * np.sin(7.0 * time), 60.0 + 20.0 * np.sin(7.0 * time)
    detector.update(current, placement, 44_000.0, 0.02)
    other = way(detector)
    for each in (other, detector):
        each.update(current[:30] - 200.0, placement[:30], 44_000.0, 0.02)
    assert np.isfinite(detector.log_odds)
    assert other.log_odds == detector.log_odds


def test_a_users_controller_is_found_by_a_new_process(tmp_path, monkeypatch):
    path = tmp_path / "its own.py"
    path.write_text(
        "from controllers import FixedLevel\n"
        "class Mine(FixedLevel):\n"
        "    def doubled(self):\n"
        "        return 2 * self.gain\n"
    )
    monkeypatch.chdir(tmp_path)
    controller = load_controller("its own.py:Mine")
    controller.gain = 21
    monkeypatch.chdir(tmp_path.parent)
    doubled = operator.methodcaller("doubled")
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(doubled, controller).result() == doubled(controller) == 42
        back = pool.submit(copy.copy, controller).result()
    assert type(back) is type(controller)
