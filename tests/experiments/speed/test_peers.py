"""Other programs: translations that agree, and rows without what is missing."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, ClassVar

import casadi as ca
import numpy as np
import pytest

from experiments.speed import other_simulators as speed_peers, svzerod_comparison
from experiments.speed.case import case_start
from experiments.speed.peers import CIRCUIT_STATES, circuit_run, other_models, relative_difference
from experiments.speed.peers.translate import PYTHON, python_function
from plants.beat import USUAL_PARTS, plant_functions
from plants.compile import find_compiler
from plants.compile.expressions import OPERATIONS

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")
#: Of svZeroDSolver's own test results (result_closedLoopHeart_singleVessel.json, 999 steps a
#: cycle): step of the tenth cycle to flow into the aorta's vessel, mL/s, and pressure there, mmHg.
FLOWS = {118: 133.7174925597, 200: 75.3768593425, 300: 60.5641177373, 500: 35.6132307914}
PRESSURES = {100: 74.2913628653, 200: 86.726213658, 300: 89.2417473456, 500: 74.7056020912}


def _numpy() -> dict[str, object]:
    names = ("sqrt", "exp", "log", "tanh", "floor", "where", "fmin", "fmax")
    return {name: getattr(np, name) for name in names}


def test_every_operation_that_c_is_emitted_for_is_translated():
    assert set(OPERATIONS) - set(PYTHON) <= {ca.OP_SIGN}


@pytest.mark.parametrize("name", ["slope", "within_beat", "at_beat_end"])
def test_translated_functions_give_the_same(name):
    function = getattr(plant_functions(USUAL_PARTS), name)
    inputs = [f"i{k}" for k in range(function.n_in())]
    outputs = [f"o{k}" for k in range(function.n_out())]
    space = _numpy()
    exec(python_function(function, "f", inputs), space)
    exec(python_function(function, "g", inputs, into=outputs), space)
    rng = np.random.default_rng(1)
    start = case_start()
    arguments = [rng.uniform(1.0, 2.0, function.size1_in(k)) for k in range(function.n_in())]
    arguments[-1] = start.values
    if name == "slope":
        arguments[0] = start.state
    expected = function(*arguments)
    expected = [expected] if function.n_out() == 1 else expected
    returned = space["f"](*arguments)
    returned = [returned] if function.n_out() == 1 else returned
    stored = [np.empty(function.size1_out(k)) for k in range(function.n_out())]
    space["g"](*arguments, *stored)
    for by_casadi, row, array in zip(expected, returned, stored, strict=True):
        exact = np.asarray(by_casadi).ravel()
        np.testing.assert_allclose(np.array(row, dtype=float), exact, rtol=1e-11, atol=1e-11)
        np.testing.assert_allclose(array, exact, rtol=1e-11, atol=1e-11)


@needs_compiler
def test_the_re_expressed_circuit_gives_svzerodsolvers_results():
    steps = 999
    states = circuit_run(1, 10 * steps, steps, log=True)()
    last = states[9 * steps :]
    flow, pressure = (last[:, CIRCUIT_STATES.index[name]] for name in ("Q_ao", "P_ao"))
    # The other scheme is of lower order and steps over the opening of the valves.
    for step, value in FLOWS.items():
        assert flow[step] == pytest.approx(value, rel=1e-3)
    for step, value in PRESSURES.items():
        assert pressure[step] == pytest.approx(value, rel=1e-3)


@needs_compiler
def test_the_circuit_is_the_same_in_lanes_and_keeps_its_valves_shut():
    alone = circuit_run(1, 3000, 1017)()
    lanes = circuit_run(16, 3000, 1017, width=8)()
    np.testing.assert_allclose(lanes, np.repeat(alone, 16, axis=0), rtol=1e-12)
    courses = circuit_run(1, 3000, 1017, log=True)()
    for name in ("Q_RA", "Q_RV", "Q_LA", "Q_LV"):
        flow = courses[:, CIRCUIT_STATES.index[name]]
        assert np.any(flow == 0.0)
        assert flow.min() > -2.0  # what a step may bring back before the valve is found shut


class _Solver:
    """Stands in for svZeroDSolver's: gives back our own courses, off by a power of the step."""

    asked: ClassVar[list[dict[str, Any]]] = []

    def __init__(self, configuration):
        self.asked.append(configuration)

    def run(self):
        settings = self.asked[-1]["simulation_parameters"]
        steps = settings["number_of_time_pts_per_cardiac_cycle"] - 1
        cycles = settings["number_of_cardiac_cycles"]
        self._error = 0.1 * (1017 / steps) ** 4
        self._states = circuit_run(1, cycles * steps + 1, steps, log=True)()[-steps - 1 :]

    def get_single_result(self, name):
        state = name.removesuffix(":CLH")
        return (1 + self._error) * self._states[:, CIRCUIT_STATES.index[state]]


