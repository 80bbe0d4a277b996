"""How observations were scaled in somebody else's training, from a wrapper or its file."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from controllers.policy import Normalisation
from plants import InputError

# No clipping: a number beyond anything that is observed, and within single precision.
_UNCLIPPED = 1e30
# What numbers are rebuilt with; everything else in a file becomes an inert record.
_REBUILDERS = {
    *(("numpy", name) for name in ("ndarray", "dtype", "float64", "float32")),
    *((f"numpy.{core}.multiarray", "_reconstruct") for core in ("core", "_core")),
    *((f"numpy.{core}.multiarray", "scalar") for core in ("core", "_core")),
    *((f"numpy.{core}.numeric", "_frombuffer") for core in ("core", "_core")),
}


def normalisation_of(given: Any, n: int) -> Normalisation:
    """The scaling of `n` observed signals.

    Parameters
    ----------
    given : Normalisation, wrapper, path or None
        A ``VecNormalize`` of stable-baselines3 or its file, a ``NormalizeObservation`` of
        Gymnasium; None for none.
    n : int
        Number of signals.

    Raises
    ------
    InputError
        It is nothing of that, or of another number of signals.
    """
    if isinstance(given, Normalisation):
        made = given
    elif given is None:
        made = Normalisation((0.0,) * n, (1.0,) * n, 0.0, _UNCLIPPED)
    else:
        made = _read(given, n)
    if len(made.mean) != n:
        raise InputError("normalisation", f"({len(made.mean)} numbers)", f"one for each of {n}")
    return made


def _read(given: Any, n: int) -> Normalisation:
    is_path = isinstance(given, str | os.PathLike)
    try:
        wrapper = _unpickled(Path(given)) if is_path else given
        if not getattr(wrapper, "norm_obs", True):
            return normalisation_of(None, n)
        moments = wrapper.obs_rms
        return Normalisation(
            tuple(np.asarray(moments.mean, dtype=float).tolist()),
            tuple(np.asarray(moments.var, dtype=float).tolist()),
            float(wrapper.epsilon),
            float(getattr(wrapper, "clip_obs", _UNCLIPPED)),
        )
    except (OSError, AttributeError, TypeError, ValueError, EOFError, pickle.PickleError) as error:
        what = str(given) if is_path else type(given).__name__
        why = f"{type(error).__name__}: {error}"
        allowed = f"a VecNormalize or its file, or a NormalizeObservation ({why})"
        raise InputError("normalisation", what, allowed) from None


class _Record:
    """Stands for any object of a file: holds what it held, and does nothing."""

    def __new__(cls, *args: Any, **fields: Any) -> _Record:
        return super().__new__(cls)

    def __init__(self, *args: Any, **fields: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            vars(self).update(state)


class _NumbersOnly(pickle.Unpickler):
    """Reads the file of a ``VecNormalize`` without running anything that it names."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _REBUILDERS:
            return super().find_class(module, name)
        return _Record


def _unpickled(path: Path) -> Any:
    with path.open("rb") as stream:
        return _NumbersOnly(stream).load()
