"""CasADi functions on arrays: the same numbers, from any thread, and columns only."""

from concurrent.futures import ThreadPoolExecutor

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, strategies as st

from plants.compile import ArrayFunction

X, Y = ca.SX.sym("x", 3), ca.SX.sym("y", 2)
FUNCTION = ca.Function("f", [X, Y], [ca.vertcat(X * ca.sin(Y[0]), Y[1] / (1 + X[0] ** 2))])
NUMBERS = st.floats(-1e6, 1e6)


@given(st.tuples(NUMBERS, NUMBERS, NUMBERS), st.tuples(NUMBERS, NUMBERS))
def test_gives_what_the_function_gives(x, y):
    np.testing.assert_array_equal(ArrayFunction(FUNCTION)(x, y), np.array(FUNCTION(x, y)).ravel())


def test_a_result_is_not_overwritten_by_the_next():
    call = ArrayFunction(FUNCTION)
    first = call([1.0, 2.0, 3.0], [0.5, 1.0])
    kept = first.copy()
    call([9.0, 9.0, 9.0], [2.0, 2.0])
    np.testing.assert_array_equal(first, kept)


def test_threads_do_not_mix():
    call = ArrayFunction(FUNCTION)

    def run(i):
        x, y = np.full(3, float(i)), np.array([0.3, i + 1.0])
        return all(np.array_equal(call(x, y), np.array(FUNCTION(x, y)).ravel()) for _ in range(200))

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(run, range(8)))


def test_arguments_of_another_size_are_refused():
    call = ArrayFunction(FUNCTION)
    with pytest.raises(ValueError, match="broadcast"):
        call(np.zeros(4), np.zeros(2))
    with pytest.raises(ValueError, match="shorter"):
        call(np.zeros(3))


def test_matrices_are_refused():
    matrix = ca.SX.sym("m", 2, 2)
    with pytest.raises(ValueError, match="columns"):
        ArrayFunction(ca.Function("g", [matrix], [matrix[:, 0]]))