@needs_compiler
@pytest.mark.parametrize("name", ["svzerod", "pysvzerod"])
def test_svzerodsolver_is_asked_for_the_same_work(monkeypatch, name):
    module = ModuleType(name)
    module.Solver = _Solver
    monkeypatch.setitem(sys.modules, "svzerod", None)
    monkeypatch.setitem(sys.modules, name, module)
    _Solver.asked.clear()
    rows = svzerod_comparison.svzerod_rows(1, seconds=1.0, cycles=2, finer=2)
    settings = _Solver.asked[0]["simulation_parameters"]
    assert settings["number_of_time_pts_per_cardiac_cycle"] == 2 * 1017 + 1
    assert _Solver.asked[0]["initial_condition"]["V_LV:CLH"] == 96.07
    targets = ["ratio >= 50", "ratio >= 250", "<= 1e-05 relative", "", ""]
    assert [row.target for row in rows] == targets
    assert all(row.ratio is not None for row in rows if "apart" not in row.work)
    assert rows[2].ours == pytest.approx(0.1 / 16, rel=0.01)
    assert rows[2].met is False


@needs_compiler
def test_without_svzerodsolver_our_rate_stands_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "svzerod", None)
    monkeypatch.setitem(sys.modules, "pysvzerod", None)
    rows = svzerod_comparison.svzerod_rows(1, seconds=1.0)
    assert all(row.ours > 0 and row.ratio is None and row.met is None for row in rows)
    assert all("not installed" in row.note and "svzerod" in row.note for row in rows)


@needs_compiler
def test_svzerodsolver_gives_the_same_course():
    """Both with a sixteenth of a millisecond, after two of the example's cycles."""
    pytest.importorskip("svzerod")
    errors = svzerod_comparison._errors(cycles=2, finer=16)
    assert errors.same < 1e-5
    assert errors.ours[svzerod_comparison.STEPS_PER_CYCLE] < errors.theirs
    assert errors.coarsest() < svzerod_comparison.STEPS_PER_CYCLE


def test_courses_of_different_steps_are_compared_at_the_same_times():
    fine = np.linspace(1.0, 2.0, 9)[:, None]
    assert relative_difference(fine, fine[::4]) == 0.0
    assert relative_difference(fine[::4] + 0.1, fine) == pytest.approx(0.05)


@needs_compiler
def test_a_peer_that_fails_is_told_and_the_others_go_on(monkeypatch):
    def broken(_):
        def run():
            raise AttributeError("np.NaN was removed")

        return run

    def absent(_):
        raise ImportError("No module named 'circulation'")

    monkeypatch.setattr(speed_peers, "modular_circ_run", broken)
    monkeypatch.setattr(speed_peers, "circulation_run", absent)
    first, second = speed_peers._other_rows(1, 0.1)
    assert "not installed" in first.note
    assert "fails here: AttributeError: np.NaN" in second.note


def test_numbers_may_come_as_arrays_of_one():
    assert other_models._fromiter([np.array([1.5]), 2.0], np.float64).tolist() == [1.5, 2.0]
    assert other_models._fromiter(iter([1, 2]), np.int64, count=2).tolist() == [1, 2]
