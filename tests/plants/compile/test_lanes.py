"""Whole functions over lanes: emitted C and the virtual machine agree."""

from __future__ import annotations

import numpy as np
import pytest

from plants import STATES, plant_model
from plants.compile import InterpretedLaneFunctions, LaneFunctions, find_compiler
from plants.plant import ACCUMULATOR, VALUES

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")


def test_lanes_are_those_of_the_virtual_machine():
    model, rng = plant_model(), np.random.default_rng(0)
    every = {"begin": model.begin, "metrics": model.metrics, "observe": model.observe}
    state, values = rng.uniform(1, 2, (3, len(STATES), 4)), rng.uniform(1, 2, (3, len(VALUES), 4))
    acc = rng.uniform(1, 2, (3, len(ACCUMULATOR), 4))
    carry = np.concatenate([state, acc], axis=1)  # the functions take parts of it
    inputs = {
        "begin": (carry[:, : len(STATES)], values),
        "metrics": (carry[:, len(STATES) :], carry[:, : len(STATES)], values),
        "observe": (carry[:, : len(STATES)], values),
    }
    emitted, interpreted = LaneFunctions(every, 4), InterpretedLaneFunctions(every)
    for name, arrays in inputs.items():
        (ours,), (other,) = emitted(name, *arrays), interpreted(name, *arrays)
        np.testing.assert_allclose(ours, other, rtol=1e-12, atol=1e-12)
    with pytest.raises(ValueError, match="blocks of lanes"):
        emitted("observe", state[:, :, ::2], values)
    with pytest.raises(ValueError, match="blocks of lanes"):
        emitted("observe", state.astype(np.float32), values)
