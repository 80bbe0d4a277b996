"""Other simulators of the circulation, each on an example of its own."""

from __future__ import annotations

import contextlib
import io
import logging
import tempfile
from collections.abc import Callable, Iterable
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

#: What each model contains.
MODEL_CONTENTS = {
    "circulation": (
        "Regazzoni 2020: 4 chambers of elastance, 4 valves, 2 arterial and 2 venous beds with "
        "inertance, 12 states; no pump; forward Euler, 1 ms"
    ),
    "ModularCirc": (
        "Naghavi: left atrium and ventricle, 2 valves, aorta, arteries, veins; no right heart, "
        "lungs or pump; BDF at 1e-6, sampled every 1 ms, then its algebraic variables"
    ),
}


def circulation_run(seconds: float) -> Callable[[], object]:
    """``Regazzoni2020`` of the package circulation (MIT).

    Raises
    ------
    ImportError
        It is not installed.
    """
    from circulation.regazzoni2020 import Regazzoni2020

    logging.getLogger("circulation").setLevel(logging.ERROR)
    logging.getLogger("circulation.base").setLevel(logging.ERROR)
    # It writes a folder of results into the working folder, as soon as it is made and after.
    folder = tempfile.TemporaryDirectory()
    with contextlib.chdir(folder.name):
        model = Regazzoni2020()

    def run() -> object:
        with contextlib.chdir(folder.name):
            return model.solve(T=seconds, dt=1e-3)

    return run


def modular_circ_run(beats: int) -> Callable[[], object]:
    """``NaghaviModel`` of the package ModularCirc (MIT), heart beats of 1 s.

    Raises
    ------
    ImportError
        It is not installed.
    """
    from ModularCirc.Models.NaghaviModel import NaghaviModel, NaghaviModelParameters
    from ModularCirc.Solver import Solver

    times = {"name": "speed", "ncycles": beats, "tcycle": 1000.0, "dt": 1.0, "export_min": beats}

    def run() -> object:
        # Version 0.3 was written for NumPy 1, which had this name too, and which took an array of
        # one number for a number.
        old = mock.patch.multiple(np, NaN=np.nan, fromiter=_fromiter, create=True)
        with contextlib.redirect_stdout(io.StringIO()), old:
            model = NaghaviModel(times, parobj=NaghaviModelParameters(), suppress_printing=True)
            solver = Solver(model=model)
            solver.setup(suppress_output=True)
            solver.solve()
        return solver

    return run


_FROMITER = np.fromiter


def _fromiter(numbers: Iterable[Any], dtype: Any, **more: Any) -> NDArray[Any]:
    items = list(numbers)
    if np.dtype(dtype).kind == "f" and any(isinstance(item, np.ndarray) for item in items):
        items = [np.asarray(item).item() for item in items]
    return _FROMITER(items, dtype, **more)
