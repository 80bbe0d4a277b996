"""The same seed gives the same commands, however busy the machine, and nothing is compiled late."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

from controllers import NmpcController, NmpcSettings

from .. import conftest as shared
from ..conftest import closed_loop, earlier

briefing = partial(shared.briefing, pump="CP")

BUSY = "while True: sum(range(1000))"
#: A process of its own: here other tests may have built what is missing.
COMPILES = """
from functools import partial
import plants.compile.cache as cache, plants.compile.plant_kernel as kernels
import plants.compile.kernels as loops
from controllers import Briefing, NmpcController
from plants import Patient, Plant, Pump, Sensors, Therapy, steady_state

pump = Pump.load("CP")
start = pump.speed("P-6")
truth = steady_state(Plant("shock-d", pump), start).metrics
controller = NmpcController()
controller.reset(
    Briefing(Patient.load("shock-d"), pump, Therapy.default(), 1.0, "icu", start_speed=start)
)
sensors = Sensors("icu", seed=0)

def late(*arguments):
    raise AssertionError("compiled in a control period")

for module in (kernels, loops, cache):
    module.load_library = late
outcomes = [controller.act(sensors.measure(float(k), truth)).status.outcome for k in range(4)]
print([outcome.name for outcome in outcomes])
"""


@contextlib.contextmanager
def load(processes: int):
    """Busy processes beside this one."""
    running = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def course(**settings):
    controller = NmpcController(NmpcSettings(**settings))
    return closed_loop(
        controller,
        briefing(patient="healthy"),
        scenario=earlier("hemorrhage-severe", 17.0),
        duration=20.0,
    )


def test_a_busy_machine_changes_nothing():
    quiet = course()
    with load(3):
        busy = course()
    for name in ("speed_command", "map", "pump_flow_mean"):
        assert np.array_equal(quiet.rollout[name], busy.rollout[name])
    assert [(s.outcome, s.iterations) for s in quiet.statuses] == [
        (s.outcome, s.iterations) for s in busy.statuses
    ]
    assert len(set(quiet.rollout["speed_command"].to_numpy())) > 6  # it had something to do


def test_a_controller_that_has_run_before_gives_the_same():
    controller, known = NmpcController(), briefing(patient="shock-e")
    first, second = (
        closed_loop(controller, known, individual_seed=2, duration=8.0) for _ in range(2)
    )
    assert [c.speed for c in first.commands] == [c.speed for c in second.commands]


@pytest.mark.filterwarnings("ignore")
def test_what_has_to_be_compiled_is_compiled_at_the_reset(pytestconfig):
    answer = subprocess.run(
        [sys.executable, "-c", COMPILES],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert "FAILED" not in answer.stdout
