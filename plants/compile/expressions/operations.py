"""CasADi's scalar operations as C expressions.

``{a}`` and ``{b}`` stand for the operands; functions with ``ik_`` in front are the project's own,
in :mod:`plants.compile.code.vector_math`, because the C library's do not run in SIMD lanes.
"""

from __future__ import annotations

from typing import NamedTuple

import casadi as ca


class Operation(NamedTuple):
    """An operation: how many operands, and its C expression."""

    operands: int
    expression: str


#: By CasADi's number. What the plant cannot hold (trigonometry, error functions) is left out.
OPERATIONS: dict[int, Operation] = {
    ca.OP_ASSIGN: Operation(1, "{a}"),
    ca.OP_ADD: Operation(2, "{a} + {b}"),
    ca.OP_SUB: Operation(2, "{a} - {b}"),
    ca.OP_MUL: Operation(2, "{a} * {b}"),
    ca.OP_DIV: Operation(2, "{a} / {b}"),
    ca.OP_NEG: Operation(1, "-{a}"),
    ca.OP_INV: Operation(1, "RC(1.0) / {a}"),
    ca.OP_SQ: Operation(1, "{a} * {a}"),
    ca.OP_TWICE: Operation(1, "{a} + {a}"),
    ca.OP_SQRT: Operation(1, "SQRT({a})"),
    ca.OP_EXP: Operation(1, "ik_exp({a})"),
    ca.OP_LOG: Operation(1, "ik_log({a})"),
    ca.OP_POW: Operation(2, "ik_pow({a}, {b})"),
    ca.OP_CONSTPOW: Operation(2, "ik_pow({a}, {b})"),
    ca.OP_TANH: Operation(1, "ik_tanh({a})"),
    ca.OP_FLOOR: Operation(1, "FLOOR({a})"),
    ca.OP_CEIL: Operation(1, "-FLOOR(-{a})"),
    ca.OP_FABS: Operation(1, "({a} < RC(0.0) ? -{a} : {a})"),
    ca.OP_SIGN: Operation(1, "({a} < RC(0.0) ? RC(-1.0) : ({a} > RC(0.0) ? RC(1.0) : {a}))"),
    ca.OP_FMIN: Operation(2, "ik_min({a}, {b})"),
    ca.OP_FMAX: Operation(2, "ik_max({a}, {b})"),
    ca.OP_LT: Operation(2, "({a} < {b} ? RC(1.0) : RC(0.0))"),
    ca.OP_LE: Operation(2, "({a} <= {b} ? RC(1.0) : RC(0.0))"),
    ca.OP_EQ: Operation(2, "({a} == {b} ? RC(1.0) : RC(0.0))"),
    ca.OP_NE: Operation(2, "({a} != {b} ? RC(1.0) : RC(0.0))"),
    ca.OP_NOT: Operation(1, "({a} == RC(0.0) ? RC(1.0) : RC(0.0))"),
    ca.OP_AND: Operation(2, "(({a} != RC(0.0)) & ({b} != RC(0.0)) ? RC(1.0) : RC(0.0))"),
    ca.OP_OR: Operation(2, "(({a} != RC(0.0)) | ({b} != RC(0.0)) ? RC(1.0) : RC(0.0))"),
    ca.OP_IF_ELSE_ZERO: Operation(2, "({a} != RC(0.0) ? {b} : RC(0.0))"),
}
#: Of x and a bound that is a number, in lanes.
BOUNDED: dict[int, str] = {ca.OP_FMIN: "ik_at_most({a}, {b})", ca.OP_FMAX: "ik_at_least({a}, {b})"}
ADD, DIVIDE, MULTIPLY, INVERSE = ca.OP_ADD, ca.OP_DIV, ca.OP_MUL, ca.OP_INV
NEGATE, SUBTRACT, SQUARE, MAGNITUDE = ca.OP_NEG, ca.OP_SUB, ca.OP_SQ, ca.OP_FABS
EXPONENTIAL, CONSTANT_POWER = ca.OP_EXP, ca.OP_CONSTPOW
#: Cycles until the result is there, where that is more than for a sum or a product: rough numbers,
#: by which the order of operations is chosen.
LATENCIES: dict[int, int] = {
    ca.OP_SQRT: 21,
    ca.OP_DIV: 13,
    ca.OP_INV: 13,
    ca.OP_EXP: 50,
    ca.OP_LOG: 80,
    ca.OP_TANH: 150,
    ca.OP_POW: 160,
    ca.OP_CONSTPOW: 160,
}
