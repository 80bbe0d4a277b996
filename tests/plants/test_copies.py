"""Whatever stands in mid-course can be copied and sent to another process, and goes on equally."""

import copy
import multiprocessing
import operator
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from plants import (
    BatchSimulator,
    Bedside,
    MultirateRun,
    Plant,
    Pump,
    Rhythm,
    Scenario,
    Sensors,
    Simulator,
    SlowClock,
    weaning_patient,
)


def pickled(thing):
    return pickle.loads(pickle.dumps(thing))


def simulator(**arguments):
    made = Simulator(Plant("shock-d", "CP"), Scenario.load("hemorrhage"), **arguments)
    made.reset(speed=44_000)
    return made


def with_slow_clock():
    rhythm = Rhythm.make("atrial-fibrillation", seed=1)
    return simulator(slow=SlowClock("shock-d"), rhythm=rhythm)


def batch(**arguments):
    plants = [
        Plant("shock-d", "CP"),
        Plant("shock-e", "5.5"),
        Plant("biventricular-shock", "CP+RP"),
    ]
    made = BatchSimulator(plants, Scenario.load("hemorrhage"), **arguments)
    made.reset(speeds=30_000)
    return made


def go_on(thing):
    """Let time pass; everything that can be seen of it afterwards."""
    if isinstance(thing, MultirateRun):
        thing.advance(2.0, 40_000)
        return thing.metrics()
    if isinstance(thing, Bedside):
        thing.advance(2.0, "P-6")
        return thing.truth() | dict(thing.measure(labs=True).items())
    thing.advance(28_000, 1.5)
    return {name: np.asarray(value).tolist() for name, value in thing.metrics().items()}


def multirate():
    return MultirateRun(Plant("shock-d", "CP"))


def bedside():
    patient, case = weaning_patient(3)
    return Bedside(
        patient, Pump.load("CP"), events=case.events, fixed_doses=case.fixed_doses, seed=3
    )


MAKERS = {
    "simulator": simulator,
    "virtual machine": lambda: simulator(backend="virtual-machine"),
    "slow clock and rhythm": with_slow_clock,
    "batch": batch,
    "threads": lambda: batch(threads=2),
    "multirate": multirate,
    "bedside": bedside,
}


@pytest.mark.parametrize("way", [copy.deepcopy, pickled])
@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_a_copy_goes_on_as_the_first_would_and_leaves_it_alone(maker, way):
    first = maker()
    begin = go_on(first)
    other = way(first)
    after = go_on(other)
    assert after != begin
    assert go_on(first) == after


def test_noise_of_sensors_goes_on_equally():
    sensors = Sensors("icu", seed=4)
    truth = simulator().metrics()
    sensors.measure(0.0, truth)
    other = copy.deepcopy(sensors)
    values, expected = (list(dict(s.measure(1.0, truth)).values()) for s in (other, sensors))
    np.testing.assert_array_equal(values, expected)


def test_scenarios_of_a_pickled_batch_are_not_mistaken_for_one_another():
    """What is remembered of a scenario goes by its address, which means nothing elsewhere."""
    first = batch()
    go_on(first)
    assert pickled(first)._lanes._disturbances._known == {}


def test_a_new_process_goes_on_equally():
    things = [simulator(), with_slow_clock(), batch(threads=2)]
    # What runs there must be importable there, which the tests need not be.
    advance = operator.methodcaller("advance", 28_000, 1.5, log_interval=0.1)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        back = [pool.submit(copy.deepcopy, thing).result() for thing in things]
        waves = pool.submit(advance, things[0]).result()
    np.testing.assert_array_equal(waves, advance(copy.deepcopy(things[0])))
    assert [go_on(thing) for thing in back] == [go_on(thing) for thing in things]
