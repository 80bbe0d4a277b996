"""The ``info`` of an environment: the same keys at a reset, at every step and at the end.

At the level ``"full"`` it has tables and texts. At ``"flat"`` it has numbers alone, all of type
``numpy.float64``, which recorders of data sets and of tensors take: an entry ``map`` of the table
``metrics`` is ``metrics_map``, a text that stands for one of a few things is its number, and any
other text is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from plants.quantities import unknown_name

#: How much an ``info`` tells.
INFO_LEVELS = ("full", "flat")
Codes = Mapping[str, Callable[[str], float]]


def known_info_level(level: str) -> str:
    """The level, known.

    Raises
    ------
    InputError
        There is no such level.
    """
    if level not in INFO_LEVELS:
        raise unknown_name("info_level", level, INFO_LEVELS)
    return level


def flat_info(info: Mapping[str, Any], codes: Codes) -> dict[str, np.float64]:
    """The numbers of an ``info``.

    Parameters
    ----------
    info : mapping
        Numbers, texts and tables of numbers.
    codes : mapping of str to callable
        From a text to its number, by the entries that have one.

    Examples
    --------
    >>> from envs.episodes.info import flat_info
    >>> info = {"metrics": {"map": 70.0}, "outcome": "alive", "patient": "shock-d"}
    >>> flat = flat_info(info, {"outcome": ("alive", "death").index})
    >>> list(flat), float(flat["metrics_map"])
    (['metrics_map', 'outcome'], 70.0)
    """
    flat: dict[str, np.float64] = {}
    for name, value in info.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}_{key}": np.float64(each) for key, each in value.items()}
        elif not isinstance(value, str):
            flat[name] = np.float64(value)
        elif name in codes:
            flat[name] = np.float64(codes[name](value))
    return flat


def flat_vector_info(info: Mapping[str, Any], codes: Codes) -> dict[str, Any]:
    """The same of many environments: arrays and masks, see :mod:`envs.episodes.vector_info`."""
    flat: dict[str, Any] = {}
    for name, value in info.items():
        mask = f"_{name}"
        if mask not in info:  # it is a mask itself
            continue
        if isinstance(value, dict):
            for key in value:
                if f"_{key}" in value:
                    flat[f"{name}_{key}"] = value[key].astype(np.float64)
                    flat[f"_{name}_{key}"] = value[f"_{key}"]
        elif value.dtype != object:
            flat[name], flat[mask] = value.astype(np.float64), info[mask]
        elif name in codes:
            texts = value.tolist()
            numbers = [0.0 if text is None else float(codes[name](text)) for text in texts]
            flat[name], flat[mask] = np.array(numbers), info[mask]
    return flat
