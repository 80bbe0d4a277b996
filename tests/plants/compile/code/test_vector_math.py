"""Functions of the emitted C beside CasADi's: in lanes, and side by side in registers."""

from __future__ import annotations

import ctypes
import itertools

import casadi as ca
import numpy as np
import pytest

from plants.compile import LaneFunctions, find_compiler, load_library
from plants.compile.code import elementary_functions
from plants.compile.code.packs import packs_text
from plants.compile.expressions import OPERATIONS

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")

NAMES = {getattr(ca, key): key.lower() for key in dir(ca) if key.startswith("OP_")}
LEAST, LEAST_SINGLE = np.exp(-690.0), np.exp(-85.0)
EXTREME = np.array(
    [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        2.0,
        -2.0,
        3.0,
        -3.0,
        2.5,
        -2.5,
        np.inf,
        -np.inf,
        np.nan,
        5e-324,
        -5e-324,
        1e-310,
        2.2250738585072014e-308,
        1.7976931348623157e308,
        -1.7976931348623157e308,
        800.0,
        -800.0,
        709.0,
        690.0,
        -690.0,
        1e-9,
        -1e-9,
        1e5,
        -1e5,
        85.0,
    ]
)


def random_numbers():
    rng = np.random.default_rng(0)
    sizes = 10.0 ** rng.uniform(-300, 300, 200) * rng.choice([-1, 1], 200)
    return np.concatenate([rng.normal(size=300), rng.normal(size=300) * 100, sizes])


def symbolic(number):
    """A function of one operation."""
    x, y = ca.SX.sym("x"), ca.SX.sym("y")
    if OPERATIONS[number].operands == 1:
        return ca.Function("f", [x], [ca.SX.unary(number, x)])
    return ca.Function("f", [x, y], [ca.SX.binary(number, x, y)])


def inputs_of(function, dtype):
    numbers = random_numbers()
    with np.errstate(over="ignore", under="ignore"):
        if function.n_in() == 1:
            return [np.concatenate([EXTREME, numbers]).astype(dtype)]
        pairs = np.array(list(itertools.product(EXTREME, EXTREME)))
        others = np.column_stack([numbers, np.random.default_rng(1).permutation(numbers)])
        return list(np.concatenate([pairs, others]).T.astype(dtype))


@pytest.fixture(scope="module", params=["double", "single"])
def emitted(request):
    single = request.param == "single"
    every = {NAMES[number]: symbolic(number) for number in OPERATIONS}
    return LaneFunctions(every, 8, single=single), np.float32 if single else np.float64


def known_differences(name, inputs, expected, least):
    """Where the emitted C is not CasADi's: documented in plants.compile.code.vector_math.

    Results of exp and pow below exp(-690), or exp(-85) in single precision, are held there. Powers
    are those of finite numbers: not of a negative infinite base, nor of -1, 1 or a negative base to
    an infinite exponent; and 0 has no sign, and to an exponent that is no number is infinite.
    """
    if name == "op_exp":
        return expected < least
    if name in ("op_pow", "op_constpow"):
        base, exponent = inputs
        unit = (np.abs(base) == 1) & ~np.isfinite(exponent)
        zero = (base == 0) & (np.isnan(exponent) | (exponent < 0))
        infinite = (base == -np.inf) | ((base < 0) & np.isinf(exponent))
        return (np.abs(expected) < least) | unit | zero | infinite
    return np.zeros(len(expected), bool)


@pytest.mark.parametrize("number", list(OPERATIONS), ids=lambda number: NAMES[number])
def test_an_operation_is_that_of_casadi(emitted, number):
    lanes, dtype = emitted
    function, name = symbolic(number), NAMES[number]
    inputs = inputs_of(function, dtype)
    count = len(inputs[0])
    padded = [np.concatenate([numbers, np.ones(-count % 8, dtype)]) for numbers in inputs]
    (blocks,) = lanes(name, *(numbers.reshape(-1, 1, 8) for numbers in padded))
    results = blocks.ravel()[:count]
    columns = [numbers[None, :].astype(np.float64) for numbers in inputs]
    with np.errstate(all="ignore"):
        exact = np.asarray(function.map(count)(*columns)).ravel()
        expected = exact.astype(dtype)
    least = LEAST_SINGLE if dtype == np.float32 else LEAST
    usual = ~known_differences(name, inputs, exact, least)
    assert usual.sum() > 0.3 * count
    # exp magnifies the rounding error of y log(x) by its size, up to 700 or 88.
    tolerance = {"op_pow": 400, "op_constpow": 400}.get(name, 4) * np.finfo(dtype).eps
    tiny = np.finfo(dtype).tiny
    np.testing.assert_allclose(results[usual], expected[usual], rtol=tolerance, atol=tiny)


def test_the_exponential_is_held_where_numbers_would_be_subnormal():
    x = ca.SX.sym("x")
    exp = LaneFunctions({"exp": ca.Function("f", [x], [ca.exp(x)])}, 4)
    (results,) = exp("exp", np.array([[[-690.0, -691.0, -1e5, -np.inf]]]))
    assert results.ravel() == pytest.approx([LEAST] * 4, rel=1e-15, abs=0.0)


@pytest.mark.parametrize("plain", [False, True], ids=["vectors", "arrays"])
@pytest.mark.parametrize("single", [False, True], ids=["double", "single"])
def test_packs_are_the_functions_they_stand_for(single, plain):
    head = (
        ("#define IK_PLAIN\n" if plain else "") + elementary_functions(single=single) + packs_text()
    )
    loop = """
void pack(const real *x, long n, real *out) {
  long i;
  for (i = 0; i < n; i += 4, x += 4, out += 10) {
    IK_EXP4(p, x[0], x[1], x[2], x[3]);
    IK_EXP2(r, x[0], x[1]);
    int k;
    for (k = 0; k < 4; ++k) { out[k] = p[k]; out[6 + k] = ik_exp(x[k]); }
    for (k = 0; k < 2; ++k) out[4 + k] = r[k];
  }
}
"""
    dtype = np.float32 if single else np.float64
    with np.errstate(over="ignore"):
        numbers = np.concatenate([EXTREME, random_numbers()])[:828].astype(dtype)
    out = np.empty((len(numbers) // 4, 10), dtype)
    call = load_library(head + loop).pack
    call.argtypes, call.restype = [ctypes.c_void_p, ctypes.c_long, ctypes.c_void_p], None
    call(numbers.ctypes.data, len(numbers), out.ctypes.data)
    # The compiler may contract sums and products differently.
    near = {"rtol": 4 * np.finfo(dtype).eps, "atol": 0.0}
    np.testing.assert_allclose(out[:, :4], out[:, 6:], **near)
    np.testing.assert_allclose(out[:, 4:6], out[:, 6:8], **near)
