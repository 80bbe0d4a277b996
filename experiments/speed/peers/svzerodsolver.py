"""svZeroDSolver itself on its example, where it is installed, and how far two results are apart."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.speed.peers.circuit import CIRCUIT_PARAMETERS, CIRCUIT_PERIOD, HEART, START

Array = NDArray[np.float64]


def configuration(cycles: int, steps_per_cycle: int) -> dict[str, Any]:
    """The example as svZeroDSolver reads it."""
    return {
        "simulation_parameters": {
            "number_of_cardiac_cycles": cycles,
            "number_of_time_pts_per_cardiac_cycle": steps_per_cycle + 1,
            "absolute_tolerance": 1e-8,
            "steady_initial": False,
            "output_all_cycles": False,
        },
        "boundary_conditions": [
            {
                "bc_name": "RCR_aorta",
                "bc_type": "ClosedLoopRCR",
                "bc_values": {
                    **{name: CIRCUIT_PARAMETERS[name] for name in ("Rp", "Rd", "C")},
                    "closed_loop_outlet": True,
                },
            }
        ],
        "vessels": [
            {
                "vessel_name": "branch0_seg0",
                "boundary_conditions": {"outlet": "RCR_aorta"},
                "vessel_id": 0,
                "vessel_length": 10.0,
                "zero_d_element_type": "BloodVessel",
                "zero_d_element_values": {
                    "R_poiseuille": CIRCUIT_PARAMETERS["R"],
                    "L": CIRCUIT_PARAMETERS["L"],
                },
            }
        ],
        "closed_loop_blocks": [
            {
                "outlet_blocks": ["branch0_seg0"],
                "closed_loop_type": "ClosedLoopHeartAndPulmonary",
                "cardiac_cycle_period": CIRCUIT_PERIOD,
                "parameters": dict(HEART),
            }
        ],
        "initial_condition": {f"{name}:CLH": value for name, value in START.items()},
    }


def svzerodsolver_run(cycles: int, steps_per_cycle: int) -> Callable[[], Any]:
    """svZeroDSolver on the example; gives its solver after the run.

    Raises
    ------
    ImportError
        It is not installed.
    """
    solver_class = _solver_class()

    def run() -> Any:
        solver = solver_class(configuration(cycles, steps_per_cycle))
        solver.run()
        return solver

    return run


def _solver_class() -> Any:
    # Distribution and module are called svzerod since version 3, and were called pysvzerod before.
    try:
        return importlib.import_module("svzerod").Solver
    except ImportError as error:
        try:
            return importlib.import_module("pysvzerod").Solver
        except ImportError:
            raise error from None


def last_cycle(solver: Any, names: Sequence[str]) -> Array:
    """What svZeroDSolver has found of states over the last cycle: a row for each of its steps."""
    rows = [np.asarray(solver.get_single_result(f"{name}:CLH")).ravel() for name in names]
    return np.column_stack(rows)


def relative_difference(course: Array, other: Array) -> float:
    """Largest difference of two courses relative to the largest value of each state.

    Where one has a multiple of the other's steps, those at the same times count.
    """
    fine, coarse = (course, other) if len(course) >= len(other) else (other, course)
    every = (len(fine) - 1) // (len(coarse) - 1)
    common = fine[::every][: len(coarse)]
    return float(np.max(np.abs(common - coarse) / np.max(np.abs(common), axis=0)))
