"""Other simulators of the circulation, each on an example of its own."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Callable
from unittest import mock

import numpy as np

#: What each model contains.
CONTENTS = {
    "circulation": (
        "Regazzoni 2020: 4 chambers of elastance, 4 valves, 2 arterial and 2 venous beds with "
        "inertance, 12 states; no pump; forward Euler, 1 ms"
    ),
    "ModularCirc": (
        "Naghavi: left atrium and ventricle, 2 valves, aorta, arteries, veins; no right heart, "
        "lungs or pump; BDF at 1e-6, sampled every 1 ms, then its algebraic variables"
    ),
}


def circulation(seconds: float) -> Callable[[], object]:
    """``Regazzoni2020`` of the package circulation (MIT).

    Raises
    ------
    ImportError
        It is not installed.
    """
    from circulation.regazzoni2020 import Regazzoni2020

    logging.getLogger("circulation").setLevel(logging.ERROR)
    logging.getLogger("circulation.base").setLevel(logging.ERROR)
    model = Regazzoni2020()
    return lambda: model.solve(T=seconds, dt=1e-3)


def modular_circ(beats: int) -> Callable[[], object]:
    """``NaghaviModel`` of the package ModularCirc (MIT), heart beats of 1 s.

    Raises
    ------
    ImportError
        It is not installed.
    """
    from ModularCirc.Models.NaghaviModel import NaghaviModel, NaghaviModelParameters
    from ModularCirc.Solver import Solver

    times = {
        "name": "speed", "ncycles": beats, "tcycle": 1000.0, "dt": 1.0, "export_min": beats
    }  # fmt: skip

    def run() -> object:
        # Version 0.3 was written for NumPy 1, which had this name too.
        old = mock.patch.object(np, "NaN", np.nan, create=True)
        with contextlib.redirect_stdout(io.StringIO()), old:
            model = NaghaviModel(times, parobj=NaghaviModelParameters(), suppress_printing=True)
            solver = Solver(model=model)
            solver.setup(suppress_output=True)
            solver.solve()
        return solver

    return run
