"""Where learning stands, as a checkpoint keeps it: numbers alone.

Nothing in the folder is a pickled object, and nothing of it is unpickled: to go on with somebody
else's training runs no code of theirs.
"""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from plants import InputError
from plants.quantities import read_json

_WEIGHTS, _STATE, _REPLAY = "model.zip", "state.json", "replay.npz"
_COUNTERS = ("num_timesteps", "_n_updates", "_episode_num", "_n_calls")
_TRANSITIONS = ("observations", "next_observations", "actions", "rewards", "dones", "timeouts")
# What a damaged or foreign file may raise on its way into the learner.
_DAMAGED = (
    *(OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, EOFError),
    *(pickle.UnpicklingError, zipfile.BadZipFile),
)


def save_learner(learner: Any, folder: Path) -> None:
    """Write weights, optimisers, statistics, counters and the replay buffer into a folder.

    Parameters
    ----------
    learner
        An algorithm of stable-baselines3 on a ``VecNormalize``.
    folder : Path
        Where to.
    """
    from stable_baselines3.common.save_util import save_to_zip_file

    # Of the entropy coefficient of SAC, where that is learned.
    entropy = getattr(learner, "log_ent_coef", None)
    variables = {} if entropy is None else {"log_ent_coef": entropy}
    save_to_zip_file(
        folder / _WEIGHTS, params=learner.get_parameters(), pytorch_variables=variables
    )
    state = {
        "counters": {name: int(getattr(learner, name)) for name in _counters(learner)},
        "statistics": {
            name: {part: np.asarray(value).tolist() for part, value in vars(moments).items()}
            for name, moments in _statistics(learner).items()
        },
    }
    (folder / _STATE).write_text(json.dumps(state), encoding="utf-8")
    if (buffer := getattr(learner, "replay_buffer", None)) is not None:
        filled = buffer.size()
        kept = {name: getattr(buffer, name)[:filled] for name in _TRANSITIONS}
        np.savez(folder / _REPLAY, position=buffer.pos, full=buffer.full, **kept)


def restore_learner(learner: Any, folder: Path) -> None:
    """Bring a new algorithm to where :func:`save_learner` left another of the same settings.

    Raises
    ------
    InputError
        A file is missing, does not fit, or holds anything but numbers.
    """
    try:
        _restore_weights(learner, folder / _WEIGHTS)
        state = read_json(folder / _STATE)
        for name in _counters(learner):
            setattr(learner, name, int(state["counters"][name]))
        for name, moments in _statistics(learner).items():
            for part, value in vars(moments).items():
                stored = np.asarray(state["statistics"][name][part], dtype=float)
                setattr(moments, part, _of_shape(stored, np.shape(value)))
        if getattr(learner, "replay_buffer", None) is not None:
            _restore_replay(learner.replay_buffer, folder / _REPLAY)
    except _DAMAGED as error:
        # Of what torch says, the first sentence: the others tell how to read it all the same.
        why = f"{type(error).__name__}: {str(error).partition('. ')[0]}"
        allowed = f"a checkpoint of numbers that fit the settings ({' '.join(why.split())})"
        raise InputError("resume", str(folder), allowed) from None


def _counters(learner: Any) -> list[str]:
    return [name for name in _COUNTERS if hasattr(learner, name)]


def _statistics(learner: Any) -> dict[str, Any]:
    """The running moments of observations and of returns."""
    normalised = learner.get_vec_normalize_env()
    return {"observations": normalised.obs_rms, "returns": normalised.ret_rms}


def _restore_weights(learner: Any, path: Path) -> None:
    from stable_baselines3.common.save_util import load_from_zip_file

    # What is unpickled there is the entry of data alone; torch reads the others as weights only.
    _, parameters, variables = load_from_zip_file(path, load_data=False, device="cpu")
    learner.set_parameters(parameters, device="cpu")
    for name, value in (variables or {}).items():
        getattr(learner, name).data = value.data


def _restore_replay(buffer: Any, path: Path) -> None:
    with np.load(path, allow_pickle=False) as stored:
        buffer.pos, buffer.full = int(stored["position"]), bool(stored["full"])
        for name in _TRANSITIONS:
            filled = getattr(buffer, name)[: buffer.size()]
            filled[:] = _of_shape(stored[name], filled.shape)


def _of_shape(values: Any, shape: tuple[int, ...]) -> Any:
    if np.shape(values) != shape:
        raise ValueError(f"{np.shape(values)} numbers, not {shape}")
    return values
